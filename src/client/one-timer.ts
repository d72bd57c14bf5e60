import type { Clock } from './ports.ts';

/** One time at a time: a later one takes its place. Whether one is still to come can be asked. */
export const createOneTimer = (clock: Clock) => {
  let cancelTimer: (() => void) | undefined;
  const cancel = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  return {
    get isSet() {
      return !!cancelTimer;
    },
    cancel,
    set(ms: number, fire: () => void): void {
      cancel();
      cancelTimer = clock.timer(ms, () => {
        cancelTimer = undefined;
        fire();
      });
    },
  };
};
