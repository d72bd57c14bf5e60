import type { WriteTx } from './ports.ts';
import { type Device, owedTo, type Space, spaceOf, withClaimOf } from './records.ts';
import { deleteSpace, dropLimbo, getDevice, getSpace, putDevice, putSpace, sweepSpaces } from './tables.ts';

/**
 * What others left on this device goes, but for what is being flushed by the tab that signs out. With `isFollowing` that
 * tab has only begun to: whose changes go it decides. Gives how many changes are lost.
 */
export const leaveOthers = async (
  tx: WriteTx,
  device: Device,
  {
    epoch,
    keepUnsent,
    isFollowing = false,
  }: { epoch?: number | undefined; keepUnsent: boolean; isFollowing?: boolean },
): Promise<number> => {
  const stored = await getDevice(tx);
  // A page that was killed when it had just begun to see them off could not note it.
  if (stored?.merging && stored.customer && spaceOf(stored) !== spaceOf(device)) {
    const owing = await getSpace(tx, spaceOf(stored));
    if (owing) putSpace(tx, spaceOf(stored), { ...owing, merging: stored.merging });
  }
  const swept = isFollowing ? [] : await sweepSpaces(tx, device, { keepUnsent });
  const gone = [...swept, ...(await dropLimbo(tx, device, epoch))];
  putDevice(tx, withClaimOf(stored, device));
  return gone.length;
};

/**
 * What is held under one of these names, of a space or a replica, goes, with the guests whose merge was owed to whom it is of:
 * they left, and took the device back. Who is back stays.
 */
export const dropHeld = async (tx: WriteTx, here: Device, names: readonly unknown[]): Promise<void> => {
  const device = (await getDevice(tx)) ?? here;
  for (const [[, id], space] of await tx.list(['space'])) {
    const isTheirs = names.includes(id) || names.includes((space as Space).replica);
    if (isTheirs && id !== device.closing && id !== spaceOf(device))
      for (const one of [String(id), ...owedTo(space as Space)]) deleteSpace(tx, one);
  }
};
