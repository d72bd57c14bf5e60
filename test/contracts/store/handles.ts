import { equal, get, keys, list, put, type StoreCase } from './harness.ts';
import { abortAfter, increment, stepTwice } from './writers.ts';

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
