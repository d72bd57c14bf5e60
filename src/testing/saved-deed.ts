import type { StoreKey } from '../client/ports.ts';
import { type Device, spaceOf } from '../client/records.ts';
import type { SimDevice } from './sim-device.ts';
import { deviceIn, guestIn, markedIn } from './stored-device.ts';
import type { DiskUser } from './virtual-disk.ts';

/** A change that a page was told is saved. */
export type SavedDeed = {
  readonly ids: readonly string[];
  readonly user: DiskUser;
  readonly atMs: number;
  /** Whose outbox it was stored in; `limbo`: nobody's. */
  space?: string | undefined;
  /** The new guest of an emptied store, of whom its page had not heard: a locked one kept it there, or it was lost before. */
  beside?: string | undefined;
  /** When its page was opened. */
  readonly loading: { readonly fromMs: number };
  /** How far it came: while it is open its page goes on with it. */
  synced: string;
  /** What was stored went, and its page has not put it back yet. */
  isAtRisk: boolean;
  /** Whose the store was that it went with. */
  guest?: string | undefined;
  /** What was stored went, and nobody else had it. */
  isLost: boolean;
};

/** What stands in no outbox of it, and of what others are told what became of it. */
const settledIn = (disk: SimDevice['disk']): ReadonlySet<string> => {
  const rows = disk.rowsNow();
  const kept = new Set(rows.flatMap(([[table, ...key]]) => (table === 'out' || table === 'limbo' ? key.at(-1) : [])));
  const done = rows.flatMap(([[table], value]) => (table === 'done' ? (value as readonly (readonly string[])[]) : []));
  return new Set(done.flatMap(([id = '']) => (kept.has(id) ? [] : id)));
};

/** The store goes under its pages: they may be about to hear that something was saved in it. */
export const loseUnsaid = (stored: Map<string, string>, disk: SimDevice['disk']): void => {
  for (const [[table, ...key]] of disk.rowsNow())
    if (table === 'out' || table === 'limbo') stored.set(String(key.at(-1)), table === 'out' ? String(key[0]) : table);
};

/** Its page hears that it is saved. Where the store went meanwhile that was so, and the page has to put it back. */
export const hearSaved = (deed: SavedDeed, { disk, state: { saved, stored, lostGuest } }: SimDevice): void => {
  saved.add(deed);
  deed.space = spaceWith(disk, deed.ids);
  const id = deed.ids.find((one) => stored.has(one));
  if (id === undefined || deed.ids.some((one) => disk.text().includes(one))) return;
  Object.assign(deed, { space: stored.get(id), isAtRisk: true, guest: lostGuest });
};

/** The disk is another one now: what is not on it has gone, but for what a page that goes on still knows. */
export const loseSaved = (
  saved: Iterable<SavedDeed>,
  disk: SimDevice['disk'],
  { device: before, text: had }: { readonly device: Device | undefined; readonly text: string },
): void => {
  const guest = before?.guest.id;
  // What a personal device held of who had left, a page that stands still will not put back.
  const isHeld = ({ space }: SavedDeed) => !!before && !!space?.startsWith('c_') && space !== spaceOf(before);
  const text = disk.text();
  const settled = settledIn(disk);
  for (const deed of saved) {
    if (deed.ids.some((id) => text.includes(id) && !settled.has(id))) continue;
    // It went with an earlier loss, and somebody new was made in the store before its page heard of that.
    const isBeside = deed.isAtRisk && deed.guest !== guest && !deed.ids.some((id) => had.includes(id));
    if (isBeside) deed.beside ??= guest;
    if (deed.user.isAlive() && deed.synced === 'open' && !isHeld(deed)) Object.assign(deed, { isAtRisk: true, guest });
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

/** Its page waits for it no more, and nobody else has it. */
export const giveUp = (deed: SavedDeed, device: SimDevice): void => {
  deed.isLost ||=
    isLeftBehind(deed, device) ||
    isOfNewcomer(deed, device) ||
    isUnheard(deed, device) ||
    isCutShort(deed, device) ||
    isBesideNewcomer(deed, device);
};

/**
 * Beside its page another one found the store empty and made somebody new there: that looks as if another tab had seen off
 * who was here. One that was opened just before may read its store after it was lost. Or another tab did see them off, and
 * did not know of it.
 */
const isLeftBehind = (deed: SavedDeed, device: SimDevice): boolean => {
  const { lostAtMs, leftIn } = device.state;
  const isMade = device.tabs.some(
    ({ user, loading }) => user !== deed.user && (loading.untilMs < loading.fromMs || loading.untilMs >= lostAtMs),
  );
  const isSeenOff = [...leftIn].some(([user, atMs]) => user !== deed.user && atMs >= lostAtMs);
  const isOther = deed.guest !== guestIn(device.disk);
  return deed.isAtRisk && ((isMade && isEntered(deed, device)) || (isOther && (isMade || isSeenOff)));
};

/**
 * A guest's page hears that the store was lost when it next asks or writes, or from another page. One that found it empty
 * signed the guest in before anything was put back: see `pendingInvariants`.
 */
const isEntered = (
  { ids, user, space, guest }: SavedDeed,
  { disk, requests, state: { lostAtMs } }: SimDevice,
): boolean => {
  const here = deviceIn(disk);
  const isTheirs = space === guest && here?.guest.id === guest && !!here?.customer;
  const isPutBack = requests.filledMs(user) > lostAtMs || ids.some((id) => requests.storedMs(id) > lostAtMs);
  return isTheirs && !isPutBack;
};

/**
 * Its page was the one that found the store empty, on a shared device, and another page has put the customer back who was
 * here before: what somebody new could not send is not for their account.
 */
export const isOfNewcomer = (
  { atMs, space, guest }: SavedDeed,
  { disk, spec, state: { lostAtMs, lostGuests } }: SimDevice,
): boolean => {
  const here = deviceIn(disk);
  if (spec.kind !== 'shared' || !here?.customer) return false;
  const { id } = here.guest;
  return (
    atMs >= (lostGuests.get(id) ?? Number.POSITIVE_INFINITY) &&
    // What a locked page has kept there is the new one's too.
    (space === 'limbo' || !!space?.startsWith('g_')) &&
    space !== id &&
    // The new one's store may have been lost as well.
    (atMs >= lostAtMs || (!!guest && guest !== id))
  );
};

/** Another tab had seen its customer off, and that word was cleared with all else before its page could hear it. */
const isUnheard = ({ atMs, space, user, loading }: SavedDeed, { state: { lostAtMs, leftIn } }: SimDevice): boolean =>
  !!space?.startsWith('c_') &&
  lostAtMs <= atMs &&
  [...leftIn].some(([by, at]) => by !== user && loading.fromMs <= at && at <= lostAtMs);

/** Another tab ended in the sign-out that is the last word here: what this one kept as nobody's behind that went too. */
const isCutShort = ({ atMs, space }: SavedDeed, { device, state: { leavings } }: SimDevice): boolean => {
  const epoch = markedIn(device)?.epoch;
  return (
    space === 'limbo' && [...leavings].some((one) => one.epoch !== undefined && one.epoch === epoch && one.atMs <= atMs)
  );
};

/** The store was lost once more, and the new guest stayed. */
const isBesideNewcomer = ({ isAtRisk, beside }: SavedDeed, { disk }: SimDevice): boolean =>
  !!isAtRisk && !!beside && beside === guestIn(disk);

/** The guest whom another page made in a lost store, when its page was there before and takes the device for whose it was then. */
export const besideWhom = (
  { space, loading }: SavedDeed,
  anonymousId: string,
  { disk, state: { lostAtMs, lostGuest } }: SimDevice,
): string | undefined => {
  const guest = guestIn(disk);
  const isUnaware = loading.fromMs <= lostAtMs && anonymousId === lostGuest && guest !== lostGuest;
  return space === 'limbo' && isUnaware ? guest : undefined;
};

/** Whose outbox has one of these changes, or that they are nobody's. */
export const spaceWith = (disk: SimDevice['disk'], ids: readonly string[]): string | undefined => {
  const found = disk
    .rowsNow()
    .find(([[table, ...key]]) => (table === 'out' || table === 'limbo') && ids.includes(String(key.at(-1))));
  return found && String(found[0][0] === 'out' ? found[0][1] : 'limbo');
};
