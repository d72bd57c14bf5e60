import { equal, get, keys, list, put, reopen, type StoreCase } from './harness.ts';
import { abortAfter, increment, stepTwice } from './writers.ts';

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
  {
    name: 'writeNow of 100 pairs has them all there after reopening',
    async run({ open }) {
      const store = await open();
      store.writeNow(Array.from({ length: 100 }, (_, n) => [['n', n], { n }] as const));
      equal((await keys(await reopen(store, open))).length, 100);
    },
  },
  {
    name: 'of two writeNow the later wins',
    async run({ open }) {
      const store = await open();
      store.writeNow([[['a'], 1]]);
      store.writeNow([[['a'], 2]]);
      equal(await get(store, ['a']), 2);
    },
  },
  {
    name: 'writeNow after a write that aborts is there',
    async run({ open }) {
      const store = await open();
      const abort = abortAfter(store, (tx) => tx.put(['a'], 'aborted'));
      store.writeNow([[['a'], 'now']]);
      await abort;
      equal(await list(store), [[['a'], 'now']]);
    },
  },
  {
    name: 'writeNow while a read is under way changes nothing that the read sees',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      const seen = await store.read(async (tx) => {
        const before = await tx.get(['a']);
        store.writeNow([[['a'], 2]]);
        return [before, await tx.get(['a'])];
      });
      equal([seen, await get(store, ['a'])], [[1, 1], 2]);
    },
  },
  {
    name: 'a deleteAll that is called after writeNow takes what it wrote',
    async run({ open }) {
      const store = await open();
      store.writeNow([
        [['s', 1], 1],
        [['t'], 1],
      ]);
      await store.write(async (tx) => tx.deleteAll(['s']));
      equal(await keys(store), [['t']]);
    },
  },
  {
    name: 'writeNow over a stored row replaces it and leaves its neighbours',
    async run({ open }) {
      const store = await open();
      await put(store, [['a', 1], 'old'], [['a', 2], 'old']);
      store.writeNow([[['a', 1], 'new']]);
      equal(await list(store), [
        [['a', 1], 'new'],
        [['a', 2], 'old'],
      ]);
    },
  },
  {
    name: 'writeNow of one handle is seen by the next transaction of another',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      one.writeNow([[['n'], 41]]);
      await increment(other);
      equal(await get(one, ['n']), 42);
    },
  },
];
