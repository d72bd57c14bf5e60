import { type Device, spaceOf } from '../client/records.ts';
import type { Json } from '../core/json.ts';
import type { Leaving } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import { endSaved, giveUpSaved, spaceWith } from './saved-deed.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import { deviceIn, markedIn } from './stored-device.ts';

type Ends = Pick<SimDevice, 'spec' | 'disk' | 'state' | 'device' | 'shop'> & { readonly tabs: readonly SimTab[] };

type Ended = { readonly user: SimTab['user']; readonly isMidway: boolean };

/** What is known of a device's changes when one of its pages ends. */
export const endPage = ({ user, isMidway }: Ended, ends: Ends, ledger: Ledger): void => {
  const status = ends.tabs.find((tab) => tab.user === user)?.page.relevo.status;
  const { reports } = ends.state;
  reports.hasLeft = true;
  // One that has not read its store, waits for it or went on in memory takes with it what it knew of the shop.
  reports.isLeft ||= isMidway || !status?.isReady || !!status.degraded || ends.state.isSlow || !!ends.shop?.isRepeating;
  keepWaiting(!!status?.degraded, ends, ledger);
  endSaved(ends.state.saved, user, isSomebodys(ends) ? ends.disk.text() : '');
  endLeaving(user, ends);
};

/**
 * A storage of keys that was emptied takes what comes next, and the page may end before it has put back who is here. Then
 * what is kept beside the store vouches for a guest alone.
 */
const isSomebodys = ({ disk, device }: Pick<Ends, 'disk' | 'device'>): boolean => {
  const marked = markedIn(device);
  return !!deviceIn(disk) || (!!marked && !marked.customer);
};

/**
 * A page over a store that fails ends: what it sent of nobody's changes waits there still. See `pendingInvariants`. With
 * 0.1.0 so it does in a store that was taken back.
 */
const keepWaiting = (isDegraded: boolean, { spec, disk }: Ends, ledger: Ledger) => {
  if (!isDegraded && !spec.sdk) return;
  void disk.rows().then((rows) => {
    const isSent = (row: Json) => ledger.sent.has((row as { i: string }).i);
    const waiting = rows.filter(([[table], row]) => table === 'limbo' && (isDegraded || isSent(row)));
    if (waiting.length) ledger.copied(JSON.stringify(waiting));
  });
};

/** It was seeing somebody off: on a shared device what they had goes at the next start, and nobody says so. */
const endLeaving = (user: SimTab['user'], ends: Ends) => {
  const cut = [...ends.state.leavings].filter((one) => one.user === user);
  if (!cut.length) return;
  giveUpOthers(ends);
  giveUpNobodys(
    cut.filter(({ isOut }) => isOut),
    ends,
  );
};

/**
 * A sign-out drops what is nobody's, also what was kept while it waited for its turn, and its page ended before it could
 * say so. Until it is stored the marker alone says it: then that goes at the next start.
 */
const giveUpNobodys = (cut: readonly Leaving[], { spec, disk, state, device }: Ends) => {
  const here = lastIn({ disk, device });
  // It had not begun: the record is as it was.
  if (spec.kind !== 'shared' || !here || here.from !== here.epoch) return;
  for (const one of cut) one.epoch = here.epoch;
  const sinceMs = Math.min(...cut.map(({ atMs }) => atMs));
  const isStored = deviceIn(disk)?.epoch === here.epoch;
  for (const deed of state.saved) {
    if (deed.space !== 'limbo' || deed.atMs < sinceMs) continue;
    const where = spaceWith(disk, deed.ids);
    deed.isLost ||= isStored ? where === undefined : where === 'limbo';
  }
};

/** Who is here, by the later of what is stored and what is kept beside it. */
const lastIn = ({ disk, device }: Pick<Ends, 'disk' | 'device'>): Device | null => {
  const [stored, marked] = [deviceIn(disk), markedIn(device)];
  return !stored || (marked && marked.epoch > stored.epoch) ? marked : stored;
};

/** On a shared device what stands in its store of others than who is here goes at the next start. */
export const giveUpOthers = ({ spec, disk, state, device }: Omit<Ends, 'tabs' | 'shop'>): void => {
  if (spec.kind !== 'shared') return;
  const here = lastIn({ disk, device });
  if (!here) return;
  // What their guest had before they signed in is theirs.
  const kept = [spaceOf(here), here.guest.id, here.merging?.id];
  giveUpSaved(state.saved, disk.rowsNow(), (space) => !kept.includes(space));
};
