import { createOneTimer } from './one-timer.ts';
import type { Ports } from './ports.ts';

const hiddenReleaseMs = 60_000;

/**
 * Which tab has the live channel: one visible tab of the device, by a lock that it lets go of when
 * its page is left or long hidden. A tab that has it not hears of changes through the others.
 */
export const createLiveHolder = (
  { clock, signals, tabs }: Ports,
  on: { held(): void; released(): void; isStopped(): boolean },
) => {
  let isHolding = false;
  let letGo = (): void => {};
  const releasing = createOneTimer(clock);

  const release = () => {
    releasing.cancel();
    if (isHolding) on.released();
    isHolding = false;
    letGo();
  };

  return {
    get isHolding() {
      return isHolding;
    },
    seek() {
      // A hidden page that sends what waits goes on towards its release.
      if (!signals.isVisible()) return;
      releasing.cancel();
      if (isHolding || on.isStopped()) return;
      const hold = () =>
        new Promise<void>((done) => {
          letGo = done;
          if (on.isStopped()) return done();
          isHolding = true;
          on.held();
        });
      tabs.ifFree('live', hold).catch(() => {});
    },
    release,
    releaseLater() {
      releasing.set(hiddenReleaseMs, release);
    },
  };
};
