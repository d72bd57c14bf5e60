import { noteGone } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import { giveUpSaved } from './saved-deed.ts';
import type { SimDevice } from './sim-device.ts';

/** An answer to `body` said that the guest here is somebody's by now. `isApart`: its page goes on over a store that fails. */
export const noteClaimed = (
  { spec, state, disk, text }: Pick<SimDevice, 'spec' | 'state' | 'disk' | 'text'>,
  { body, isApart, nowMs, ledger }: { body: string; isApart: boolean; nowMs: number; ledger: Ledger },
): void => {
  const rows = disk.rowsNow();
  const isOfGuest = (space: unknown) => body.includes(`"guest":"${space}"`);
  // What the device goes on with says of its lines what the guest called them. 0.1.0 goes on with all it has.
  ledger.copied(body + (spec.sdk ? text() : JSON.stringify(rows.filter(([[, space]]) => isOfGuest(space)))));
  // A copy of it was claimed meanwhile: this device goes on as another guest.
  if (state.emptied && body.includes(state.emptied.guest)) state.emptied = undefined;
  // What a store that this page cannot read has of that guest may be the other customer's: see `pendingInvariants`.
  if (isApart) giveUpSaved(state.saved, rows, isOfGuest);
  // 0.1.0 signs out whoever still waits for the merge of that guest.
  if (spec.sdk && body.includes('"claim":{') && disk.text().includes('merging')) noteGone(state, nowMs, true);
};
