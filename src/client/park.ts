import { RelevoError } from '../core/relevo-error.ts';
import type { Model } from './model.ts';
import { voidFirst } from './outbox.ts';
import type { Partition } from './partition.ts';

/** A change that the server cannot take at any size gives up its number to one that does nothing. */
export const parkFirst = async (partition: Partition, model: Model, code: string): Promise<boolean> => {
  const parked = await partition.fenced(partition.device.epoch, (tx, _, id) => voidFirst(tx, id));
  if (!parked) return false;
  model.pending.find(({ entry }) => entry.i === parked.i)?.synced.reject(new RelevoError(code));
  await partition.reload();
  return true;
};
