import { hashText, type Sha256 } from '../core/hash.ts';
import type { RelevoError } from '../core/relevo-error.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { refusalStatus } from './exchange.ts';
import { listOut, putOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import { withoutClaim } from './records.ts';
import type { Requests } from './requests.ts';

/** For whom a claim goes out, so that the device can tell the next one from the same one. */
export const claimant = (sha256: Sha256, sub: string | undefined): string => (sub ? hashText(sha256, sub) : '');

/** Whatever is wrong with its changes, the first question has an answer. */
const unlessRefused = (error: RelevoError): undefined => {
  if (error.retryable || !refusalStatus(error)) throw error;
};

/**
 * A claim had no answer: a lost reply, a page left at the redirect of a login. A pull of the guest
 * tells whether it was merged. If not (`undefined`) the guest goes on; else the refusal is given, which
 * names what the customer has: the guest sends nothing until its customer signs in and the claim is
 * repeated, or until it gives way to a new guest.
 *
 * @param givesWay A guest who is claimed does so now: what the customer has must be known of each change.
 */
export const askClaim = async (
  partition: Partition,
  requests: Requests,
  givesWay?: boolean,
): Promise<RelevoError | undefined> => {
  const device = withoutClaim(partition.device);
  await partition.fenced(device.epoch, async (tx, _, space) => {
    // By the question, answered or not, the server hears of this device: what may have been sent before it must not
    // pass for young.
    for (const entry of await listOut(tx, space)) if (entry.q) putOut(tx, space, [{ ...entry, again: true }]);
  });
  const ask = async (most: number): Promise<RelevoError | undefined> => {
    // Not what is of whoever signed in meanwhile in another tab: that is not the guest's.
    const batch = partition.device.epoch === device.epoch ? await partition.batch(most) : undefined;
    try {
      if (batch) await requests.gather(requests.requestOf(batch, undefined));
      return undefined;
    } catch (error) {
      if ((error as RelevoError).code !== 'auth/guest-claimed') throw error;
      // A copy of this disk, or a later state of it, may have given the numbers of what is here to something else. The
      // server tells them apart by their ids, and takes nothing of a guest who is claimed.
      return (
        (!most && givesWay && batch?.left && (await ask(wireLimits.maxBatchChanges).catch(unlessRefused))) ||
        (error as RelevoError)
      );
    }
  };
  const refusal = await ask(0);
  if (refusal) return refusal;
  await partition.note(device);
  return undefined;
};

/**
 * Whether the guest here waits for the customer of an unanswered claim.
 * @throws the refusal when whoever claimed has left: the guest gives way.
 */
export const isClaimed = async (partition: Partition, requests: Requests): Promise<boolean> => {
  if (partition.device.claimAt === undefined) return false;
  const refusal = await askClaim(partition, requests, partition.device.claimLeft);
  if (refusal && partition.device.claimLeft) throw refusal;
  return !!refusal;
};
