import type { Json } from '../../../src/core/json.ts';
import { equal, errorOf, get, list, put } from './harness.ts';
import { type IdbCase, nameOf } from './idb-harness.ts';
import { lossCases } from './idb-loss.ts';

/** Opens the database itself, as a tab with other code would. */
const openRaw = (name: string, version: number, onUpgrade: (request: IDBOpenDBRequest) => void) =>
  new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => onUpgrade(request);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Whether a promise has settled after the database has answered something else. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  const other = await openRaw('relevo:1:another', 1, () => {});
  other.close();
  return settled;
};

/** Other tabs, the rules of IndexedDB, and the end of a store. */
const otherCases: readonly IdbCase[] = [
  {
    name: 'a database that another tab deletes is given up at once and made anew by the next write',
    async run({ open, faults }) {
      const store = await open();
      await put(store, [['a'], 1]);
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(faults.name);
        request.onsuccess = () => resolve();
        request.onblocked = () => reject(new Error('the store held up a deletion'));
      });
      await put(store, [['b'], 2]);
      equal(await list(store), [[['b'], 2]]);
    },
  },
  {
    name: 'a database of a higher version is refused and left as it is',
    async run({ open, faults }) {
      const later = await openRaw(faults.name, 2, ({ result }) => result.createObjectStore('later').put('theirs', 1));
      equal(nameOf(await errorOf(open())), 'VersionError');
      const theirs = later.transaction('later').objectStore('later').get(1);
      await new Promise((resolve) => {
        theirs.onsuccess = resolve;
      });
      equal([theirs.result, later.version], ['theirs', 2]);
      later.close();
    },
  },
  {
    name: 'an open stays pending while another tab is in an upgrade, and succeeds after it',
    async run({ open, faults }) {
      let held = true;
      let begun = () => {};
      const upgrading = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const upgrade = openRaw(faults.name, 1, ({ result, transaction }) => {
        const rows = result.createObjectStore('kv');
        const hold = () => {
          if (held) rows.get('nothing').onsuccess = hold;
        };
        hold();
        transaction?.addEventListener('complete', () => result.close());
        begun();
      }).catch(() => {});
      await upgrading;
      const store = open();
      equal(await isSettled(store), false);
      held = false;
      await upgrade;
      await put(await store, [['a'], 1]);
      equal(await get(await store, ['a']), 1);
    },
  },
  {
    name: 'a body that waits for something foreign rejects instead of hanging, and the store goes on',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      const error = await errorOf(
        store.write(async (tx) => {
          await tx.get(['a']);
          await isSettled(Promise.resolve());
          tx.put(['a'], 2);
        }),
      );
      equal([nameOf(error), await get(store, ['a'])], ['TransactionInactiveError', 1]);
    },
  },
  {
    name: 'writeNow has told its transaction to commit when it returns',
    async run({ open, faults }) {
      const store = await open();
      const before = faults.commits();
      store.writeNow([[['a'], 1]]);
      equal(faults.commits() - before, 1);
    },
  },
  {
    name: 'a write tells its transaction to commit instead of waiting for it to run dry',
    async run({ open, faults }) {
      const store = await open();
      const before = faults.commits();
      await put(store, [['a'], 1]);
      equal(faults.commits() - before, 1);
    },
  },
  {
    name: 'writeNow on a lost connection throws nothing and the store goes on',
    async run({ open, faults }) {
      const store = await open();
      faults.closeBeneath();
      store.writeNow([[['a'], 1]]);
      faults.terminate();
      store.writeNow([[['a'], 1]]);
      await put(store, [['b'], 2]);
      equal(await get(store, ['b']), 2);
    },
  },
  {
    name: 'writeNow of what cannot be stored throws nothing and keeps nothing',
    async run({ open }) {
      const store = await open();
      store.writeNow([[['a'], (() => {}) as unknown as Json]]);
      equal(await list(store), []);
    },
  },
  {
    name: 'a put of what cannot be stored rejects and keeps nothing of the body',
    async run({ open }) {
      const store = await open();
      const error = await errorOf(put(store, [['a'], 1], [['b'], (() => {}) as unknown as Json]));
      equal([nameOf(error), await list(store)], ['DataCloneError', []]);
    },
  },
  {
    name: 'a closed store refuses, and opens nothing behind its back',
    async run({ open, faults }) {
      const store = await open();
      store.close();
      equal(nameOf(await errorOf(put(store, [['a'], 1]))), 'InvalidStateError');
      equal(nameOf(await errorOf(list(store))), 'InvalidStateError');
      store.writeNow([[['a'], 1]]);
      equal(faults.opens(), 1);
    },
  },
  {
    name: 'a store that is closed while it reconnects leaves no connection behind',
    async run({ open, faults }) {
      const store = await open();
      faults.terminate();
      const write = errorOf(put(store, [['a'], 1]));
      store.close();
      equal(nameOf(await write), 'InvalidStateError');
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(faults.name);
        request.onsuccess = () => resolve();
        request.onblocked = () => reject(new Error('a connection was left open'));
      });
    },
  },
];

/** What IndexedDB does to a store in the field, put in on purpose. */
export const idbCases: readonly IdbCase[] = [...lossCases, ...otherCases];
