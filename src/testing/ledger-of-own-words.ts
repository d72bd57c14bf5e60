import type { EntryRow } from '../server/store.ts';
import type { Sent } from './sent-change.ts';

/**
 * Entries of which something is their customer's own word: what comes late of a guest gives way to these alone. What a
 * merge joins with something else counts as such too.
 */
export const createLedgerOfOwnWords = () => {
  const own = new Set<string>();
  /** What the changes of this commit wrote; a merge wrote the rest. */
  const changed = new Set<string>();
  const nameOf = (space: string, { c, k }: Pick<Sent, 'c' | 'k'>) => `${space}\n${c}\n${k}`;

  return {
    begins: () => changed.clear(),
    applied(space: string, op: Sent) {
      changed.add(nameOf(space, op));
      if (!op.late) own.add(nameOf(space, op));
    },
    written(space: string, { collection, key, state }: EntryRow, before: EntryRow | undefined) {
      const name = nameOf(space, { c: collection, k: key });
      if (state === null) own.delete(name);
      else if (before?.state && !changed.has(name)) own.add(name);
    },
    /** A late grant gives way to a denial in any case. */
    hasWord: (space: string, op: Sent): boolean => op.c === 'consent' || own.has(nameOf(space, op)),
  };
};
