import type { Store, WriteTx } from '../../../src/client/ports.ts';
import { equal, errorOf, get, keys, list, put, type StoreCase } from './harness.ts';

const thrown = new Error('thrown by the body');

const increment = (store: Store): Promise<void> =>
  store.write(async (tx) => {
    const before = (await tx.get(['n'])) ?? 0;
    tx.put(['n'], Number(before) + 1);
  });

/** Appends to a log in two steps, so that a write which came between would show. */
const stepTwice = (store: Store, who: string, steps: number): Promise<void> =>
  store.write(async (tx) => {
    for (let step = 0; step < steps; step++) {
      const before = (await tx.get(['log'])) ?? '';
      tx.put(['log'], `${before}${who}`);
    }
  });

const abortAfter = async (store: Store, work: (tx: WriteTx) => void): Promise<unknown> =>
  errorOf(
    store.write(async (tx) => {
      work(tx);
      await tx.get(['seed']);
      throw thrown;
    }),
  );

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

/** Two handles of one database, as two tabs have. */
export const handleCases: readonly StoreCase[] = [
  {
    name: 'what one handle committed, another reads',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await put(one, [['a'], 1]);
      equal(await get(other, ['a']), 1);
      await put(other, [['a'], 2]);
      equal(await get(one, ['a']), 2);
    },
  },
  {
    name: '100 increments at once on two handles lose none',
    async run({ open }) {
      const handles = [await open(), await open()];
      await Promise.all(Array.from({ length: 50 }, () => handles.map(increment)).flat());
      equal(await get(await open(), ['n']), 100);
    },
  },
  {
    name: 'writes of two handles never come between each other',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await Promise.all([
        stepTwice(one, 'a', 20),
        stepTwice(other, 'b', 20),
        stepTwice(one, 'a', 20),
        stepTwice(other, 'b', 20),
      ]);
      const log = String(await get(one, ['log']));
      equal([log.length, log.replace(/a{20}|b{20}/g, '')], [80, '']);
    },
  },
  {
    name: 'an abort on one handle leaves the writes of the other alone',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await Promise.all([abortAfter(one, (tx) => tx.put(['a'], 1)), put(other, [['b'], 2])]);
      equal(await list(one), [[['b'], 2]]);
    },
  },
  {
    name: 'a handle that closes leaves the others working',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await put(one, [['a'], 1]);
      one.close();
      await put(other, [['b'], 2]);
      equal(await keys(other), [['a'], ['b']]);
    },
  },
  {
    name: 'a write that was begun before close is committed',
    async run({ open }) {
      const store = await open();
      const write = put(store, [['a'], 1]);
      store.close();
      await write;
      equal(await get(await open(), ['a']), 1);
    },
  },
];

/** The last write of a page: nothing is awaited. */
export const writeNowCases: readonly StoreCase[] = [
  {
    name: 'writeNow is there for the next read',
    async run({ open }) {
      const store = await open();
      store.writeNow([[['a'], { last: true }]]);
      equal(await get(store, ['a']), { last: true });
    },
  },
  {
    name: 'writeNow is there for another handle, also when its own closes at once',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      one.writeNow([[['a'], 1]]);
      one.close();
      equal(await get(other, ['a']), 1);
    },
  },
  {
    name: 'writeNow writes all its pairs, the later of one key winning',
    async run({ open }) {
      const store = await open();
      store.writeNow([
        [['a'], 1],
        [['b'], 2],
        [['a'], 3],
      ]);
      equal(await list(store), [
        [['a'], 3],
        [['b'], 2],
      ]);
    },
  },
  {
    name: 'writeNow comes after the writes that were called before it, and before those called later',
    async run({ open }) {
      const store = await open();
      const earlier = stepTwice(store, 'a', 3);
      store.writeNow([[['log'], 'now']]);
      const later = stepTwice(store, 'b', 2);
      await Promise.all([earlier, later]);
      equal(await get(store, ['log']), 'nowbb');
    },
  },
  {
    name: 'writeNow of nothing does nothing',
    async run({ open }) {
      const store = await open();
      store.writeNow([]);
      equal(await list(store), []);
    },
  },
];
