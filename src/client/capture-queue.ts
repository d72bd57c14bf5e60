import type { Json } from '../core/json.ts';
import type { Capture } from './api.ts';
import type { Disk } from './disk.ts';
import type { Partition } from './partition.ts';
import type { Clock, Ids, StoreKey } from './ports.ts';
import { getDevice } from './tables.ts';

type Held = readonly [key: StoreKey, event: Json];

export type CaptureQueueParts = {
  clock: Clock;
  ids: Ids;
  disk: Disk;
  loaded: Promise<unknown>;
  /** Whose page it is, and whether that is known. */
  partition: Partition;
  /** While the shop takes lines over: what it reports then repeats them, and has to be seen now. */
  isEchoing(): boolean;
  /** Resolves when what comes after it may follow. */
  run(event: Capture): Promise<void> | undefined;
  /** It is nobody's. */
  disown(event: Capture): void;
};

/**
 * What the shop reported of its cart before it was known whose cart that is. It has to meet the lines,
 * so it waits, in the store: the page may be left before its customer is known.
 */
export const createCaptureQueue = ({
  clock,
  ids,
  disk,
  loaded,
  partition,
  isEchoing,
  run,
  disown,
}: CaptureQueueParts) => {
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
  let isLoaded = false;
  void loaded.then(() => {
    isLoaded = true;
    waiting--;
  });

  /**
   * Orders that this page held in its store, which may fail: one that is reported again by what is still there counts once.
   * So no other act does.
   */
  const orders: Held[] = [];
  /** What this page has taken: a store that failed may still have it when it is back. */
  const taken = new Set<unknown>();

  const hold = (event: Capture) => {
    lastN = Math.max(lastN + 1, clock.now());
    const held: Held = [['capture', lastN, ids.random(), partition.device.epoch], event as unknown as Json];
    if (event.type === 'purchase') orders.push(held);
    return disk.write(async (tx) => tx.put(...held));
  };

  const take = async () => {
    const [held, from] = await disk.write(async (tx) => {
      const device = await getDevice(tx);
      const stored = await tx.list(['capture']);
      tx.deleteAll(['capture']);
      // Where nothing is known of their rows an order would find nothing that it bought.
      const isBlind = partition.space.cursor === null;
      return [disk.durable || isBlind ? stored : [...stored, ...orders], device?.from ?? 0] as const;
    });
    return held.flatMap(([[, , id, at], event]) => {
      if (taken.has(id)) return [];
      taken.add(id);
      // Before somebody was signed out, when nobody knew whose page that was.
      return [[Number(at) < from ? disown : run, event as unknown as Capture] as const];
    });
  };

  /** What waits here; `isTheirs`: who reported it is still here. */
  const queued = new Map<Capture, () => boolean>();
  /** Acts of whoever is here that wait. Of a page that knows that it is locked they are nobody's. */
  const theirs = () =>
    partition.isLocked && isLoaded ? [] : [...queued].flatMap(([event, isHere]) => (isHere() ? [event] : []));
  const isAct = ({ type }: Capture) => type !== 'purchase' && type !== 'cart';

  const step = async (event: Capture) => {
    const isTheirs = queued.get(event);
    // One that waits for somebody to leave goes on behind them.
    if (!isTheirs || partition.isLeaving) return;
    queued.delete(event);
    if (!isTheirs()) disown(event);
    else if (partition.isLocked) await hold(event);
    else await run(event);
  };
  const stepInTurn = (event: Capture): void => void inTurn(() => step(event)).catch(() => run(event));

  return {
    /** At once when nothing waits: what a shop's `write` echoes has to be seen while it runs. */
    add(event: Capture): void {
      if (isEchoing() || (!waiting && !partition.isLocked && !partition.isLeaving)) {
        const busy = run(event);
        if (busy !== undefined) void inTurn(() => busy);
      } else {
        queued.set(event, partition.whose());
        stepInTurn(event);
      }
    },
    /** Whoever is here leaves: only the shop's own cart has what they did. Gives what they have bought, and how many of their acts are lost. */
    leave(): { bought: Capture[]; lost: number } {
      const left = theirs();
      for (const event of left) {
        queued.delete(event);
        if (event.type !== 'purchase') disown(event);
      }
      return { bought: left.filter(({ type }) => type === 'purchase'), lost: left.filter(isAct).length };
    },
    /** They have left. */
    resume(): void {
      for (const event of queued.keys()) stepInTurn(event);
    },
    /** How many acts of whoever is here wait, but for what they have bought. */
    count: (): number => theirs().filter(isAct).length,
    /** It may be known now whose cart it is. Of somebody who was signed out only the shop's own cart has it. */
    place: (): Promise<void> =>
      inTurn(async () => {
        if (partition.isLocked || partition.isLeaving) return;
        for (const [act, event] of await take()) await act(event);
      }),
  };
};
