import type { Disk } from './disk.ts';
import type { Model } from './model.ts';
import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Clock } from './ports.ts';
import { owedTo, spaceOf } from './records.ts';
import type { Sync } from './sync.ts';

const sendMs = 3_000;
const readMs = 1_000;

/**
 * How many changes of whoever is here the server does not have, after up to three seconds in which it may get them; what
 * waits for consent is not among them. All tabs of the device are counted, or this one alone when the store does not answer.
 */
export const countUnsynced = async ({
  clock,
  disk,
  model,
  partition,
  sync,
}: {
  clock: Clock;
  disk: Disk;
  model: Model;
  partition: Partition;
  sync: Sync;
}): Promise<number> => {
  const within = async <T>(ms: number, work: Promise<T>): Promise<T | undefined> => {
    let cancel = (): void => {};
    const late = new Promise<undefined>((done) => {
      cancel = clock.timer(ms, () => done(undefined));
    });
    return Promise.race([work.catch(() => undefined), late]).finally(() => cancel());
  };
  await within(sendMs, sync.wake());
  const { device } = partition;
  const mine = model.pending.flatMap(({ entry, held }) => (held ? [] : [entry.i]));
  const stored = await within(
    readMs,
    disk.read(async (tx) =>
      (await Promise.all([spaceOf(device), ...owedTo(device)].map((id) => listOut(tx, id)))).flat(),
    ),
  );
  return new Set([...mine, ...(stored ?? []).map(({ i }) => i)]).size;
};
