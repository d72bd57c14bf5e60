import type { Fields } from '../core/change.ts';
import { fieldValues } from '../core/field-map.ts';
import { hashText } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { without } from '../core/without.ts';
import { cursorScope, cursorVersion } from '../protocol/cursor.ts';
import type { Ack, Row } from '../protocol/messages.ts';
import { withoutCopied } from './end-merge.ts';
import { renewAfterRestore } from './offer.ts';
import { listOut, moveEntry, nextReplica, putOut, raiseBases, unnumbered } from './outbox.ts';
import { doneBy } from './pending.ts';
import type { Ids, WriteTx } from './ports.ts';
import { type OutEntry, outKey, rowKey, type Space } from './records.ts';
import { linesIn, putDone, putSpace } from './tables.ts';

/** What one exchange brought, gathered over its pages. */
export type Arrival = {
  readonly from: number;
  readonly cur: string;
  readonly isReset: boolean;
  /** The cursor that was sent. */
  readonly since?: string | null;
  /** The server was restored and has what this device offered; its time when it said so. */
  readonly restoredAt?: number | undefined;
  /** Changes of a later number were sent for the first time, with the request that this answers. */
  readonly given?: number | undefined;
  /** The server saw a fork or a gap: this replica's numbers are of no use any more. */
  readonly isRenewal?: boolean;
  readonly acks: readonly Ack[];
  readonly rows: readonly Row[];
};

/** Whether what arrived continues what is stored: no hole before it, not overtaken by something newer. */
const fits = ({ from, cur, isReset, since }: Arrival, { cursor }: Space): boolean => {
  // What came since it was asked was not offered to a restored server.
  if (isReset || !cursor) return isReset ? since === cursor : from === 0;
  const at = cursorVersion(cursor);
  return cursorScope(cursor) === cursorScope(cur) && from <= at && at <= cursorVersion(cur);
};

/** Lines that are stored here and not in the snapshot that replaces them. */
const linesLost = async (tx: WriteTx, id: string, { rows }: Arrival): Promise<Map<string, Line>> => {
  const here = await tx.list(['row', id, 'cart']);
  const lost = new Map(here.map(([key, row]) => [String(key[3]), (row as readonly Json[])[1] as unknown as Line]));
  for (const [collection, key] of rows) if (collection === 'cart') lost.delete(key);
  return lost;
};

/**
 * Rows, acknowledgements and cursor in the caller's one transaction; or nothing, `undefined`, when
 * they do not fit. Gives the space's new record, the outbox that is left, and whether the rows are all there are.
 */
export const storeArrival = async (
  tx: WriteTx,
  {
    id,
    space,
    arrival,
    ids,
    ageOf,
  }: { id: string; space: Space; arrival: Arrival; ids: Ids; ageOf(entry: OutEntry): number },
): Promise<{ space: Space; left: readonly OutEntry[]; isWhole: boolean } | undefined> => {
  if (!fits(arrival, space)) return undefined;
  // What begins at the beginning is all there is: nothing else tells which of the rows here are still there.
  const isWhole = arrival.isReset || arrival.from === 0;
  const acks = new Map(arrival.acks.map((ack) => [ack[0], ack]));
  const lost = isWhole && (await linesLost(tx, id, arrival));
  const before = await listOut(tx, id);
  const { restoredAt: now, given = Number.POSITIVE_INFINITY } = arrival;
  let renewed: string | undefined;
  let stored = withoutCopied(before, arrival.rows);
  if (now !== undefined) {
    renewed = hashText(ids.sha256, space.replica + cursorScope(arrival.cur));
    stored = await renewAfterRestore(tx, stored, { id, now, given, ageOf, from: space.replica, to: renewed });
  }
  if (isWhole) tx.deleteAll(['row', id]);
  for (const [collection, key, version, state] of arrival.rows) {
    if (state === null) tx.delete(rowKey(id, collection, key));
    else tx.put(rowKey(id, collection, key), [version, state as Json]);
  }
  let left: readonly OutEntry[] = stored.filter((entry) => !acks.has(entry.i));
  for (const entry of stored) {
    const ack = acks.get(entry.i);
    if (ack) tx.delete(outKey(id, entry));
    if (ack && ack[2] !== undefined) left = raiseBases(left, entry, ack);
  }
  await putDone(tx, id, doneBy(arrival.acks));
  // What changes a line that the server has forgotten brings the line's details along again: until it is answered it
  // shows, and the shop's own cart must know it by its name.
  left = left.map((entry) => {
    const { c, k, x } = entry;
    const line = lost && c === 'cart' && x.t !== 'nop' && lost.get(k);
    return line
      ? ({
          ...entry,
          x: { ...x, f: { ...without(fieldValues(line.d), ['fork']), ...(x as { f?: Fields }).f } },
        } as OutEntry)
      : entry;
  });
  let next: Space = { ...space, cursor: arrival.cur, born: false, ...(renewed && { replica: renewed, seq: 0 }) };
  if (arrival.isRenewal) {
    const first = left.find((entry) => entry.q);
    const replica = first ? nextReplica(ids.sha256, first.r ?? next.replica, first) : ids.random();
    // A quantity may have seen adds that wait under another replica than its own.
    const replicas = new Set(left.map(({ r }) => r ?? next.replica));
    const line = await linesIn(tx, id);
    left = left.map((entry) =>
      [...replicas].reduce((moved, from) => moveEntry(moved, { from, to: replica, line }), unnumbered(entry)),
    );
    next = { ...next, replica, seq: 0 };
  }
  putOut(tx, id, left, before);
  putSpace(tx, id, next);
  return { space: next, left, isWhole };
};
