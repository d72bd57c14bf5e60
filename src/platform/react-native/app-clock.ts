import type { Clock } from '../../client/ports.ts';

/** A longer timer would run at once: its delay is a 32-bit number. */
const longestMs = 2 ** 31 - 1;

/** The app's clock and timers. Where the runtime has no `performance`, a wall clock that is never let go back stands in. */
export const appClock = (): Clock => {
  const { performance } = globalThis;
  let latest = 0;
  const monotonic = () => {
    latest = Math.max(latest, Date.now());
    return latest;
  };
  return {
    now: () => Date.now(),
    monotonic: performance ? () => performance.now() : monotonic,
    timer(ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, longestMs));
      return () => clearTimeout(timer);
    },
    soon: (callback) => void Promise.resolve().then(callback),
    jitter: () => Math.random(),
  };
};
