import type { Store, StoreKey, WriteTx } from '../client/ports.ts';
import type { Json } from '../core/json.ts';

type Row = readonly [StoreKey, Json];

/** Keys as IndexedDB orders them: part by part, numbers before strings, the shorter first. No two rows have the same. */
const inOrder = ([a]: Row, [b]: Row): number => {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return (typeof left === typeof right ? left < right : typeof left === 'number') ? -1 : 1;
};

const transactionOver = (rows: Map<string, Row>): WriteTx => {
  const below = (prefix: StoreKey): Row[] =>
    [...rows.values()].filter(([key]) => prefix.every((part, index) => part === key[index]));
  const remove = (key: StoreKey): void => {
    rows.delete(JSON.stringify(key));
  };
  return {
    get: async (key) => rows.get(JSON.stringify(key))?.[1],
    list: async (prefix) => below(prefix).sort(inOrder),
    put(key, value) {
      rows.set(JSON.stringify(key), [[...key], value]);
    },
    delete: remove,
    deleteAll(prefix) {
      for (const [key] of below(prefix)) remove(key);
    },
  };
};

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
