import type { Store } from '../client/ports.ts';
import { type Row, transactionOver } from './ordered-rows.ts';

/**
 * A store that forgets at the end of the page: the refuge of a device that cannot store, and the disk
 * of the simulator. Transactions run one after the other; a body that throws leaves nothing behind.
 * Values are kept by reference: whoever puts one must not change it afterwards.
 *
 * @example
 * const store = memoryStore();
 * await store.write(async (tx) => tx.put(['a', 1], 'first'));
 * await store.read((tx) => tx.get(['a', 1])); // 'first'
 */
export const memoryStore = (): Store => {
  let rows = new Map<string, Row>();
  let last: Promise<unknown> = Promise.resolve();

  const queue = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const write: Store['write'] = (body) =>
    queue(async () => {
      const draft = new Map(rows);
      const result = await body(transactionOver(draft));
      rows = draft;
      return result;
    });

  return {
    kind: 'memory',
    durable: false,
    read: (body) => queue(() => body(transactionOver(rows))),
    write,
    writeNow(puts) {
      write(async (tx) => {
        for (const [key, value] of puts) tx.put(key, value);
      }).catch(() => {});
    },
    close() {},
  };
};
