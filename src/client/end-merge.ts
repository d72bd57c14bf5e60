import { isOfServer } from '../core/collection.ts';
import { own } from '../core/own.ts';
import { guestGoesOn, type Receipt } from '../core/receipt.ts';
import type { Row } from '../protocol/messages.ts';
import type { ToldCheckout } from './checkout-record.ts';
import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Device, OutEntry } from './records.ts';
import { asLate } from './rehome.ts';
import { deleteSpace, linesIn, putDevice } from './tables.ts';

/**
 * The outbox when these rows have come. What a device held of a customer, and a guest has in the copy of a line, does nothing
 * any more where that guest's cart goes on, which has it, or where all of the copy was paid for. A quantity that was set is
 * of the line as well: all of that was bought.
 */
export const withoutCopied = (out: readonly OutEntry[], rows: readonly Row[]): readonly OutEntry[] =>
  rows.reduce((left, [collection, , , state]) => {
    if (!isOfServer(collection)) return left;
    const told = (state as { v?: Partial<Receipt & ToldCheckout> } | null)?.v;
    const { guest = '', policy, undoneAtMs, owed = {}, owedGuest = '' } = told ?? {};
    const isIn = guestGoesOn(policy) && !undoneAtMs;
    return left.map((entry) => {
      const { copied = [], ...rest } = entry;
      const { x, k } = rest;
      const isPaid = own(owed, k) === 0 && copied.includes(owedGuest);
      if (!isPaid && !(isIn && copied.includes(guest))) return entry;
      return { ...rest, x: isPaid && x.t === 'set' ? { ...x, v: 0 } : { t: 'nop' } };
    });
  }, out);

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
