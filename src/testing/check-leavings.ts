import { canariesIn } from './canaries.ts';
import type { Deed } from './deed.ts';
import type { Ledger } from './ledger.ts';
import type { SimDevice } from './sim-device.ts';
import type { Watch } from './watch.ts';

/** Of what was saved and is nowhere, no more is gone with those who left than was said to be. */
export const checkDropped = (
  { state, spec, index, text }: SimDevice,
  { watch, ledger, deeds }: { readonly watch: Watch; readonly ledger: Ledger; readonly deeds: readonly Deed[] },
): void => {
  // What stands in a store that cannot be read is not counted. A guest who keeps to the device is not either.
  if (spec.sdk || spec.kind === 'kiosk' || spec.guest === 'local' || state.isDroppedUnsaid || state.leavings.size)
    return;
  const goneAtMs = Math.max(state.droppedAtMs, spec.kind === 'shared' ? state.unsyncedAtMs : -1);
  const isGone = ({ what, ids, device, atMs, saved, synced, isLost }: Deed) =>
    device.index === index &&
    saved === 'done' &&
    synced !== 'done' &&
    !isLost &&
    atMs <= goneAtMs &&
    !/view$/.test(what) &&
    !ids.some((id) => ledger.durable.has(id) || text().includes(id));
  const gone = new Set(deeds.filter(isGone).flatMap(({ ids }) => ids));
  watch.check(
    'saved is kept',
    gone.size <= state.unsynced,
    () => `device ${index} said that ${state.unsynced} were not sent, and lost ${[...gone]}`,
  );
};

/** When all is quiet a shared device holds nothing of a customer who is not here. */
export const checkLeftOver = ({ state: { session }, spec, index, text }: SimDevice, watch: Watch): void => {
  if (spec.kind !== 'shared' || spec.sdk) return;
  const left = canariesIn(text()).filter(
    (canary) => !canary.startsWith('guest~') && !canary.startsWith(`${session.who}~`),
  );
  watch.check('signed out', !left.length, () => `device ${index}, ${session.who ?? 'a guest'}, has ${left}`);
};
