import { offline } from './exchange.ts';
import type { Model } from './model.ts';
import type { Clock } from './ports.ts';
import type { Sync } from './sync.ts';

/** Resolves when all that is unsent now has its answer; what waits for consent is not. */
export const flushNow = async ({ clock, model, sync }: { clock: Clock; model: Model; sync: Sync }): Promise<void> => {
  await sync.wake();
  const left = model.pending.filter(({ held }) => !held);
  if (left.length && sync.connection !== 'online') throw offline();
  // Another tab may be the one that sends: it has 15 s.
  await new Promise<void>((done, fail) => {
    const cancel = clock.timer(15_000, () => fail(offline()));
    // Not `allSettled`: the Promise of Hermes up to 0.12 has none.
    const over = Promise.all(left.map(({ synced }) => synced.promise.catch(() => {})));
    void over.then(() => done()).finally(cancel);
  });
};
