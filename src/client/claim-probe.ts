import type { RelevoError } from '../core/relevo-error.ts';
import type { Partition } from './partition.ts';
import type { Requests } from './requests.ts';
import { putDevice } from './tables.ts';

/**
 * A claim had no answer: a lost reply, a page left at the redirect of a login. A pull of the guest
 * tells whether it was merged. If so (false) the guest is shown as it is and sends nothing, until
 * its customer signs in and the claim is repeated; else the guest goes on.
 */
export const isUnclaimed = async (partition: Partition, requests: Requests): Promise<boolean> => {
  const { claimAt: _, ...device } = partition.device;
  const { space } = partition;
  try {
    await requests.gather(requests.requestOf({ replica: space.replica, entries: [], space, left: 0 }, undefined));
  } catch (error) {
    if ((error as RelevoError).code === 'auth/guest-claimed') return false;
    throw error;
  }
  await partition.fenced(device.epoch, async (tx) => putDevice(tx, device));
  if (partition.device.epoch === device.epoch) partition.setDevice(device);
  return true;
};
