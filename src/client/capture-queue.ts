import type { Json } from '../core/json.ts';
import type { Capture } from './api.ts';
import type { Disk } from './disk.ts';
import type { Clock, Ids } from './ports.ts';

/**
 * What the shop reported of its cart before it was known whose cart that is. It has to meet the lines,
 * so it waits, in the store: the page may be left before its customer is known.
 */
export const createCaptureQueue = ({
  clock,
  ids,
  disk,
  loaded,
  isLocked,
  isEchoing,
  run,
  disown,
}: {
  clock: Clock;
  ids: Ids;
  disk: Disk;
  loaded: Promise<unknown>;
  isLocked(): boolean;
  /** While the shop takes lines over: what it reports then repeats them, and has to be seen now. */
  isEchoing(): boolean;
  /** Resolves when what comes after it may follow. */
  run(event: Capture): Promise<void> | undefined;
  /** It is nobody's. */
  disown(event: Capture): void;
}) => {
  let work: Promise<unknown> = loaded;
  let waiting = 1;
  let lastN = 0;

  /** One after the other; what comes meanwhile comes behind. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    waiting++;
    const done = work.then(step).finally(() => void waiting--);
    work = done.catch(() => {});
    return done;
  };
  void loaded.then(() => waiting--);

  const hold = (event: Capture) => {
    lastN = Math.max(lastN + 1, clock.now());
    const key = ['capture', lastN, ids.random()];
    return disk.write(async (tx) => tx.put(key, event as unknown as Json));
  };

  const take = () =>
    disk.write(async (tx) => {
      const held = await tx.list(['capture']);
      tx.deleteAll(['capture']);
      return held.map(([, event]) => event as unknown as Capture);
    });

  const step = async (event: Capture) => {
    if (isLocked()) await hold(event);
    else await run(event);
  };

  return {
    /** At once when nothing waits: what a shop's `write` echoes has to be seen while it runs. */
    add(event: Capture): void {
      if (isEchoing() || (!waiting && !isLocked())) {
        const busy = run(event);
        if (busy !== undefined) void inTurn(() => busy);
      } else void inTurn(() => step(event)).catch(() => run(event));
    },
    /** It may be known now whose cart it is. */
    place: (): Promise<void> =>
      inTurn(async () => {
        if (!isLocked()) for (const event of await take()) await run(event);
      }),
    /** Whoever was here signed out: what they did is not the next one's. Only the shop's own cart has it. */
    forget: (): Promise<void> =>
      inTurn(async () => {
        for (const event of await take()) disown(event);
      }),
  };
};
