import type { Counts } from '../core/counter.ts';
import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { notedIn } from './carried.ts';
import { frozen } from './frozen-line.ts';
import { partsOfSpaceKey } from './identity.ts';
import { openSpace, type SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { type Order, takeOrder } from './take-order.ts';

/**
 * Somebody has signed in, and the merge of the guest they were has to wait: they see what both have, and pay it all the
 * same. A checkout of it is of both spaces, an order of it takes from both, and the merge finds what is left.
 */
export const freezeOwed = async (
  space: SpaceWriter,
  { guest, lines: mine }: { readonly guest: string; readonly lines: CheckoutRow['lines'] },
): Promise<Pick<CheckoutRow, 'lines' | 'owed'>> => {
  const oldestFirst = [...(await space.tx.entries(guest, 'cart'))].sort((a, b) => a.born - b.born);
  const theirs = Object.fromEntries(oldestFirst.flatMap(({ key, state }) => frozen(key, state as unknown as Line)));
  const lines: Record<string, CheckoutRow['lines'][string]> = {};
  const { during, since = Number.MAX_SAFE_INTEGER } = notedIn((await space.tx.claim(guest))?.carried ?? null);
  // At a checkout the guest's cart goes on, where there is one: what gives way to it, the lines that the customer had when
  // they signed in, is nothing that they are about to pay.
  const isPaying = during === 'checkout' && Object.keys(theirs).length > 0;
  const older = new Set(
    isPaying ? (await space.states('cart')).flatMap(({ key, version }) => (version > since ? [] : key)) : [],
  );
  for (const [key, line] of Object.entries(mine)) if (!older.has(key)) lines[key] = line;
  for (const [key, line] of Object.entries(theirs)) {
    const { p = {} } = ((await space.state('cart', key)) as Line | undefined)?.q ?? {};
    const { quantity = 0 } = own(lines, key) ?? {};
    lines[key] = { ...line, p, quantity: Math.max(line.quantity, quantity) };
  }
  return { lines, owed: owedOf(guest, theirs) };
};

const owedOf = (guest: string, lines: CheckoutRow['lines']): NonNullable<CheckoutRow['owed']> => ({
  guest,
  p: Object.fromEntries(Object.entries(lines).map(([key, { p }]) => [key, p])),
});

/** Takes out of the cart what an order bought, and out of that of a guest whose lines were paid for as well. */
export const takePaid = async (
  space: SpaceWriter,
  checkout: CheckoutRow | undefined,
  order: Omit<Order, 'owed'>,
): Promise<Counts | undefined> => {
  const { guest, p = {} } = checkout?.owed ?? {};
  const isWaiting = guest !== undefined && (await space.tx.claim(guest))?.status === 'waiting';
  const row = isWaiting ? await space.tx.space(guest) : undefined;
  if (!row) return takeOrder(space, order);
  const from = openSpace(space.tx, { row, site: space.site, nowMs: space.nowMs });
  const taken = await takeOrder(space, { ...order, owed: { from, p } });
  await from.finish();
  return taken;
};

/** What is left of the lines of the guest, once an order took of them: a page shows no more of them than that. */
export const leftOfOwed = async ({ tx }: SpaceWriter, { owed, orders }: CheckoutRow): Promise<Counts | undefined> => {
  if (!owed || orders.length === 0) return undefined;
  const byKey = new Map(
    (await tx.entries(owed.guest, 'cart')).map(({ key, state }) => [key, state as unknown as Line]),
  );
  const left = (line: Line | undefined) => (line ? quantityOf(line.q) : 0);
  return Object.fromEntries(Object.keys(owed.p).map((key) => [key, left(byKey.get(key))]));
};

/** A guest's checkout where its merge is owed: of what the customer has of its lines an order may take as much as of the guest's. */
export const bindCheckout = async (space: SpaceWriter, row: CheckoutRow): Promise<CheckoutRow> => {
  const lines: Record<string, CheckoutRow['lines'][string]> = {};
  for (const [key, line] of Object.entries(row.lines)) {
    const { p = {} } = ((await space.state('cart', key)) as Line | undefined)?.q ?? {};
    lines[key] = { ...line, p };
  }
  return { ...row, space: space.id, lines, owed: owedOf(row.space, row.lines) };
};

/** The merge is made: what the guest brought to a line was paid for with what the customer had of it. */
export const settleCheckout = async (space: SpaceWriter, { owed, ...row }: CheckoutRow): Promise<CheckoutRow> => {
  if (!owed) return row;
  const share = `g:${partsOfSpaceKey(owed.guest).id}`;
  const lines: Record<string, CheckoutRow['lines'][string]> = {};
  for (const [key, line] of Object.entries(row.lines)) {
    const brought = own(((await space.state('cart', key)) as Line | undefined)?.q.p ?? {}, share);
    lines[key] = brought === undefined ? line : { ...line, p: { ...line.p, [share]: brought } };
  }
  return { ...row, lines };
};
