import type { Clock } from './ports.ts';
import { busyMs } from './shop-marks.ts';

/** What is done with the shop's cart, one step after the other. One that fails is told, and the next one goes on. */
export const createShopTurns = (clock: Clock, loaded: Promise<unknown>, onFail: (cause: unknown) => void) => {
  let work = loaded;
  let telling = 0;

  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const next = work.then(step).catch(onFail);
    work = next;
    return next;
  };

  return {
    inTurn,
    /** A step that follows what the shop told. */
    telling(step: () => Promise<void>): Promise<void> {
      telling++;
      return inTurn(step).finally(() => void telling--);
    },
    /** Resolves when our cart has what the shop told so far, or when that takes too long; `undefined` when it has. */
    told: (): Promise<unknown> | undefined =>
      telling ? Promise.race([work, new Promise<void>((done) => void clock.timer(busyMs, done))]) : undefined,
  };
};
