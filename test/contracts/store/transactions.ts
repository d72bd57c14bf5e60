import { equal, errorOf, get, keys, list, put, type StoreCase } from './harness.ts';
import { abortAfter, increment, stepTwice, thrown } from './writers.ts';

/** What a transaction is: one step, seen whole or not at all, one after the other. */
export const transactionCases: readonly StoreCase[] = [
  {
    name: 'write and read resolve with what the body returned',
    async run({ open }) {
      const store = await open();
      equal([await store.write(async () => 'written'), await store.read(async () => 'read')], ['written', 'read']);
    },
  },
  {
    name: 'a body that asks for nothing commits',
    async run({ open }) {
      const store = await open();
      await store.write(async () => {});
      equal(await list(store), []);
    },
  },
  {
    name: 'a transaction sees its own puts and deletes before it commits',
    async run({ open }) {
      const store = await open();
      await put(store, [['a', 1], 'old'], [['a', 2], 'old'], [['b'], 'old']);
      const seen = await store.write(async (tx) => {
        tx.put(['a', 1], 'new');
        tx.put(['a', 3], 'new');
        tx.delete(['a', 2]);
        const one = await tx.get(['a', 1]);
        tx.deleteAll(['b']);
        return [one, await tx.get(['a', 2]), await tx.list([])];
      });
      equal(seen, ['new', undefined, await list(store)]);
    },
  },
  {
    name: 'the last of several puts of a key wins',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1], [['a'], 2], [['a'], 3]);
      equal(await list(store), [[['a'], 3]]);
    },
  },
  {
    name: 'puts and deletes of a body happen in their order',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => {
        tx.put(['a'], 1);
        tx.deleteAll([]);
        tx.put(['b'], 2);
        tx.delete(['b']);
        tx.put(['c'], 3);
      });
      equal(await list(store), [[['c'], 3]]);
    },
  },
  {
    name: 'a body that throws rejects with the very error',
    async run({ open }) {
      equal((await abortAfter(await open(), () => {})) === thrown, true);
    },
  },
  {
    name: 'a body that throws keeps none of its puts',
    async run({ open }) {
      const store = await open();
      await put(store, [['seed'], 1], [['a'], 'old']);
      await abortAfter(store, (tx) => {
        tx.put(['a'], 'new');
        tx.put(['b'], 'new');
      });
      equal(await list(store), [
        [['a'], 'old'],
        [['seed'], 1],
      ]);
    },
  },
  {
    name: 'a body that throws keeps none of its deletes',
    async run({ open }) {
      const store = await open();
      await put(store, [['seed'], 1], [['a', 1], 1], [['a', 2], 2]);
      await abortAfter(store, (tx) => {
        tx.delete(['seed']);
        tx.deleteAll(['a']);
      });
      equal(await keys(store), [['a', 1], ['a', 2], ['seed']]);
    },
  },
  {
    name: 'a body that throws before it returns a promise keeps nothing either',
    async run({ open }) {
      const store = await open();
      const error = await errorOf(
        store.write((tx) => {
          tx.put(['a'], 1);
          throw thrown;
        }),
      );
      equal([error === thrown, await list(store)], [true, []]);
    },
  },
  {
    name: 'a body that throws while a read is under way rejects with its own error, once',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      const error = await errorOf(
        store.write(async (tx) => {
          // Nobody waits for these: their failure must not surface as an unhandled rejection.
          void tx.get(['a']);
          void tx.list([]);
          throw thrown;
        }),
      );
      equal(error === thrown, true);
    },
  },
  {
    name: 'a read whose body throws rejects with the error and the store goes on',
    async run({ open }) {
      const store = await open();
      const error = await errorOf(
        store.read(async () => {
          throw thrown;
        }),
      );
      await put(store, [['a'], 1]);
      equal([error === thrown, await get(store, ['a'])], [true, 1]);
    },
  },
  {
    name: 'a write after one that was aborted commits',
    async run({ open }) {
      const store = await open();
      await abortAfter(store, (tx) => tx.put(['a'], 1));
      await put(store, [['b'], 2]);
      equal(await list(store), [[['b'], 2]]);
    },
  },
  {
    name: 'a write between two that abort is not undone with them',
    async run({ open }) {
      const store = await open();
      const ends = [
        abortAfter(store, (tx) => tx.put(['x'], 1)),
        put(store, [['kept'], 1]),
        abortAfter(store, (tx) => tx.deleteAll([])),
      ];
      await Promise.all(ends);
      equal(await keys(store), [['kept']]);
    },
  },
  {
    name: 'a read begun after a write sees it, without waiting for the write first',
    async run({ open }) {
      const store = await open();
      const write = put(store, [['a'], 1]);
      equal(await get(store, ['a']), 1);
      await write;
    },
  },
  {
    name: 'a read sees one state, whatever is written meanwhile',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 0], [['b'], 0]);
      const reads = Array.from({ length: 10 }, () =>
        store.read(async (tx) => [await tx.get(['a']), await tx.list(['a']), await tx.get(['b'])]),
      );
      const writes = Array.from({ length: 10 }, (_, turn) => put(store, [['a'], turn], [['b'], turn]));
      for (const [a, all, b] of await Promise.all(reads)) equal([b, all], [a, [[['a'], a]]]);
      await Promise.all(writes);
    },
  },
  {
    name: 'writes happen in the order in which they were called',
    async run({ open }) {
      const store = await open();
      await Promise.all(['a', 'b', 'c', 'd'].map((who) => stepTwice(store, who, 2)));
      equal(await get(store, ['log']), 'aabbccdd');
    },
  },
  {
    name: '50 increments at once on one handle lose none',
    async run({ open }) {
      const store = await open();
      await Promise.all(Array.from({ length: 50 }, () => increment(store)));
      equal(await get(store, ['n']), 50);
    },
  },
  {
    name: '1,000 puts of one transaction are all there',
    async run({ open }) {
      const store = await open();
      await put(store, ...Array.from({ length: 1_000 }, (_, index) => [['row', index], index] as const));
      const rows = await list(store, ['row']);
      equal([rows.length, rows[999]], [1_000, [['row', 999], 999]]);
    },
  },
  {
    name: 'a strict write is read back like any other',
    async run({ open }) {
      const store = await open();
      await store.write(async (tx) => tx.put(['a'], 1), { durability: 'strict' });
      await store.write(async (tx) => tx.put(['b'], 2), { durability: 'relaxed' });
      equal(await keys(store), [['a'], ['b']]);
    },
  },
];
