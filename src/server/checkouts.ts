import { hashText } from '../core/hash.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { checkoutKeptMs, checkoutOpenMs, isOpen } from './checkout-times.ts';
import { keepFewCheckouts } from './few-checkouts.ts';
import { frozen } from './frozen-line.ts';
import { bindCheckout, freezeOwed, settleCheckout } from './owed-checkouts.ts';
import type { Ids } from './ports.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import type { OrderView } from './take-order.ts';
import { tellCheckout } from './told-checkouts.ts';

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
    owed: guest,
  }: {
    site: string;
    device: string;
    channel: string;
    ids: Pick<Ids, 'random' | 'sha256'>;
    /** The space of a guest whose lines the device shows as well: their merge is owed. */
    owed?: string | undefined;
  },
): Promise<Begun> => {
  const { nowMs } = space;
  const oldestFirst = [...(await space.states('cart'))].sort((a, b) => a.born - b.born);
  const mine = Object.fromEntries(oldestFirst.flatMap(({ key, state }) => frozen(key, state as Line)));
  const { lines, owed } =
    guest === undefined ? { lines: mine, owed: undefined } : await freezeOwed(space, { guest, lines: mine });
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
  const row: CheckoutRow = { ...(same ?? fresh), openedAt: nowMs, content, lines, ...(owed ? { owed } : {}) };
  const others = open.filter(({ id }) => id !== row.id);
  await putCheckout(space, row);
  for (const old of others.slice(maxOpen - 1)) await putCheckout(space, { ...old, status: 'abandoned' });
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
    expiresAt: nowMs + checkoutOpenMs,
    others: others.slice(0, maxOpen - 1).map((other) => ({
      id: other.id,
      channel: other.channel,
      openedAt: other.openedAt,
      device: other.device === device ? 'own' : 'other',
    })),
  };
};

/** The latest first. */
const openCheckouts = async (space: SpaceWriter): Promise<readonly CheckoutRow[]> =>
  (await space.tx.checkouts(space.id)).filter((row) => isOpen(row, space));

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const putCheckout = async (space: SpaceWriter, row: CheckoutRow): Promise<void> => {
  await space.tx.putCheckout(row, space.nowMs - checkoutKeptMs);
  await tellCheckout(space, row);
};

/** The customer turned away: nothing of the cart changes. Of one that is not there, or is over, nothing changes either. */
export const abandonCheckout = async (
  space: SpaceWriter,
  { site, id }: { site: string; id: string },
): Promise<void> => {
  const row = await space.tx.checkout(site, id);
  if (row?.space === space.id && row.status === 'open') await putCheckout(space, { ...row, status: 'abandoned' });
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
 * A guest's checkouts go with the guest to the customer: their payment may still be under way. Where the merge has to
 * wait they go ahead of it, and are of both until then. What the merged line has been given by then is what was paid for.
 */
export const moveCheckouts = async (
  space: SpaceWriter,
  { from, isOwed = false }: { readonly from: string; readonly isOwed?: boolean },
): Promise<void> => {
  const move = async (row: CheckoutRow) => {
    await space.tx.putCheckout(row, space.nowMs - checkoutKeptMs);
    if (row.openedAt + checkoutOpenMs > space.nowMs) await tellCheckout(space, row);
  };
  if (!isOwed)
    for (const row of await space.tx.checkouts(space.id))
      if (row.owed?.guest === from) await move(await settleCheckout(space, row));
  for (const row of await space.tx.checkouts(from)) {
    const { owed, ...bound } = await bindCheckout(space, row);
    await move(isOwed && owed ? { ...bound, owed } : bound);
  }
  await keepFewCheckouts(space);
};
