import type { WriteTx } from './ports.ts';
import { type Device, spaceOf } from './records.ts';
import { dropLimbo, getDevice, getSpace, putDevice, putSpace, sweepSpaces } from './tables.ts';

/** What others left on this device goes, but for what is being flushed by the tab that signs out. Gives how many changes are lost. */
export const leaveOthers = async (
  tx: WriteTx,
  device: Device,
  { epoch, keepUnsent }: { epoch: number | undefined; keepUnsent: boolean },
): Promise<number> => {
  const stored = await getDevice(tx);
  // A page that was killed when it had just begun to see them off could not note it.
  if (stored?.merging && stored.customer && spaceOf(stored) !== spaceOf(device)) {
    const owing = await getSpace(tx, spaceOf(stored));
    if (owing) putSpace(tx, spaceOf(stored), { ...owing, merging: stored.merging });
  }
  const gone = (await dropLimbo(tx, device, epoch)) + (await sweepSpaces(tx, device, { keepUnsent }));
  putDevice(tx, device);
  return gone;
};
