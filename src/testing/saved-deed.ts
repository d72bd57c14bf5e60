import type { StoreKey } from '../client/ports.ts';
import type { Device } from '../client/records.ts';
import type { SimDevice } from './sim-device.ts';
import type { DiskUser } from './virtual-disk.ts';

/** A change that a page was told is saved. */
export type SavedDeed = {
  readonly ids: readonly string[];
  readonly user: DiskUser;
  /** How far it came: while it is open its page goes on with it. */
  synced: string;
  /** What was stored went, and its page has not put it back yet. */
  isAtRisk: boolean;
  /** Whose the store was that it went with. */
  guest?: string | undefined;
  /** What was stored went, and nobody else had it. */
  isLost: boolean;
};

/** The disk is another one now: what is not on it has gone, but for what a page that goes on still knows. */
export const loseSaved = (
  saved: Iterable<SavedDeed>,
  { text, guest }: { text: string; guest: string | undefined },
): void => {
  for (const deed of saved) {
    if (deed.ids.some((id) => text.includes(id))) continue;
    if (deed.user.isAlive() && deed.synced === 'open') Object.assign(deed, { isAtRisk: true, guest });
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

/**
 * Its page waits for it no more. Beside it a page was opened that found the store empty and made somebody new there: that
 * looks as if another tab had seen off who was here.
 */
export const giveUpAtRisk = (deed: SavedDeed, { tabs, disk, state }: SimDevice): void => {
  const isOthers = deed.guest !== guestIn(disk);
  const isMade = tabs.some(({ user, loading }) => user !== deed.user && loading.fromMs >= state.lostAtMs);
  if (deed.isAtRisk && isOthers && isMade) deed.isLost = true;
};

/** Whose a store is. */
export const guestIn = (disk: SimDevice['disk']): string | undefined =>
  (disk.rowsNow().find(([[table]]) => table === 'device')?.[1] as Device | undefined)?.guest.id;
