import { utf8Length } from '../core/utf8-length.ts';
import { checkoutKeptMs, isOpen } from './checkout-times.ts';
import type { SpaceWriter } from './space-writer.ts';

/** Those with what was in them. */
const most = 20;
/** Of those that were paid it stays known for longer, by which orders. */
const mostPaid = 100;
/** What was in all but the latest. */
const maxBytes = 262_144;

/**
 * Keeps a space's checkouts few and small: each has a copy of what was in it, somebody begins another with each quantity
 * that they change, and each that begins looks at all. Open ones stay longest, the latest whatever its size.
 */
export const keepFewCheckouts = async (space: SpaceWriter): Promise<void> => {
  const { tx, id } = space;
  // The latest first, as the store gives them.
  const rows = [...(await tx.checkouts(id))].sort((a, b) => Number(isOpen(b, space)) - Number(isOpen(a, space)));
  let bytes = 0;
  for (const [n, row] of rows.entries()) {
    const { lines, owed, ...rest } = row;
    if (n > 0) bytes += utf8Length(JSON.stringify([lines, owed?.p]));
    if (n === 0 || (n < most && bytes <= maxBytes)) continue;
    if (row.orders.length === 0 || n >= mostPaid) await tx.dropCheckout(row.site, row.id);
    else if (Object.keys(lines).length > 0) await tx.putCheckout({ ...rest, lines: {} }, space.nowMs - checkoutKeptMs);
  }
};

/** Those of long ago go; gives when the next of them does. */
export const forgetCheckouts = async ({ tx, id, nowMs }: SpaceWriter): Promise<number> => {
  let nextMs = Number.MAX_SAFE_INTEGER;
  for (const row of await tx.checkouts(id)) {
    const endMs = row.openedAt + checkoutKeptMs;
    if (endMs <= nowMs) await tx.dropCheckout(row.site, row.id);
    else nextMs = Math.min(nextMs, endMs);
  }
  return nextMs;
};
