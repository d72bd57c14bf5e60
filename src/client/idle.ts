import { createOneTimer } from './one-timer.ts';
import type { Clock } from './ports.ts';

const secondMs = 1_000;

/**
 * How long nobody has done anything, once somebody has. It counts the last ten seconds down, or the last quarter of a
 * shorter time. By the larger of two clocks: the monotonic one may stand still while a device sleeps, and a wall clock
 * that is set back does not make it longer. Timers come late in background pages, and not at all in frozen ones: whoever
 * wakes looks first.
 */
export const createIdle = ({
  clock,
  idleMs,
  on,
}: {
  clock: Clock;
  idleMs: number;
  /** `left`: milliseconds until the end; null when somebody is there again. */
  on: { left(ms: number | null): void; end(): void };
}) => {
  const timer = createOneTimer(clock);
  const countMs = Math.min(10 * secondMs, idleMs / 4);
  let last: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  let isCounting = false;

  const rest = () => {
    timer.cancel();
    last = undefined;
    isCounting = false;
  };

  const look = () => {
    if (!last) return;
    const elapsedMs = Math.max(clock.monotonic() - last.monotonicMs, clock.now() - last.wallMs);
    const leftMs = Math.ceil(idleMs - elapsedMs);
    if (leftMs <= 0) {
      rest();
      on.end();
    } else if (leftMs <= countMs) {
      isCounting = true;
      timer.set(leftMs % secondMs || secondMs, look);
      on.left(leftMs);
    } else timer.set(leftMs - countMs, look);
  };

  return {
    /** Somebody is there. */
    act() {
      const isNew = !last;
      last = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
      // The timer that is set looks again: acts come by the dozen.
      if (!isNew && !isCounting) return;
      if (isCounting) on.left(null);
      isCounting = false;
      look();
    },
    /** After sleep, before anything is shown. */
    look,
    /** Nobody is there any more. */
    rest,
    get isOn() {
      return !!last;
    },
  };
};
