import type { Store, StoreKey, WriteTx } from '../client/ports.ts';
import type { Json } from '../core/json.ts';

type Row = readonly [StoreKey, Json];

/** Array keys as IndexedDB orders them: part by part, numbers before strings, the shorter first. */
const compare = (a: StoreKey, b: StoreKey): number => {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left === right) continue;
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
};

/** The first index whose key is not smaller than `key`; rows are sorted. */
const indexOf = (rows: readonly Row[], key: StoreKey): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare((rows[middle] as Row)[0], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Keys that start with `prefix` stand together, so the range ends at the first one that does not. */
const rangeOf = (rows: readonly Row[], prefix: StoreKey): [from: number, to: number] => {
  const from = indexOf(rows, prefix);
  let to = from;
  while (to < rows.length && !compare((rows[to] as Row)[0].slice(0, prefix.length), prefix)) to++;
  return [from, to];
};

const transactionOver = (rows: Row[]): WriteTx => {
  const find = (key: StoreKey): [index: number, found: 0 | 1] => {
    const index = indexOf(rows, key);
    const row = rows[index];
    return [index, row && !compare(row[0], key) ? 1 : 0];
  };
  return {
    async get(key) {
      const [index, found] = find(key);
      return found ? rows[index]?.[1] : undefined;
    },
    async list(prefix) {
      return rows.slice(...rangeOf(rows, prefix));
    },
    put(key, value) {
      rows.splice(...find(key), [[...key], value]);
    },
    delete(key) {
      rows.splice(...find(key));
    },
    deleteAll(prefix) {
      const [from, to] = rangeOf(rows, prefix);
      rows.splice(from, to - from);
    },
  };
};

/**
 * A store that forgets at the end of the page: the refuge of a device that cannot store, and the disk
 * of the simulator. Transactions run one after the other, a body that throws leaves nothing behind.
 * Values are kept by reference: whoever puts one must not change it afterwards.
 *
 * @example
 * const store = memoryStore();
 * await store.write(async (tx) => tx.put(['a', 1], 'first'));
 * await store.read((tx) => tx.get(['a', 1])); // 'first'
 */
export const memoryStore = (): Store => {
  let rows: Row[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const queue = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const write: Store['write'] = (body) =>
    queue(async () => {
      const draft = rows.slice();
      const result = await body(transactionOver(draft));
      // A copy again: what a body still does after its end must not reach what was committed.
      rows = draft.slice();
      return result;
    });

  return {
    kind: 'memory',
    durable: false,
    read: (body) => queue(() => body(transactionOver(rows.slice()))),
    write,
    writeNow(puts) {
      write(async (tx) => {
        for (const [key, value] of puts) tx.put(key, value);
      }).catch(() => {});
    },
    close() {},
  };
};
