import { RelevoError } from '../core/relevo-error.ts';
import type { Model } from './model.ts';
import { dropNumbered, voidFirst } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { SyncHooks } from './sync-hooks.ts';
import { type Done, putDone, putSpace } from './tables.ts';

/** A change that the server cannot take at any size gives up its number to one that does nothing. */
export const parkFirst = async (partition: Partition, model: Model, code: string): Promise<boolean> => {
  const parked = await partition.fenced(partition.device.epoch, (tx, _, id) => voidFirst(tx, id));
  if (!parked) return false;
  model.pending.find(({ entry }) => entry.i === parked.i)?.synced.reject(new RelevoError(code));
  await partition.reload();
  return true;
};

/**
 * What a device held when it was taken back the server takes from nobody any more, whoever is back there by a sign-in after
 * that. False when it is who is here that it refused.
 */
export const dropHeld = async (
  partition: Partition,
  replica: string,
  on: Pick<SyncHooks, 'arrived' | 'error'>,
): Promise<boolean> => {
  if (replica === partition.space.replica) return false;
  const dropped = await partition.fenced(partition.device.epoch, async (tx, space, id) => {
    const held = await dropNumbered(tx, id, replica);
    // All is read again: what a denial of consent among them took from this device is here still.
    putSpace(tx, id, { ...space, cursor: null });
    const done = held.map(({ i }): Done => [i, 'auth/revoked']);
    await putDone(tx, id, done);
    return held.length;
  });
  // Undefined: they have left meanwhile, and it is not about whoever is here now.
  if (!dropped) return dropped === undefined;
  await partition.reload();
  const message = `The customer had taken this device back. Changes from before, not taken: ${dropped}.`;
  on.error(new RelevoError('auth/revoked', { message, unsynced: dropped }));
  // Also a shop's own cart.
  on.arrived('remote');
  return true;
};
