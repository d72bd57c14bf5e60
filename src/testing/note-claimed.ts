import { noteGone } from './device-state.ts';
import { giveUpSaved } from './saved-deed.ts';
import type { SimDevice } from './sim-device.ts';

/** An answer to `body` said that the guest here is somebody's by now. `isApart`: its page goes on over a store that fails. */
export const noteClaimed = (
  { spec, state, disk }: Pick<SimDevice, 'spec' | 'state' | 'disk'>,
  { body, isApart, nowMs }: { body: string; isApart: boolean; nowMs: number },
): void => {
  // A copy of it was claimed meanwhile: this device goes on as another guest.
  if (state.emptied && body.includes(state.emptied.guest)) state.emptied = undefined;
  // What a store that this page cannot read has of that guest may be the other customer's: see `pendingInvariants`.
  if (isApart) giveUpSaved(state.saved, disk.rowsNow(), (space) => body.includes(`"guest":"${space}"`));
  // 0.1.0 signs out whoever still waits for the merge of that guest.
  if (spec.sdk && body.includes('"claim":{') && disk.text().includes('merging')) noteGone(state, nowMs, true);
};
