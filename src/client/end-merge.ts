import { guestGoesOn, type Receipt } from '../core/receipt.ts';
import { listOut, voidEntry } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { WriteTx } from './ports.ts';
import { type Device, type OutEntry, outKey, spaceOf } from './records.ts';
import { asLate } from './rehome.ts';
import { deleteSpace, linesIn, putDevice } from './tables.ts';

/** What is told of a merge. */
export type Merged = Pick<Receipt, 'guest' | 'policy' | 'undoneAtMs'>;

/**
 * What a device held of a customer, and the guest has in the copy of a line: where the guest's cart goes on it is in there.
 * What has a number may be on the server, and gives it to a change that does nothing.
 */
export const dropCopied = async (tx: WriteTx, space: string, merged: Merged | undefined): Promise<void> => {
  const { guest = '', policy, undoneAtMs } = merged ?? {};
  if (undoneAtMs || !guestGoesOn(policy)) return;
  for (const entry of await listOut(tx, space)) {
    if (!entry.copied?.includes(guest)) continue;
    if (entry.q) voidEntry(tx, space, entry);
    else tx.delete(outKey(space, entry));
  }
};

/**
 * Nothing of a guest is owed any more; what `isLeft` finds of its changes goes on as the customer's. False: nothing was owed.
 * @param merged The merge, where there was one.
 */
export const endOwedMerge = async (
  partition: Partition,
  { isLeft, merged }: { readonly isLeft: (entry: OutEntry) => boolean; readonly merged?: Merged | undefined },
): Promise<boolean> => {
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
    await dropCopied(tx, spaceOf(device), merged);
    putDevice(tx, device);
    return left;
  });
  partition.tell('rows');
  return true;
};
