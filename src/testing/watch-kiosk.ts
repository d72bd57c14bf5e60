import type { VirtualClock } from './virtual-clock.ts';
import type { VirtualDevice, VirtualPage } from './virtual-device.ts';
import type { DiskUser } from './virtual-disk.ts';
import type { Watch } from './watch.ts';

/** A timer that is due in the same moment, and what it sets off. */
const slackMs = 500;

/** Who does nothing at a kiosk for so long is gone, and nobody sooner; told from when the page was touched. */
export const createKioskWatch = ({
  watch,
  clock,
  idleMs,
  device,
  where,
}: {
  watch: Watch;
  clock: VirtualClock;
  idleMs: number;
  device: Pick<VirtualDevice, 'skew'>;
  where: string;
}) => {
  let last: { readonly atMs: number; readonly skewMs: number } | undefined;
  const mostMs = Math.min(10_000, idleMs / 4);
  /** Who acted is the next one: the time of whoever was there before is up, and is said to be now. */
  let isNext = false;
  const sinceLastMs = () => (last ? clock.now() - last.atMs + Math.max(0, device.skew.ms - last.skewMs) : 0);

  const acted = (page: VirtualPage, user: DiskUser) => {
    const { now } = clock;
    const mine = { atMs: now(), skewMs: device.skew.ms };
    isNext = !!last && sinceLastMs() >= idleMs;
    last = mine;
    clock.timer(idleMs + slackMs, () => {
      const { cart, preferences, identity, browsing } = page.relevo;
      // One that stands still is looked at when it wakes.
      if (last !== mine || !user.isAlive() || page.isFrozen) return;
      const shown = [cart.lines, cart.parked, preferences.entries(), browsing.recent()].flat();
      const { customerId, traits } = identity.current;
      watch.check(
        'idle',
        !customerId && !shown.length && !Object.keys(traits ?? {}).length,
        () => `${where}, not touched since ${mine.atMs}, shows ${customerId ?? 'a guest'} ${JSON.stringify(shown)}`,
      );
    });
  };

  return {
    /** Somebody is there. */
    acted,
    /** A page that begins has seen nobody. */
    begins() {
      last = undefined;
    },
    /** The page says that so much time is left; 0: whoever was there is gone. */
    heard(endsInMs: number | null) {
      if (endsInMs === null) return;
      const sinceMs = sinceLastMs();
      const isOver = sinceMs >= idleMs || isNext;
      if (endsInMs === 0) isNext = false;
      const isRight = endsInMs > 0 ? endsInMs <= mostMs && sinceMs + endsInMs >= idleMs : isOver;
      watch.check('idle', isRight, () => `${where} says ${endsInMs} ms after ${sinceMs} ms of ${idleMs}`);
    },
  };
};
