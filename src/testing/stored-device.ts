import type { StoreKey } from '../client/ports.ts';
import type { Device } from '../client/records.ts';
import type { SimDevice } from './sim-device.ts';

/** Who a device is, as it has stored it. */
export const deviceOf = (rows: readonly (readonly [StoreKey, unknown])[]): Device | undefined =>
  rows.find(([[table]]) => table === 'device')?.[1] as Device | undefined;

/** The same, as it is on the disk now. */
export const deviceIn = (disk: SimDevice['disk']): Device | undefined => deviceOf(disk.rowsNow());

/** Whose a store is. */
export const guestIn = (disk: SimDevice['disk']): string | undefined => deviceIn(disk)?.guest.id;

/** Whom what is kept beside a store names. */
export const markedIn = ({ marker }: SimDevice['device']): Device | null =>
  JSON.parse(marker.text ?? 'null') as Device | null;
