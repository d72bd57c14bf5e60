import type { Disk } from './disk.ts';
import type { Model, Pending } from './model.ts';
import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Clock } from './ports.ts';
import { owedTo, spaceOf } from './records.ts';
import type { Sync } from './sync.ts';
import { listDone, listLimbo } from './tables.ts';

const sendMs = 3_000;
const readMs = 1_000;
const againMs = 250;

type Parts = {
  clock: Clock;
  disk: Disk;
  model: Model;
  partition: Partition;
  sync: Sync;
  /** How many reports of the shop have no place yet. */
  reports(): number;
};

/**
 * How many changes of whoever is here the server does not have, after up to three seconds in which it may get them; what
 * waits for consent is not among them. All tabs of the device are counted; when the store does not answer and this one has
 * some, it alone. `isOver`: whoever asked has left meanwhile. `decide` is told in the same turn.
 */
export const askUnsynced = async <T>(
  { clock, disk, model, partition, sync, reports }: Parts,
  {
    isOver,
    stopped,
    decide,
  }: { isOver(): boolean; stopped: Promise<never>; decide(unsynced: number | undefined): Promise<T> },
): Promise<T> => {
  /** `undefined`: it takes longer, or it failed. */
  const within = async <R>(ms: number, work: Promise<R>): Promise<R | undefined> => {
    let cancel = (): void => {};
    const late = new Promise<undefined>((done) => {
      cancel = clock.timer(ms, () => done(undefined));
    });
    return Promise.race([work, late, stopped]).finally(() => cancel());
  };
  const isMine = ({ held, isAfter }: Pending) => !held && !isAfter;
  const read = () => {
    const { device } = partition;
    return disk.read(async (tx) => {
      const out = await listOut(tx, spaceOf(device), ...owedTo(device));
      const left = [...(await listLimbo(tx)), ...out].map(({ i }) => i);
      return { left, done: (await listDone(tx, spaceOf(device))).map(([i]) => i) };
    });
  };
  const count = async (): Promise<number> => {
    // Of these the store knows whether they are there still; what is stored while it is read it may not know.
    const kept = new Set(
      model.pending.flatMap(({ entry, stage, isKept }) => (stage === 'stored' || isKept ? [entry.i] : [])),
    );
    const reading = read();
    let stored = await within(readMs, reading);
    // Nothing that is known is no reason to leave: the store is waited for as for any other answer.
    if (!stored && !model.pending.some(isMine)) stored = await Promise.race([reading, stopped]);
    const left = new Set(stored?.left);
    const isGone = (id: string) => !!stored && (stored.done.includes(id) || (kept.has(id) && !left.has(id)));
    // This page's own, as of now: what was done while the store was read is among them.
    const mine = model.pending.filter(isMine).map(({ entry }) => entry.i);
    return new Set([...left, ...mine.filter((id) => !isGone(id))]).size + reports();
  };
  const until = clock.monotonic() + sendMs;
  const isHopeless = () => ['needs-token', 'upgrade-required', 'stopped'].includes(sync.connection);
  await within(sendMs, sync.wake());
  for (;;) {
    const left = await count();
    if (isOver()) return decide(undefined);
    // Another tab may be the one that sends, it is not time yet, or the network comes back.
    if (!left || isHopeless() || clock.monotonic() >= until) return decide(left);
    await within(againMs, new Promise<void>(() => {}));
  }
};
