import type { Disk } from './disk.ts';
import type { Model } from './model.ts';
import type { Config } from './options.ts';
import { listOut } from './outbox.ts';
import type { Partition } from './partition.ts';
import type { Clock } from './ports.ts';
import { owedTo, spaceOf } from './records.ts';
import type { Sync } from './sync.ts';
import { listLimbo } from './tables.ts';

const sendMs = 3_000;
const readMs = 1_000;
const againMs = 250;

type Parts = {
  clock: Clock;
  config: Config;
  disk: Disk;
  model: Model;
  partition: Partition;
  sync: Sync;
  /** How many reports of the shop have no place yet. */
  reports(): number;
};

/**
 * How many changes of whoever is here the server does not have, after up to three seconds in which it may get them; what
 * waits for consent is not among them. All tabs of the device are counted, or this one alone when the store does not answer.
 * A guest leaves nothing behind, but at a kiosk, and on a shared device where their sign-in had no answer. `undefined`: they have left.
 */
export const askUnsynced = async ({
  clock,
  config,
  disk,
  model,
  partition,
  sync,
  reports,
}: Parts): Promise<number | undefined> => {
  const { customer, claimAt } = partition.device;
  const isPersonal = config.deviceKind === 'personal';
  if (!customer && config.deviceKind !== 'kiosk' && (isPersonal || claimAt === undefined)) return 0;
  const within = async <T>(ms: number, work: Promise<T>): Promise<T | undefined> => {
    let cancel = (): void => {};
    const late = new Promise<undefined>((done) => {
      cancel = clock.timer(ms, () => done(undefined));
    });
    return Promise.race([work.catch(() => undefined), late]).finally(() => cancel());
  };
  const count = async (): Promise<number> => {
    const { device } = partition;
    const mine = model.pending.flatMap(({ entry, held }) => (held ? [] : [entry.i]));
    const stored = await within(
      readMs,
      disk.read(async (tx) => {
        const lists = [spaceOf(device), ...owedTo(device)].map((id) => listOut(tx, id));
        return [...(await listLimbo(tx)), ...(await Promise.all(lists)).flat()];
      }),
    );
    return new Set([...mine, ...(stored ?? []).map(({ i }) => i)]).size + reports();
  };
  const isHere = partition.whose();
  const until = clock.monotonic() + sendMs;
  await within(sendMs, sync.wake());
  for (;;) {
    const left = await count();
    if (!isHere() || partition.isPassed()) return undefined;
    // Another tab may be the one that sends, or it is not time yet.
    if (!left || sync.connection !== 'online' || clock.monotonic() >= until) return left;
    await new Promise<void>((done) => void clock.timer(againMs, done));
  }
};
