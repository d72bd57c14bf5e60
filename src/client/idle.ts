import { createOneTimer } from './one-timer.ts';
import type { Clock } from './ports.ts';

const secondMs = 1_000;

/**
 * How long nobody has done anything, once somebody has. It counts the last ten seconds down, or the last quarter of a
 * shorter time. By the larger of two clocks: the monotonic one may stand still while a device sleeps, and a wall clock
 * that is set back does not make it longer. Timers come late in background pages, and not at all in frozen ones: whoever
 * wakes looks first, also where what woke it is somebody's act.
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

  const msLeft = (since: NonNullable<typeof last>): number =>
    Math.ceil(idleMs - Math.max(clock.monotonic() - since.monotonicMs, clock.now() - since.wallMs));

  const look = () => {
    if (!last) return;
    const leftMs = msLeft(last);
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
    /** Somebody is there, and was until so many milliseconds after now for all that is known. */
    act(moreMs = 0) {
      // Past the time it is somebody else.
      if (last && msLeft(last) <= 0) look();
      const isNew = !last;
      const nowMs = clock.monotonic();
      const aheadMs = Math.max(moreMs, last ? last.monotonicMs - nowMs : 0);
      last = { wallMs: clock.now() + aheadMs, monotonicMs: nowMs + aheadMs };
      // The timer that is set looks again: acts come by the dozen.
      if (!isNew && !isCounting) return;
      if (isCounting) on.left(null);
      isCounting = false;
      look();
    },
    /** After sleep, before anything is shown. */
    look,
    /** Whether somebody was there whose time is up: then they are seen off. */
    ends(): boolean {
      const isOver = !!last && msLeft(last) <= 0;
      if (isOver) look();
      return isOver;
    },
    /** Nobody is there any more. */
    rest,
    get isOn() {
      return !!last;
    },
  };
};
