import type { Clock } from '../client/ports.ts';
import type { Random } from './random.ts';
import { createTimerHeap, type Timer } from './timer-heap.ts';

export type VirtualClock = ReturnType<typeof createVirtualClock>;

/**
 * Time that passes only when told to. Timers due at the same moment fire in an order drawn from the
 * seed: that is where races live. After every timer all promises settle before the next one fires.
 *
 * @param settle Lets every settled promise run; in Node `() => new Promise(setImmediate)`.
 */
export const createVirtualClock = (random: Random, settle: () => Promise<void>, startMs = 1_767_225_600_000) => {
  let elapsedMs = 0;
  let fired = 0;
  let pending = 0;
  const heap = createTimerHeap();

  const timer = (ms: number, callback: () => void): (() => void) => {
    const own: Timer = { atMs: elapsedMs + Math.max(0, ms), tie: random.next(), callback };
    heap.push(own);
    pending++;
    return () => {
      if (own.callback) pending--;
      own.callback = undefined;
    };
  };

  return {
    /** A device's clock: its wall time is off by `skewMs()`, which may jump; its monotonic time never goes back. */
    device: (skewMs: () => number = () => 0): Clock => ({
      now: () => Math.floor(startMs + elapsedMs + skewMs()),
      monotonic: () => elapsedMs,
      timer,
      soon: (callback) => void Promise.resolve().then(callback),
      jitter: () => random.next(),
    }),
    now: () => Math.floor(startMs + elapsedMs),
    timer,
    get pendingTimers() {
      return pending;
    },
    /** Timers that have fired. */
    get fired() {
      return fired;
    },
    settle,
    /** Lets `ms` pass, timer by timer. */
    async pass(ms: number): Promise<void> {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let due = heap.takeDue(untilMs); due; due = heap.takeDue(untilMs)) {
        const { callback } = due;
        due.callback = undefined;
        pending--;
        elapsedMs = Math.max(elapsedMs, due.atMs);
        fired++;
        callback?.();
        await settle();
      }
      elapsedMs = untilMs;
    },
  };
};
