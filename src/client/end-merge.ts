import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Device, OutEntry } from './records.ts';
import { asLate } from './rehome.ts';
import { deleteSpace, linesIn, putDevice } from './tables.ts';

/** Nothing of a guest is owed any more; what `isLeft` finds of its changes goes on as the customer's. False: nothing was owed. */
export const endOwedMerge = async (partition: Partition, isLeft: (entry: OutEntry) => boolean): Promise<boolean> => {
  const { merging, ...rest } = partition.device;
  if (!merging) return false;
  const device: Device = merging.next ? { ...rest, merging: merging.next } : rest;
  partition.setDevice(device);
  await partition.rehomeWaiting(async (tx) => {
    const left = asLate((await listOut(tx, merging.id)).filter(isLeft), {
      line: await linesIn(tx, merging.id),
      isFrozen: true,
    });
    deleteSpace(tx, merging.id);
    putDevice(tx, device);
    return left;
  });
  partition.tell('rows');
  return true;
};
