import type { Json } from '../core/json.ts';
import type { RelevoError } from '../core/relevo-error.ts';
import type { Disk } from './disk.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { isKnown, listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import { type Device, type OutEntry, outKey, spaceOf, withoutClaim } from './records.ts';
import { rehome } from './rehome.ts';
import type { Sync } from './sync.ts';
import { type Done, deleteSpace, getDevice, listDone, putDevice, putDone, putSpace } from './tables.ts';

/** Why a guest ends that is another's: `known` is what its customer has, `isLeft` that whoever it was has left. */
export type GuestEnd = { readonly known?: RelevoError['known']; readonly isLeft?: boolean };

/** How a guest of this device ends, or stays when somebody says that nobody is here. */
export const createGuestEnd = ({
  config,
  disk,
  partition,
  model,
  sync,
  changed,
}: {
  config: Config;
  disk: Disk;
  partition: Partition;
  model: Model;
  sync: Sync;
  changed(cause: 'signout'): void;
}) => {
  const isShared = config.deviceKind === 'shared';

  /**
   * The guest's space is gone or somebody else's: a new guest takes over the changes that nobody has, or none of
   * them when whoever made them has left. Gives how many are left behind.
   */
  const replace = async ({ known, isLeft = false }: GuestEnd): Promise<number> => {
    const { id, epoch, guest, from } = partition.device;
    const device: Device = { id, epoch: epoch + 1, guest: partition.newGuest(), from };
    const space = partition.newSpace(true);
    const lost = await partition.fenced(epoch, async (tx) => {
      const out = await listOut(tx, guest.id);
      const isTheirs = (entry: OutEntry) => isLeft || isKnown(entry, known);
      const left = rehome(
        out.filter((entry) => !isTheirs(entry)),
        { version: 0, replica: space.replica, line: () => undefined, source: partition.detailsOf },
      );
      const theirs = out.filter(isTheirs).map(({ i }): Done => [i, 'auth/guest-claimed']);
      const done = [...(await listDone(tx, guest.id)), ...theirs];
      deleteSpace(tx, guest.id);
      await putDone(tx, device.guest.id, done);
      for (const entry of left) tx.put(outKey(device.guest.id, entry), entry as unknown as Json);
      putDevice(tx, device);
      putSpace(tx, device.guest.id, space);
      return out.length - left.length;
    });
    // Somebody was told to leave meanwhile: that is the later word.
    if (partition.device.epoch !== epoch) return 0;
    if (isLeft) partition.abandon();
    partition.become(device, space, { isOpen: false });
    // Before anything is awaited: a slow store must not show the next one what was theirs.
    if (isLeft) model.replace({ of: device.guest.id, rows: new Map(), pending: model.pending });
    await partition.reload();
    changed('signout');
    return lost ?? 0;
  };

  /** The same guest in another state. */
  const put = async (epoch: number, next: Device) => {
    await partition.fenced(epoch, async (tx) => putDevice(tx, next));
    if (partition.device.epoch !== epoch) return;
    if (next.epoch > epoch) partition.become(next, partition.space, { isOpen: false });
    else partition.setDevice(next);
    void sync.wake();
  };

  return {
    replace,

    /** The page says that nobody is signed in. A guest whose claim had no answer may be a customer's by now: on a shared device it is shown to nobody any more. */
    async unasked(): Promise<number> {
      const { device } = partition;
      if (device.claimAt === undefined) return 0;
      if (isShared) return replace({ isLeft: true });
      await put(device.epoch, { ...device, claimLeft: true });
      return 0;
    },

    /**
     * Somebody says so who is here as a guest: the epoch passes, so that a tab that is signing somebody in meanwhile
     * finds that it came too late.
     */
    told: ({ epoch } = partition.device): Promise<void> => put(epoch, { ...partition.device, epoch: epoch + 1 }),

    /**
     * The same while somebody is being signed in as that guest: at once, and two epochs, since their sign-in may be
     * stored already. Gives how many changes are left behind.
     */
    async overtaken(): Promise<number> {
      const { device, space } = partition;
      const epoch = device.epoch + 2;
      const isEnded = isShared && device.claimAt !== undefined;
      const next: Device = isEnded
        ? { ...withoutClaim(device), epoch, from: epoch, guest: partition.newGuest() }
        : { ...device, epoch, ...(device.claimAt === undefined ? {} : { claimLeft: true }) };
      const nextSpace = isEnded ? partition.newSpace(true) : space;
      sync.leave();
      if (isEnded) partition.abandon();
      partition.become(next, nextSpace, { isOpen: false });
      if (isEnded) {
        model.replace({ of: next.guest.id, rows: new Map(), pending: [] });
        changed('signout');
      }
      const lost = await disk.write(
        async (tx) => {
          const stored = await getDevice(tx);
          if (stored && stored.epoch >= epoch) return 0;
          const gone = new Set([device.guest.id, ...(stored ? [spaceOf(stored)] : [])]);
          // What another customer left is sent or dropped by their own sign-out.
          for (const id of [next.guest.id, next.closing ?? '']) gone.delete(id);
          const out = (await Promise.all([...gone].map((id) => listOut(tx, id)))).flat();
          await partition.leaveOthers(tx, next, stored?.epoch);
          if (isEnded) putSpace(tx, next.guest.id, nextSpace);
          return out.length;
        },
        { durability: 'strict' },
      );
      partition.tell('epoch');
      await partition.reload();
      return lost;
    },
  };
};
