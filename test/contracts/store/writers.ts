import type { Store, WriteTx } from '../../../src/client/ports.ts';
import { errorOf } from './harness.ts';

/** What a failing body throws. */
export const thrown = new Error('thrown by the body');

export const increment = (store: Store): Promise<void> =>
  store.write(async (tx) => {
    const before = (await tx.get(['n'])) ?? 0;
    tx.put(['n'], Number(before) + 1);
  });

/** Appends to a log in two steps, so that a write which came between would show. */
export const stepTwice = (store: Store, who: string, steps: number): Promise<void> =>
  store.write(async (tx) => {
    for (let step = 0; step < steps; step++) {
      const before = (await tx.get(['log'])) ?? '';
      tx.put(['log'], `${before}${who}`);
    }
  });

export const abortAfter = async (store: Store, work: (tx: WriteTx) => void): Promise<unknown> =>
  errorOf(
    store.write(async (tx) => {
      work(tx);
      await tx.get(['seed']);
      throw thrown;
    }),
  );
