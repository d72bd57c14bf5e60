import type { Json } from '../core/json.ts';
import type { RelevoError } from '../core/relevo-error.ts';
import type { Disk } from './disk.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { isKnown, listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import { type Device, type OutEntry, outKey, type Space, spaceOf, withoutClaim } from './records.ts';
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
  const isShared = config.deviceKind !== 'personal';

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
    goesOn(): Promise<void> {
      const { device } = partition;
      return put(device.epoch, { ...device, epoch: device.epoch + 1 });
    },

    /**
     * The same while somebody is being signed in as that guest: at once, and two epochs, since their sign-in may be
     * stored already. Gives how many changes are left behind, and whether they wait for who made them.
     */
    async overtaken(): Promise<{ unsynced: number; isHeld: boolean }> {
      const { device, space } = partition;
      const epoch = device.epoch + 2;
      const isEnded = config.deviceKind === 'kiosk' || (isShared && device.claimAt !== undefined);
      const another = (at: number): Device => ({
        ...withoutClaim(device),
        epoch: at,
        from: epoch,
        guest: partition.newGuest(),
      });
      const next: Device = isEnded
        ? another(epoch)
        : { ...device, epoch, ...(device.claimAt === undefined ? {} : { claimLeft: true }) };
      const nextSpace = isEnded ? partition.newSpace(true) : space;
      // No store may have them yet, or one that fails now.
      const mine = isEnded ? model.pending.filter(({ held }) => !held) : [];
      sync.leave();
      if (isEnded) partition.abandon();
      partition.become(next, nextSpace, { isOpen: false });
      const empty = (pending: typeof model.pending) => {
        model.replace({ of: partition.device.guest.id, rows: new Map(), pending });
        changed('signout');
      };
      if (isEnded) empty([]);
      const { lost, theirs, taken } = await disk.write(
        async (tx) => {
          const stored = await getDevice(tx);
          const none: { lost: Set<string>; theirs: Set<string>; taken?: { device: Device; space: Space } } = {
            lost: new Set(mine.filter(({ stage }) => stage !== 'stored' || !disk.durable).map(({ entry }) => entry.i)),
            theirs: new Set(),
          };
          // Another tab's word is later, and that tab counts what is stored. Memory has this page's own.
          if (stored && stored.epoch >= epoch) return none;
          // They were signed in, and this page had not heard of it yet: what they did as the guest is with them.
          const isTaken = !isEnded && stored?.customer && stored.guest.id === device.guest.id;
          const taken = isTaken ? { device: another(epoch + 1), space: partition.newSpace(true) } : undefined;
          const here = taken ?? { device: next, space: nextSpace };
          const gone = new Set([device.guest.id, ...(stored ? [spaceOf(stored)] : [])]);
          // What another customer left is sent or dropped by their own sign-out.
          for (const id of [here.device.guest.id, next.closing ?? '']) gone.delete(id);
          const out: string[] = mine.map(({ entry }) => entry.i);
          const done: string[] = [];
          for (const id of gone) {
            out.push(...(await listOut(tx, id)).map(({ i }) => i));
            done.push(...(await listDone(tx, id)).map(([i]) => i));
          }
          await partition.leaveOthers(tx, here.device, stored?.epoch);
          if (isEnded || taken) putSpace(tx, here.device.guest.id, here.space);
          const lost = new Set(out.filter((i) => !done.includes(i)));
          return { lost, theirs: new Set([...out, ...done]), ...(taken ? { taken } : {}) };
        },
        { durability: 'strict' },
      );
      if (taken && partition.device.epoch === epoch) {
        partition.abandon(({ entry }) => theirs.has(entry.i));
        partition.become(taken.device, taken.space, { isOpen: false });
        empty(model.pending);
      }
      partition.tell('epoch');
      await partition.reload();
      return { unsynced: lost.size, isHeld: !isShared };
    },
  };
};
