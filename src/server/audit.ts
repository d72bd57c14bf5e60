import { dayMs } from './retention-times.ts';
import type { WriteTx } from './store.ts';
import type { AuditRow } from './store-channels.ts';

type Access = Pick<AuditRow, 'actor' | 'channel' | 'act'> & { readonly collections: readonly string[] };

/** The same again within so long raises a number, and makes no row of its own: a desk looks every few seconds. */
const sameMs = 600_000;
const recent = 20;
const most = 1_000;
const keptMs = 365 * dayMs;

/** Writes down who did something with a customer's state, in the transaction that does it. */
export const noteAccess = async (
  tx: WriteTx,
  space: string,
  { nowMs, id, collections, ...access }: Access & { readonly nowMs: number; readonly id: string },
): Promise<void> => {
  const sorted = [...collections].sort();
  const isSame = (row: AuditRow) =>
    row.at + sameMs > nowMs &&
    row.act === access.act &&
    row.actor === access.actor &&
    row.channel === access.channel &&
    row.collections.join() === sorted.join();
  const rows = await tx.audit(space, { limit: recent });
  const found = rows.find(isSame);
  // Of one millisecond, the later one sorts after the others.
  const before = rows.find(({ at }) => at === nowMs)?.id.split('-', 1)[0];
  const turn = String(before === undefined ? 0 : Number(before) + 1).padStart(6, '0');
  const row = found
    ? { ...found, times: found.times + 1 }
    : { ...access, id: `${turn}-${id}`, at: nowMs, collections: sorted, times: 1 };
  await tx.putAudit(space, row, { most, sinceMs: nowMs - keptMs });
};
