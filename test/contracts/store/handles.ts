import { equal, get, keys, list, put, reopen, type StoreCase } from './harness.ts';
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
  {
    name: 'twenty writes that were begun before close are all committed, in their order',
    async run({ open }) {
      const store = await open();
      const writes = Array.from({ length: 20 }, (_, n) => stepTwice(store, String.fromCharCode(97 + n), 1));
      store.close();
      await Promise.all(writes);
      equal(await get(await open(), ['log']), 'abcdefghijklmnopqrst');
    },
  },
  {
    name: 'a read that was begun before close is answered',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      const read = store.read(async (tx) => [await tx.get(['a']), await tx.list([])]);
      store.close();
      equal(await read, [1, [[['a'], 1]]]);
    },
  },
  {
    name: 'closing twice is closing once',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      one.close();
      one.close();
      await put(other, [['a'], 1]);
      equal(await get(other, ['a']), 1);
    },
  },
  {
    name: 'ten handles opened at once are of one database',
    async run({ open }) {
      const handles = await Promise.all(Array.from({ length: 10 }, () => open()));
      await Promise.all(handles.map((handle, n) => put(handle, [['n', n], n])));
      for (const handle of handles) equal((await keys(handle)).length, 10);
    },
  },
  {
    name: 'a handle that is opened while another writes finds the write whole or not at all',
    async run({ open }) {
      const one = await open();
      const write = put(one, ...Array.from({ length: 50 }, (_, n) => [['n', n], n] as const));
      const found = (await keys(await open())).length;
      await write;
      equal(found === 0 || found === 50, true, `${found} of 50`);
    },
  },
  {
    name: 'twenty times opened and closed, every write of every time is there',
    async run({ open }) {
      let store = await open();
      for (let n = 0; n < 20; n++) {
        await put(store, [['n', n], n]);
        store = await reopen(store, open);
      }
      equal(
        (await list(store)).map(([, n]) => n),
        Array.from({ length: 20 }, (_, n) => n),
      );
    },
  },
  {
    name: 'what was deleted stays deleted after reopening',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1], [['b', 1], 1], [['b', 2], 1], [['c'], 1]);
      await store.write(async (tx) => {
        tx.delete(['a']);
        tx.deleteAll(['b']);
      });
      equal(await keys(await reopen(store, open)), [['c']]);
    },
  },
  {
    name: 'what was aborted is not there after reopening either',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      await abortAfter(store, (tx) => {
        tx.put(['a'], 2);
        tx.put(['b'], 2);
      });
      equal(await list(await reopen(store, open)), [[['a'], 1]]);
    },
  },
  {
    name: 'a transaction sees what another handle committed since the last one',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      for (let turn = 0; turn < 5; turn++) {
        await increment(one);
        await increment(other);
      }
      equal([await get(one, ['n']), await get(other, ['n'])], [10, 10]);
    },
  },
  {
    name: 'of two handles that write at once, half of it aborted, each finds exactly what was committed',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      const write = (store: typeof one, n: number) =>
        n % 2 ? increment(store) : abortAfter(store, (tx) => tx.put(['n'], -100));
      await Promise.all(Array.from({ length: 20 }, (_, n) => [write(one, n), write(other, n)]).flat());
      equal([await get(one, ['n']), await get(other, ['n'])], [20, 20]);
    },
  },
  {
    name: 'a read of two rows never finds one of them from before and one from after a write of another handle',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await put(one, [['a'], 0], [['b'], 0]);
      const reads: Promise<unknown[]>[] = [];
      const writes: Promise<void>[] = [];
      for (let turn = 1; turn <= 15; turn++) {
        writes.push(put(other, [['a'], turn], [['b'], turn]));
        reads.push(one.read(async (tx) => [await tx.get(['a']), await tx.get(['b'])]));
      }
      for (const [a, b] of await Promise.all(reads)) equal(a, b);
      await Promise.all(writes);
    },
  },
  {
    name: 'a deleteAll of one handle takes what another wrote before it, and not what it writes after',
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await put(other, [['s', 1], 1], [['t'], 1]);
      await one.write(async (tx) => tx.deleteAll(['s']));
      await put(other, [['s', 2], 2]);
      equal(await keys(one), [['s', 2], ['t']]);
    },
  },
];
