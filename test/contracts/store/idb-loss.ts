import { equal, errorOf, get, list, put } from './harness.ts';
import { type IdbCase, nameOf } from './idb-harness.ts';

/** Connections that are lost, and errors in the midst of a transaction. */
export const lossCases: readonly IdbCase[] = [
  {
    name: 'a write on a connection that was closed beneath opens it again and commits',
    async run({ open, faults }) {
      const store = await open();
      faults.closeBeneath();
      await put(store, [['a'], 1]);
      equal([await get(store, ['a']), faults.opens()], [1, 2]);
    },
  },
  {
    name: 'a read on a connection that was closed beneath opens it again',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['a'], 1]);
      faults.closeBeneath();
      equal([await get(store, ['a']), faults.opens()], [1, 2]);
    },
  },
  {
    name: 'after a close event the next write opens a new connection before it tries the old one',
    async run({ open, faults }) {
      const store = await open();
      faults.terminate();
      let runs = 0;
      await store.write(async (tx) => {
        runs++;
        tx.put(['a'], 1);
      });
      equal([runs, faults.opens(), await get(store, ['a'])], [1, 2, 1]);
    },
  },
  {
    name: 'a body cut off midway is replayed and takes effect once',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['n'], 5]);
      faults.abortReads(1);
      let runs = 0;
      const result = await store.write(async (tx) => {
        runs++;
        const n = Number(await tx.get(['n'])) + 1;
        tx.put(['n'], n);
        return n;
      });
      equal([runs, result, await get(store, ['n'])], [2, 6, 6]);
    },
  },
  {
    name: 'a body that is cut off five times, as in Chromium while it is being cleared, takes effect once',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['n'], 5]);
      faults.abortReads(5);
      let runs = 0;
      await store.write(async (tx) => {
        runs++;
        tx.put(['n'], Number(await tx.get(['n'])) + 1);
      });
      equal([runs, await get(store, ['n'])], [6, 6]);
    },
  },
  {
    name: 'a body that is cut off for longer than a second rejects and leaves nothing',
    async run({ open, faults }) {
      const store = await open();
      faults.abortReads(8);
      let runs = 0;
      const error = await errorOf(
        store.write(async (tx) => {
          runs++;
          tx.put(['a'], 1);
          await tx.get(['a']);
        }),
      );
      equal([runs, nameOf(error), await list(store)], [8, 'AbortError', []]);
    },
  },
  {
    name: 'a body of which nothing more is heard when its connection is closed is replayed and takes effect once',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['n'], 5]);
      faults.hangReads(1);
      let runs = 0;
      const written = store.write(async (tx) => {
        runs++;
        tx.put(['n'], Number(await tx.get(['n'])) + 1);
      });
      faults.terminate();
      await written;
      equal([runs, faults.opens(), await get(store, ['n'])], [2, 2, 6]);
    },
  },
  {
    name: 'what is written when its connection says that it is closed is not written again',
    async run({ open, faults }) {
      const store = await open();
      let runs = 0;
      await store.write(async (tx) => {
        runs++;
        tx.put(['a'], runs);
      });
      faults.terminate();
      equal([runs, await get(store, ['a'])], [1, 1]);
    },
  },
  {
    name: 'an opening that is cut off, as in Chromium while it is being cleared, is tried again',
    async run({ open, faults }) {
      const store = await open();
      faults.closeBeneath();
      faults.failOpens(2, 'AbortError');
      await put(store, [['a'], 1]);
      equal([await get(store, ['a']), faults.opens()], [1, 4]);
    },
  },
  {
    name: 'a write cut off at its commit is replayed',
    async run({ open, faults }) {
      const store = await open();
      faults.abortReads(1);
      await store.write(async (tx) => {
        tx.put(['a'], 1);
        tx.get(['a']).catch(() => {});
      });
      equal(await get(store, ['a']), 1);
    },
  },
  {
    name: 'an UnknownError inside a transaction is replayed on a new connection',
    async run({ open, faults }) {
      const store = await open();
      faults.failPuts(1, 'UnknownError');
      await put(store, [['a'], 1]);
      equal([await get(store, ['a']), faults.opens()], [1, 2]);
    },
  },
  {
    name: 'twenty writes on a lost connection share one new one and lose nothing',
    async run({ open, faults }) {
      const store = await open();
      faults.closeBeneath();
      await Promise.all(
        Array.from({ length: 20 }, () =>
          store.write(async (tx) => tx.put(['n'], Number((await tx.get(['n'])) ?? 0) + 1)),
        ),
      );
      equal([await get(store, ['n']), faults.opens()], [20, 2]);
    },
  },
  {
    name: 'a full disk is not replayed: the error comes out as it is and nothing is kept',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['kept'], 1]);
      faults.failPuts(1, 'QuotaExceededError');
      let runs = 0;
      const error = await errorOf(
        store.write(async (tx) => {
          runs++;
          tx.delete(['kept']);
          tx.put(['a'], 1);
        }),
      );
      equal([nameOf(error), runs, faults.opens(), await list(store)], ['QuotaExceededError', 1, 1, [[['kept'], 1]]]);
    },
  },
  {
    name: 'of a put that fails while the body reads on, the error of the put comes out',
    async run({ open, faults }) {
      const store = await open();
      faults.failPutsLater(1);
      let runs = 0;
      const error = await errorOf(
        store.write(async (tx) => {
          runs++;
          tx.put(['a'], 1);
          await tx.get(['a']);
          await tx.get(['a']);
        }),
      );
      equal([nameOf(error), runs, await list(store)], ['ConstraintError', 1, []]);
    },
  },
  {
    name: 'a connection that cannot be had again rejects with the reason, and the next write tries anew',
    async run({ open, faults }) {
      const store = await open();
      faults.closeBeneath();
      faults.failOpens(1, 'QuotaExceededError');
      equal(nameOf(await errorOf(put(store, [['a'], 1]))), 'QuotaExceededError');
      await put(store, [['b'], 2]);
      equal(await list(store), [[['b'], 2]]);
    },
  },
  {
    name: 'an open that the browser denies rejects, and a later one may succeed',
    async run({ open, faults }) {
      faults.failOpens(1, 'SecurityError');
      equal(nameOf(await errorOf(open())), 'SecurityError');
      await put(await open(), [['a'], 1]);
    },
  },
  {
    name: 'a connection that works is not opened twice',
    async run({ open, faults }) {
      const store = await open();
      for (let turn = 0; turn < 5; turn++) await put(store, [['a'], turn]);
      await list(store);
      equal(faults.opens(), 1);
    },
  },
];
