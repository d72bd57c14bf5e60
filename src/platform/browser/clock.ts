import type { Clock } from '../../client/ports.ts';

/** A browser would run a longer timer at once: its delay is a 32-bit number. */
const longestMs = 2 ** 31 - 1;

/** The page's own clock and timers. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestMs));
    return () => clearTimeout(timer);
  },
  soon: (callback) => queueMicrotask(callback),
  jitter: () => Math.random(),
};
