import type { StoreKey } from '../client/ports.ts';
import type { DiskUser } from './virtual-disk.ts';

/** A change that a page was told is saved. */
export type SavedDeed = {
  readonly ids: readonly string[];
  readonly user: DiskUser;
  /** How far it came: while it is open its page goes on with it. */
  synced: string;
  /** What was stored went, and its page has not put it back yet. */
  isAtRisk: boolean;
  /** What was stored went, and nobody else had it. */
  isLost: boolean;
};

/** The disk is another one now: what is not on it has gone, but for what a page that goes on still knows. */
export const loseSaved = (saved: Iterable<SavedDeed>, text: string): void => {
  for (const deed of saved) {
    if (deed.ids.some((id) => text.includes(id))) continue;
    if (deed.user.isAlive() && deed.synced === 'open') deed.isAtRisk = true;
    else deed.isLost = true;
  }
};

/** A page ends: what it had not put back into a store that was emptied under it goes with it. */
export const endSaved = (saved: Iterable<SavedDeed>, ended: DiskUser, text: string): void => {
  for (const deed of saved) {
    if (deed.user !== ended || !deed.isAtRisk) continue;
    deed.isAtRisk = false;
    deed.isLost ||= !deed.ids.some((id) => text.includes(id));
  }
};

/** What stands in the outbox of these spaces goes with them, and nobody is told. */
export const giveUpSaved = (
  saved: Iterable<SavedDeed>,
  rows: readonly (readonly [StoreKey, unknown])[],
  isGone: (space: string) => boolean,
): void => {
  const ids = new Set(
    rows.flatMap(([[table, space, , id]]) => (table === 'out' && isGone(String(space)) ? String(id) : [])),
  );
  for (const deed of saved) deed.isLost ||= deed.ids.some((id) => ids.has(id));
};
