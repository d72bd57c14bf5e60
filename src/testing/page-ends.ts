import { type Device, spaceOf } from '../client/records.ts';
import type { Json } from '../core/json.ts';
import type { Ledger } from './ledger.ts';
import { endSaved, giveUpSaved } from './saved-deed.ts';
import { noteLeaving } from './shop-reports.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

type Ends = Pick<SimDevice, 'spec' | 'disk' | 'state' | 'device'> & { readonly tabs: readonly SimTab[] };

/** What is known of a device's changes when one of its pages ends. */
export const endPage = (user: SimTab['user'], ends: Ends, ledger: Ledger): void => {
  keepWaiting(user, ends, ledger);
  endSaved(ends.state.saved, user, ends.disk.text());
  endLeaving(user, ends);
  noteLeaving(ends);
  ends.state.reports.isLeft = true;
};

/**
 * A page over a store that fails ends: what it sent of nobody's changes waits there still. See `pendingInvariants`. With
 * 0.1.0 so it does in a store that was taken back.
 */
const keepWaiting = (user: SimTab['user'], { tabs, spec, disk }: Ends, ledger: Ledger) => {
  const isDegraded = !!tabs.find((tab) => tab.user === user)?.page.relevo.status.degraded;
  if (!isDegraded && !spec.sdk) return;
  void disk.rows().then((rows) => {
    const isSent = (row: Json) => ledger.sent.has((row as { i: string }).i);
    const waiting = rows.filter(([[table], row]) => table === 'limbo' && (isDegraded || isSent(row)));
    if (waiting.length) ledger.copied(JSON.stringify(waiting));
  });
};

/** It was seeing somebody off: on a shared device what they had goes at the next start, and nobody says so. */
const endLeaving = (user: SimTab['user'], { spec, disk, state, device }: Ends) => {
  if (spec.kind !== 'shared' || ![...state.leavings].some((one) => one.user === user)) return;
  const rows = disk.rowsNow();
  const stored = rows.find(([[table]]) => table === 'device')?.[1] as unknown as Device | undefined;
  const marked = JSON.parse(device.marker.text ?? 'null') as Device | null;
  const here = !stored || (marked && marked.epoch > stored.epoch) ? marked : stored;
  if (here) giveUpSaved(state.saved, rows, (space) => space !== spaceOf(here) && space !== here.merging?.id);
};
