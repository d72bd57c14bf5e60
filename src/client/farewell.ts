import type { Ack } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { storeArrival } from './arrival.ts';
import { dropNumbered, formBatch, numberAll } from './outbox.ts';
import { type OutEntry, outKey, type Space } from './records.ts';
import { cutOff } from './requests.ts';
import type { SignOutContext } from './sign-out.ts';
import { getSpace, putSpace } from './tables.ts';

type Farewell = {
  old: string;
  space: Space;
  token: string;
  isFlush: boolean;
  /** The guests whose merge is owed. */
  owed: readonly string[];
  acked: Map<string, Ack>;
  /** Nothing more is sent. */
  isOver: () => boolean;
};

/** Brings what is left of a space being left to the server, and tells it that this device has signed out. */
export const farewell = async (
  { ports, disk, sync, partition }: Pick<SignOutContext, 'ports' | 'disk' | 'sync' | 'partition'>,
  { old, space, token, isFlush, owed, acked, isOver }: Farewell,
) => {
  for (let isMore = true; isMore && !isOver(); ) {
    const maxChanges = isFlush ? wireLimits.maxBatchChanges : 0;
    const batch = await disk.write(async (tx) => {
      const stored = await getSpace(tx, old);
      const found = stored && isFlush ? await numberAll(tx, old, stored) : (stored ?? space);
      if (stored) putSpace(tx, old, found);
      // A quantity that was set on nothing known, or on what has still to be merged, means its distance from what is there:
      // the server cannot tell.
      const isBlind = owed.length > 0 || (found.cursor === null && !found.born);
      const isHeld = (entry: OutEntry) => (entry.from !== undefined || !!entry.owed) && isBlind;
      return formBatch(tx, old, found, { maxChanges, isHeld, owed });
    });
    // The store may have taken longer than there was time.
    if (isOver()) return;
    // What was held over an earlier sign-out goes alone.
    const isOfBefore = batch.replica !== batch.space.replica;
    isMore = isOfBefore || (isFlush && batch.left > 0);
    const answer = await sync
      .gather({ ...sync.requestOf(batch, token), ...(!isMore && { want: { signout: true } }) }, { space: old, isOver })
      .catch((error) => {
        // There is little time, and sending again is free of effect.
        if (error.cause === cutOff) return cutOff;
        // What the device held when it was taken back is not taken from who is back there; what they did since is.
        if (!isOfBefore || error.code !== 'auth/revoked') throw error;
      });
    if (answer === cutOff) {
      isMore = true;
      continue;
    }
    if (!answer) {
      await disk.write((tx) => dropNumbered(tx, old, batch.replica));
      continue;
    }
    const { first: reply, arrival } = answer;
    if (reply.offer !== undefined && isFlush) {
      // The server was restored: it has the rows now and takes the changes next.
      await disk.write(async (tx) => {
        // Its answer came late: the space is deleted or held by now.
        if (isOver()) return;
        const found = (await getSpace(tx, old)) ?? space;
        await storeArrival(tx, {
          id: old,
          space: found,
          arrival: { ...arrival, given: batch.given },
          ids: ports.ids,
          ageOf: partition.ageOf,
        });
      });
      isMore = true;
      continue;
    }
    for (const ack of reply.acks) acked.set(ack[0], ack);
    isMore &&= reply.acks.length > 0;
    await disk.write(async (tx) => {
      for (const entry of batch.entries) if (acked.has(entry.i)) tx.delete(outKey(old, entry));
    });
  }
};
