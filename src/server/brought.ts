import { collectionShape } from '../core/collection.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import type { Register } from '../core/register.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import { mostGuests } from './twins.ts';

/** Stands among the replicas, retired, for entries that late changes brought: by their names, and as they left them. */
const late = 'late:';
const longestMark = 1_000;

/** What every other write of an entry changes: its stamps. A flag has none, it counts. */
const markOf = (space: SpaceWriter, collection: string, state: AnyState): string | undefined => {
  const { kind } = collectionShape(collection, space.site.collections);
  if (kind === 'flag') return String((state as Flag).n);
  if (kind === 'reg') return JSON.stringify((state as Register).h);
  if (kind !== 'map') return undefined;
  const stamps = Object.entries(state as FieldMap).map(([field, [, stamp]]) => [field, ...stamp].join());
  // Noted as a name, which may not be long.
  const mark = JSON.stringify(stamps.sort());
  return mark.length <= longestMark ? mark : undefined;
};

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
  const mark = markOf(space, c, state);
  if (mark === undefined) return false;
  if ((await tx.appliedAs(id, [`${c}\n${k}\n${mark}`], late)).size) return true;
  // A flag that counts the same may be the customer's own all the same: nothing tells them apart.
  const text = JSON.stringify(state);
  for (const guest of await tx.guestsOf(id, mostGuests))
    if (JSON.stringify((await tx.entry(guest, c, k))?.state) === text) return true;
  return false;
};

/** Notes the entries that late changes of this transaction brought. */
export const rememberBrought = async (space: SpaceWriter, written: ReadonlyMap<string, boolean>): Promise<void> => {
  const { tx, id, nowMs } = space;
  const entries = [...written].filter(([, isOnlyBrought]) => isOnlyBrought).map(([entry]) => entry);
  if (!entries.length) return;
  let last = (await tx.replica(id, late))?.last ?? 0;
  for (const entry of entries) {
    const [c = '', k = ''] = entry.split('\n');
    const state = await space.state(c, k);
    const mark = state && markOf(space, c, state);
    if (mark) await tx.putApplied(id, late, { q: ++last, opId: `${entry}\n${mark}`, ack: [] });
  }
  await tx.putReplica(id, { id: late, last, low: 0, seenAt: nowMs, retiredAt: nowMs });
};
