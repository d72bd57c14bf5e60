import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { Model } from './model.ts';
import { listOut, moveEntry } from './outbox.ts';
import type { ReadTx, StoreKey, WriteTx } from './ports.ts';
import { type Device, limboKey, outKey, rowKey, type Space, spaceOf } from './records.ts';
import { deleteSpace, getDevice, getSpace, putDevice, putSpace } from './tables.ts';

/** What a page knows of whoever uses this device. */
export type KnownState = {
  readonly device: Device;
  readonly space: Space;
  readonly rows: Model['rows'];
  readonly pending: Model['pending'];
};

/** What is kept for the device and not for a space. */
const deviceTables = ['limbo', 'capture', 'shop'] as const;

export const readDeviceTables = async (tx: ReadTx): Promise<(readonly [StoreKey, Json])[]> =>
  (await Promise.all(deviceTables.map((table) => tx.list([table])))).flat();

/** Everything that a page knows, into a store that knows less. */
export const writeState = (tx: WriteTx, { device, space, rows, pending }: KnownState): void => {
  const id = spaceOf(device);
  putDevice(tx, device);
  putSpace(tx, id, space);
  for (const [collection, entries] of rows)
    for (const [key, row] of entries) tx.put(rowKey(id, collection, key), row as unknown as Json);
  for (const { entry, held, isLimbo } of pending)
    if (!held) tx.put(isLimbo ? limboKey(entry) : outKey(id, entry), entry as unknown as Json);
};

/**
 * Moves what a page held in memory into the device's own store, which opened late. The same space:
 * the changes of both, each under the replica it has. Another space: this page's holds. False, and
 * nothing is written, when somebody signed in or out there meanwhile: that is the later word.
 */
export const adoptState = async (
  tx: WriteTx,
  state: KnownState & { readonly others: readonly (readonly [StoreKey, Json])[]; line(key: string): Line | undefined },
): Promise<boolean> => {
  const stored = await getDevice(tx);
  if (stored && stored.epoch > state.device.epoch) return false;
  const id = spaceOf(state.device);
  const space = stored && (await getSpace(tx, spaceOf(stored)));
  if (stored && spaceOf(stored) !== id) deleteSpace(tx, spaceOf(stored));
  else if (space) {
    const move = { from: space.replica, to: state.space.replica, line: state.line };
    for (const entry of await listOut(tx, id))
      if (!entry.q) tx.put(outKey(id, entry), moveEntry(entry, move) as unknown as Json);
  }
  tx.deleteAll(['row', id]);
  for (const [key, value] of state.others) tx.put(key, value);
  writeState(tx, state);
  return true;
};
