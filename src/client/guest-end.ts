import type { RelevoError } from '../core/relevo-error.ts';
import { isKnown, listOut, putOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Device, OutEntry } from './records.ts';
import { rehome } from './rehome.ts';
import { beyondCopies } from './sticky-lines.ts';
import type { Sync } from './sync.ts';
import { type Done, deleteSpace, listDone, putDevice, putDone, putSpace } from './tables.ts';

/** Why a guest ends that is another's: `known` is what its customer has. */
export type GuestEnd = {
  readonly known?: RelevoError['known'];
  /** Ids of changes that do not go on. */
  readonly without?: ReadonlySet<string>;
};

/** How a guest of this device ends, or goes on when somebody says that nobody is here. */
export const createGuestEnd = ({
  partition,
  sync,
  changed,
}: {
  partition: Partition;
  sync: Sync;
  changed(cause: 'signout'): void;
}) => ({
  /** The guest's space is gone or somebody else's: a new guest takes over the changes that nobody has. */
  async replace({ known, without }: GuestEnd): Promise<void> {
    const { id, epoch, guest, from, dropped } = partition.device;
    const device: Device = { id, epoch: epoch + 1, guest: partition.newGuest(), from, dropped };
    const space = partition.newSpace(true);
    await partition.fenced(epoch, async (tx) => {
      const out = await listOut(tx, guest.id);
      const isTheirs = (entry: OutEntry) => isKnown(entry, known) || !!without?.has(entry.i);
      const left = rehome(
        // Of what stayed in view of somebody else's they have what they put in beyond it.
        (without ? beyondCopies(out, { line: partition.lineOf, customer: '' }) : out).filter(
          (entry) => !isTheirs(entry),
        ),
        { line: () => undefined, version: 0, replica: space.replica, source: partition.detailsOf },
      );
      const theirs = out.filter(isTheirs).map(({ i }): Done => [i, without ? 'sync/abandoned' : 'auth/guest-claimed']);
      const done = [...(await listDone(tx, guest.id)), ...theirs];
      deleteSpace(tx, guest.id);
      await putDone(tx, device.guest.id, done);
      putOut(tx, device.guest.id, left);
      putDevice(tx, device);
      putSpace(tx, device.guest.id, space);
    });
    // Another tab signed somebody in or out meanwhile: that is the later word.
    if (partition.device.epoch !== epoch) return;
    partition.become(device, space);
    await partition.reload();
    changed('signout');
  },

  /**
   * Nobody is here, and the guest stays. `epoch`: that of the one who says so of themselves; it passes, so that a tab that is
   * signing somebody in meanwhile finds that it came too late.
   */
  async goesOn(epoch?: number): Promise<void> {
    const { device, space } = partition;
    const hasClaim = device.claimAt !== undefined;
    if (!hasClaim && epoch === undefined) return;
    const next: Device = { ...device, epoch: epoch ?? device.epoch, ...(hasClaim && { claimLeft: true }) };
    await partition.fenced(device.epoch, async (tx) => putDevice(tx, next));
    if (partition.device.epoch !== device.epoch) return;
    if (epoch === undefined) partition.setDevice(next);
    else partition.become(next, space);
    void sync.wake();
  },

  /**
   * A guest of whom this page had told went on in another tab before whoever they came after was seen off, which nobody else
   * does then. Gives how many of their changes are lost.
   */
  async seesOff(told: Device | undefined): Promise<number> {
    const { closing, ...device } = partition.device;
    if (!closing || device.guest.id !== told?.guest.id || closing !== told.closing) return 0;
    const gone = await partition.fenced(device.epoch, (tx) => partition.leaveOthers(tx, device));
    partition.setDevice(device);
    return gone ?? 0;
  },
});
