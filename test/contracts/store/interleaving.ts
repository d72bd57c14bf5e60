import { equal, get, keys, list, put, type StoreCase } from './harness.ts';
import { abortAfter, increment, stepTwice, thrown } from './writers.ts';

const stored = [
  [['old', 1], 'kept'],
  [['old', 2], 'kept'],
  [['seed'], 1],
] as const;

const seedAnd = async (open: () => Promise<Parameters<typeof put>[0]>) => {
  const store = await open();
  await put(store, ...stored);
  return store;
};

/** Transactions of one handle that are called before others have ended. */
export const interleavingCases: readonly StoreCase[] = [
  {
    name: 'a read that was begun before a write does not see it',
    async run({ open }) {
      const store = await seedAnd(open);
      const read = get(store, ['seed']);
      const write = put(store, [['seed'], 2]);
      equal([await read, await get(store, ['seed'])], [1, 2]);
      await write;
    },
  },
  {
    name: 'a read between two writes sees the first and not the second',
    async run({ open }) {
      const store = await open();
      const writes = [put(store, [['a'], 1], [['b'], 1])];
      const read = store.read(async (tx) => [await tx.get(['a']), await tx.get(['b'])]);
      writes.push(put(store, [['a'], 2], [['b'], 2]));
      equal(await read, [1, 1]);
      await Promise.all(writes);
    },
  },
  {
    name: 'a read that asks twice gets the same answer, though a write was called between',
    async run({ open }) {
      const store = await seedAnd(open);
      let write: Promise<void> | undefined;
      const seen = await store.read(async (tx) => {
        const before = await tx.get(['seed']);
        write = put(store, [['seed'], 2]);
        return [before, await tx.get(['seed']), (await tx.list(['seed'])).length];
      });
      await write;
      equal([seen, await get(store, ['seed'])], [[1, 1, 1], 2]);
    },
  },
  {
    name: 'a read beside a write that aborts sees nothing of it',
    async run({ open }) {
      const store = await seedAnd(open);
      const abort = abortAfter(store, (tx) => tx.deleteAll([]));
      const read = list(store);
      equal([(await abort) === thrown, await read], [true, stored]);
    },
  },
  {
    name: 'a write that is called inside a body, and not awaited there, comes after it',
    async run({ open }) {
      const store = await open();
      let inner: Promise<void> | undefined;
      await store.write(async (tx) => {
        inner = put(store, [['order'], 'inner']);
        tx.put(['order'], 'outer');
        await tx.get(['order']);
        tx.put(['order'], 'outer again');
      });
      await inner;
      equal(await get(store, ['order']), 'inner');
    },
  },
  {
    name: 'a write that is called when another resolves finds what that one wrote',
    async run({ open }) {
      const store = await open();
      await increment(store)
        .then(() => increment(store))
        .then(() => increment(store));
      equal(await get(store, ['n']), 3);
    },
  },
  {
    name: '100 queued writes happen in their order',
    async run({ open }) {
      const store = await open();
      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          store.write(async (tx) => tx.put(['log'], [...(((await tx.get(['log'])) as number[] | undefined) ?? []), n])),
        ),
      );
      equal(
        await get(store, ['log']),
        Array.from({ length: 100 }, (_, n) => n),
      );
    },
  },
  {
    name: 'of 60 queued writes every third aborts, and exactly the others are there',
    async run({ open }) {
      const store = await open();
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          n % 3
            ? put(store, [['n', n], n])
            : abortAfter(store, (tx) => {
                tx.put(['n', n], n);
                tx.delete(['n', n - 1]);
              }),
        ),
      );
      equal(
        (await keys(store)).map(([, n]) => n),
        Array.from({ length: 60 }, (_, n) => n).filter((n) => n % 3),
      );
    },
  },
  {
    name: 'a long body is not overtaken by a short one',
    async run({ open }) {
      const store = await open();
      const long = stepTwice(store, 'a', 50);
      const short = stepTwice(store, 'b', 1);
      await Promise.all([long, short]);
      equal(await get(store, ['log']), `${'a'.repeat(50)}b`);
    },
  },
];
