import type { SpaceWriter } from './space-writer.ts';
import { mostGuests } from './twins.ts';

/** Stands among the replicas, retired, for entries that late changes brought: by their names, and when that was. */
const late = 'late:';

const noteOf = (entry: string, atMs: number): string => `${entry}\n${atMs}`;

/**
 * Whether nothing of an entry is the customer's own word: it is not there, or as late changes left it, or as a guest had
 * it whom the customer was. What comes late does not give way to that: it came in parts, or after a merge of the first.
 */
export const isBrought = async (space: SpaceWriter, { c, k }: { c: string; k: string }): Promise<boolean> => {
  const { tx, id } = space;
  const state = await space.state(c, k);
  if (!state) return true;
  // The most restrictive holds until the customer decides: who granted late may be another guest than who denied.
  if (c === 'consent') return false;
  const note = noteOf(`${c}\n${k}`, await space.touchedAt(c, k));
  if ((await tx.appliedAs(id, [note], late)).size) return true;
  const text = JSON.stringify(state);
  for (const guest of await tx.guestsOf(id, mostGuests))
    if (JSON.stringify((await tx.entry(guest, c, k))?.state) === text) return true;
  return false;
};

/** Notes the entries that late changes of this transaction brought. */
export const rememberBrought = async (
  { tx, id, nowMs }: SpaceWriter,
  written: ReadonlyMap<string, boolean>,
): Promise<void> => {
  const entries = [...written].filter(([, isOnlyBrought]) => isOnlyBrought).map(([entry]) => entry);
  if (!entries.length) return;
  let last = (await tx.replica(id, late))?.last ?? 0;
  for (const entry of entries) await tx.putApplied(id, late, { q: ++last, opId: noteOf(entry, nowMs), ack: [] });
  await tx.putReplica(id, { id: late, last, low: 0, seenAt: nowMs, retiredAt: nowMs });
};
