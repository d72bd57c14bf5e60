import type { OrderLine } from '../core/change.ts';
import { quantityOf } from '../core/counter.ts';
import { hashText } from '../core/hash.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { parkedFor } from '../core/parked-line.ts';
import { checkoutKeptMs, keepFewCheckouts } from './few-checkouts.ts';
import type { Ids } from './ports.ts';
import { dayMs } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { type OrderView, skuOf } from './take-order.ts';
import { tellCheckout } from './told-checkouts.ts';

/** A checkout that is open: begun again with the same content it is the same one. */
const openMs = dayMs;
const maxOpen = 5;

type Begun = {
  readonly id: string;
  readonly lines: readonly {
    readonly key: string;
    readonly sku: string;
    readonly properties: object;
    readonly quantity: number;
  }[];
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly others: readonly {
    readonly id: string;
    readonly channel: string;
    readonly openedAt: number;
    readonly device: 'own' | 'other';
  }[];
};

/**
 * Freezes what is in the cart, for somebody who begins to pay. The same content on any device is the same checkout, with
 * all that its lines have seen by now; others that are open are told of.
 */
export const beginCheckout = async (
  space: SpaceWriter,
  {
    site,
    device,
    channel,
    ids,
  }: { site: string; device: string; channel: string; ids: Pick<Ids, 'random' | 'sha256'> },
): Promise<Begun> => {
  const { nowMs } = space;
  const oldestFirst = [...(await space.states('cart'))].sort((a, b) => a.born - b.born);
  const lines = Object.fromEntries(oldestFirst.flatMap(({ key, state }) => frozen(key, state as Line)));
  const quantities = Object.entries(lines).map(([key, { quantity }]) => [key, quantity] as const);
  const content = hashText(ids.sha256, JSON.stringify(quantities.sort(([a], [b]) => (a < b ? -1 : 1))));
  const open = await openCheckouts(space);
  const same = open.find((row) => row.content === content);
  const fresh = {
    site,
    space: space.id,
    id: `ck_${ids.random()}`,
    device,
    channel,
    status: 'open',
    orders: [],
  } as const;
  const row: CheckoutRow = { ...(same ?? fresh), openedAt: nowMs, content, lines };
  const others = open.filter(({ id }) => id !== row.id);
  await put(space, row);
  for (const old of others.slice(maxOpen - 1)) await put(space, { ...old, status: 'abandoned' });
  await keepFewCheckouts(space);
  return {
    id: row.id,
    lines: Object.entries(lines).map(([key, { sku, properties, quantity }]) => ({
      key,
      sku,
      properties: isObject(properties) ? properties : {},
      quantity,
    })),
    openedAt: nowMs,
    expiresAt: nowMs + openMs,
    others: others.slice(0, maxOpen - 1).map((other) => ({
      id: other.id,
      channel: other.channel,
      openedAt: other.openedAt,
      device: other.device === device ? 'own' : 'other',
    })),
  };
};

/** The latest first. */
const openCheckouts = async ({ tx, id, nowMs }: SpaceWriter): Promise<readonly CheckoutRow[]> =>
  (await tx.checkouts(id)).filter(({ status, openedAt }) => status === 'open' && openedAt + openMs > nowMs);

/** The checkout that a device paid for, as far as what was bought tells: a tag of the page knows of none. */
export const payedBy = async (
  space: SpaceWriter,
  { device, bought }: { device: string | undefined; bought: readonly OrderLine[] },
): Promise<CheckoutRow | undefined> => {
  const skus = [...new Set(bought.map(({ sku }) => sku))];
  const most = (lines: readonly { readonly sku: string; readonly quantity: number }[], of: string) =>
    lines.reduce((sum, { sku, quantity }) => sum + (sku === of ? quantity : 0), 0);
  const covers = ({ lines }: CheckoutRow) => skus.every((sku) => most(bought, sku) <= most(Object.values(lines), sku));
  return (await openCheckouts(space)).find((row) => row.device === device && covers(row));
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const frozen = (key: string, line: Line): [string, CheckoutRow['lines'][string]][] => {
  const quantity = quantityOf(line.q);
  if (quantity === 0 || parkedFor(line) !== null) return [];
  return [[key, { p: line.q.p, quantity, sku: skuOf(line), properties: line.d['properties']?.[0] ?? {} }]];
};

const put = async (space: SpaceWriter, row: CheckoutRow): Promise<void> => {
  await space.tx.putCheckout(row, space.nowMs - checkoutKeptMs);
  await tellCheckout(space, row);
};

/** The customer turned away: nothing of the cart changes. Of one that is not there, or is over, nothing changes either. */
export const abandonCheckout = async (
  space: SpaceWriter,
  { site, id }: { site: string; id: string },
): Promise<void> => {
  const row = await ofSpace(space, { site, id });
  if (row?.status === 'open') await put(space, { ...row, status: 'abandoned' });
};

/** A checkout of this space; also one that was abandoned or is over, since its payment may have gone through. */
export const ofSpace = async (
  space: SpaceWriter,
  { site, id }: { site: string; id: string },
): Promise<CheckoutRow | undefined> => {
  const row = await space.tx.checkout(site, id);
  return row?.space === space.id ? row : undefined;
};

/** What an order of a checkout may take of a line: what that had then. */
export const viewOfCheckout =
  ({ lines }: CheckoutRow) =>
  (key: string): OrderView => {
    const line = own(lines, key);
    return { p: line?.p ?? {}, isSeen: line !== undefined };
  };

/** All that was in it, as an order that says nothing else has it. */
export const boughtOf = ({ lines }: CheckoutRow) =>
  Object.values(lines).map(({ sku, properties, quantity }) => ({
    sku,
    quantity,
    ...(isObject(properties) ? { properties: properties as { readonly [name: string]: never } } : {}),
  }));

/**
 * An order was placed of it. Gives the one that had been placed of it before, if any: somebody paid twice, and should be
 * told.
 */
export const completeCheckout = async (
  space: SpaceWriter,
  row: CheckoutRow,
  orderId: string,
): Promise<string | undefined> => {
  const [first] = row.orders;
  if (row.orders.includes(orderId)) return first === orderId ? undefined : first;
  await put(space, { ...row, status: 'completed', orders: [...row.orders, orderId].slice(-100) });
  return first;
};

/**
 * A guest's checkouts go with the guest to the customer: their payment may still be under way. What the merged line has
 * been given by then is what was paid for.
 */
export const moveCheckouts = async (space: SpaceWriter, from: string): Promise<void> => {
  for (const row of await space.tx.checkouts(from)) {
    const lines = await Promise.all(
      Object.entries(row.lines).map(async ([key, line]) => {
        const merged = (await space.state('cart', key)) as Line | undefined;
        return [key, { ...line, p: merged?.q.p ?? {} }] as const;
      }),
    );
    const moved = { ...row, space: space.id, lines: Object.fromEntries(lines) };
    await space.tx.putCheckout(moved, space.nowMs - checkoutKeptMs);
    if (row.openedAt + openMs > space.nowMs) await tellCheckout(space, moved);
  }
  await keepFewCheckouts(space);
};
