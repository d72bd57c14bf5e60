import { collectionShape } from '../core/collection.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import type { Register } from '../core/register.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import { mostGuests } from './twins.ts';

/** Stands among the replicas, retired, for entries that late changes brought: by their names, and as they left them. */
const late = 'late:';
const longestMark = 1_000;

type Entry = { readonly c: string; readonly k: string };

/** Of the entries that a batch changes: which of them are nobody's own word. */
export const createBrought = (space: SpaceWriter) => {
  const { tx, id, nowMs } = space;
  /** What this batch has changed, and whether late changes alone have. */
  const written = new Map<string, Entry & { readonly isOnlyBrought: boolean }>();
  let guests: Promise<readonly string[]> | undefined;
  const nameOf = ({ c, k }: Entry) => `${c}\n${k}`;

  const isStored = async ({ c, k }: Entry): Promise<boolean> => {
    const state = await space.state(c, k);
    if (!state) return true;
    // The most restrictive holds until the customer decides: who granted late may be another guest than who denied.
    if (c === 'consent') return false;
    const mark = markOf(space, c, state);
    if (mark !== undefined && (await tx.appliedAs(id, [`${nameOf({ c, k })}\n${mark}`], late)).size) return true;
    // A flag that counts the same may be the customer's own all the same: nothing tells them apart.
    const text = JSON.stringify(state);
    guests ??= tx.guestsOf(id, mostGuests);
    for (const guest of await guests) if (JSON.stringify((await tx.entry(guest, c, k))?.state) === text) return true;
    return false;
  };

  return {
    /**
     * Whether nothing of an entry is the customer's own word: it is not there, or as late changes left it, or as a guest
     * had it whom the customer was. What comes late does not give way to that: it came in parts, or after a merge of the
     * first.
     */
    isOnly: async (entry: Entry): Promise<boolean> =>
      written.get(nameOf(entry))?.isOnlyBrought ?? (await isStored(entry)),
    wrote: ({ c, k }: Entry, isOnlyBrought: boolean): void =>
      void written.set(nameOf({ c, k }), { c, k, isOnlyBrought }),
    /** Notes what late changes of this batch brought. */
    async remember(): Promise<void> {
      const entries = [...written.values()].filter(({ isOnlyBrought }) => isOnlyBrought);
      if (!entries.length) return;
      let last = (await tx.replica(id, late))?.last ?? 0;
      for (const { c, k } of entries) {
        const state = await space.state(c, k);
        const mark = state && markOf(space, c, state);
        if (mark) await tx.putApplied(id, late, { q: ++last, opId: `${nameOf({ c, k })}\n${mark}`, ack: [] });
      }
      await tx.putReplica(id, { id: late, last, low: 0, seenAt: nowMs, retiredAt: nowMs });
    },
  };
};

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
