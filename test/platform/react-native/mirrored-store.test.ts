import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../../../src/client/ports.ts';
import type { Row } from '../../../src/platform/ordered-rows.ts';
import { type Backing, mirroredStorage } from '../../../src/platform/react-native/mirrored-store.ts';
import type { DeviceStorage } from '../../../src/platform/react-native/storage.ts';
import { get, list, put } from '../../contracts/store/harness.ts';
import { asyncStorage, expoSqlite, mmkv4 } from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';

const name = 'relevo:1:pk_test';

/** A storage whose commits wait until they are told what becomes of them. */
const heldStorage = () => {
  const stored = new Map<string, Map<string, Row>>();
  const waiting: ((error?: Error) => void)[] = [];
  let loads = 0;
  let loadError: Error | undefined;
  let ending: Promise<void> | undefined;
  const load = async (of: string): Promise<Backing> => {
    loads++;
    if (loadError) throw loadError;
    const rows = stored.get(of) ?? new Map<string, Row>();
    stored.set(of, rows);
    return {
      rows: new Map(rows),
      commit: (batch) =>
        new Promise((resolve, reject) => {
          waiting.push((error) => {
            if (error) return reject(error);
            for (const [id, row] of batch) row ? rows.set(id, row) : rows.delete(id);
            resolve();
          });
        }),
      settled: () => ending,
    };
  };
  return {
    storage: mirroredStorage({ owner: stored, kind: 'held', load }),
    stored,
    loads: () => loads,
    /** Ends the oldest commit under way. */
    async answer(error?: Error) {
      waiting.shift()?.(error);
      await turn();
    },
    waiting: () => waiting.length,
    failLoads(error: Error | undefined) {
      loadError = error;
    },
    endWith(promise: Promise<void>) {
      ending = promise;
    },
  };
};

/** Whether it has settled by now. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await turn();
  return settled;
};

const isRefused = async (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => false,
    (error: Error) => error.name === 'InvalidStateError',
  );

describe('the handles of one name', () => {
  it('share one load, also when they open at once', async () => {
    const { storage, loads } = heldStorage();
    await Promise.all([storage.open(name), storage.open(name)]);
    await storage.open(name);
    expect(loads()).toBe(1);
  });

  it('of another name have rows of their own', async () => {
    const { storage, answer } = heldStorage();
    const [one, other] = [await storage.open(name), await storage.open('relevo:1:pk_other')];
    const written = put(one, [['a'], 1]);
    await turn();
    await answer();
    await written;
    expect(await list(other)).toEqual([]);
  });

  it('load afresh once the last of them is closed', async () => {
    const { storage, stored, loads } = heldStorage();
    const handles = [await storage.open(name), await storage.open(name)];
    for (const handle of handles) {
      handle.close();
      handle.close();
    }
    await turn();
    stored.get(name)?.set('["a"]', [['a'], 'from elsewhere']);
    const store = await storage.open(name);
    expect([await get(store, ['a']), loads()]).toEqual(['from elsewhere', 2]);
  });

  it('keep what is loaded while one of them is open, closed twice or not', async () => {
    const { storage, loads } = heldStorage();
    const [one, other] = [await storage.open(name), await storage.open(name)];
    one.close();
    one.close();
    await turn();
    await storage.open(name);
    expect([await list(other), loads()]).toEqual([[], 1]);
  });

  it('open again only when the writes begun before the close have ended', async () => {
    const { storage, answer } = heldStorage();
    const first = await storage.open(name);
    const written = put(first, [['a'], 1]);
    first.close();
    await turn();
    const opening = storage.open(name);
    expect(await isSettled(opening)).toBe(false);
    await answer();
    await written;
    expect(await get(await opening, ['a'])).toBe(1);
  });

  it('open again only when nothing is on its way to the storage', async () => {
    const held = heldStorage();
    let end = () => {};
    held.endWith(
      new Promise((done) => {
        end = done;
      }),
    );
    const first = await held.storage.open(name);
    first.close();
    const opening = Promise.all([held.storage.open(name), held.storage.open(name)]);
    expect(await isSettled(opening)).toBe(false);
    end();
    await opening;
    expect(held.loads()).toBe(2);
  });

  it('all reject when the load fails, and the next open loads again', async () => {
    const { storage, failLoads, loads } = heldStorage();
    failLoads(new Error('no storage'));
    const opens = await Promise.allSettled([storage.open(name), storage.open(name)]);
    expect(opens.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failLoads(undefined);
    const store = await storage.open(name);
    expect([await list(store), loads()]).toEqual([[], 2]);
  });
});

describe('a closed handle', () => {
  it('refuses reads and writes, and ignores writeNow and a second close', async () => {
    const { storage, waiting } = heldStorage();
    const [closed, open] = [await storage.open(name), await storage.open(name)];
    closed.close();
    expect([await isRefused(put(closed, [['a'], 1])), await isRefused(list(closed))]).toEqual([true, true]);
    closed.writeNow([[['a'], 1]]);
    closed.close();
    expect([await list(open), waiting()]).toEqual([[], 0]);
  });

  it('has what it began before committed', async () => {
    const { storage, answer, stored } = heldStorage();
    const store = await storage.open(name);
    const writes = [put(store, [['a'], 1]), put(store, [['b'], 2])];
    store.writeNow([[['c'], 3]]);
    store.close();
    for (let commit = 0; commit < 3; commit++) {
      await turn();
      await answer();
    }
    await Promise.all(writes);
    expect([...(stored.get(name)?.keys() ?? [])]).toEqual(['["a"]', '["b"]', '["c"]']);
  });
});

describe('a write', () => {
  it('is seen by reads only when the storage has it', async () => {
    const { storage, answer } = heldStorage();
    const store = await storage.open(name);
    const written = put(store, [['a'], 1]);
    const read = get(store, ['a']);
    expect([await isSettled(written), await isSettled(read)]).toEqual([false, false]);
    await answer();
    await written;
    expect(await read).toBe(1);
  });

  it('that the storage refuses rejects with its error and leaves memory as it was', async () => {
    const { storage, answer } = heldStorage();
    const store = await storage.open(name);
    const first = put(store, [['a'], 1], [['b'], 1]);
    await turn();
    await answer();
    await first;
    const full = new Error('the disk is full');
    const second = store.write(async (tx) => {
      tx.put(['a'], 2);
      tx.delete(['b']);
      tx.put(['c'], 2);
    });
    const third = put(store, [['d'], 3]);
    const refused = expect(second).rejects.toBe(full);
    await turn();
    await answer(full);
    await refused;
    await answer();
    await third;
    expect(await list(store)).toEqual([
      [['a'], 1],
      [['b'], 1],
      [['d'], 3],
    ]);
  });

  it('that changes nothing asks nothing of the storage', async () => {
    const { storage, waiting } = heldStorage();
    const store = await storage.open(name);
    await store.write(async (tx) => {
      await tx.get(['a']);
      tx.deleteAll(['a']);
    });
    store.writeNow([]);
    await turn();
    expect(waiting()).toBe(0);
  });

  it('has no say any more when its body has ended', async () => {
    const { storage, answer } = heldStorage();
    const store = await storage.open(name);
    let late: (() => void) | undefined;
    const aborted = store.write(async (tx) => {
      tx.put(['a'], 1);
      late = () => tx.put(['a'], 2);
      throw new Error('aborted');
    });
    await expect(aborted).rejects.toThrow('aborted');
    expect(late).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    const written = put(store, [['b'], 1]);
    await turn();
    await answer();
    await written;
    expect(await list(store)).toEqual([[['b'], 1]]);
  });
});

it('the store says what it is over', async () => {
  const store: Store = await heldStorage().storage.open(name);
  expect([store.kind, store.durable]).toEqual(['held', true]);
});

const folder = '../../../src/platform/react-native';

it.each([
  { over: 'AsyncStorage', make: () => asyncStorage(), file: 'key-value-storage', factory: 'keyValueStorage' },
  { over: 'MMKV', make: () => mmkv4(), file: 'mmkv-storage', factory: 'mmkvStore' },
  { over: 'SQLite', make: () => expoSqlite(), file: 'sqlite-storage', factory: 'sqliteStore' },
])(
  'who is handed the same $over twice shares its stores, after a refresh of the code too',
  async ({ make, file, factory }) => {
    const fresh = async (): Promise<(own: object) => DeviceStorage> => {
      vi.resetModules();
      return (await import(`${folder}/${file}.ts`))[factory];
    };
    const [before, after] = [await fresh(), await fresh()];
    const own = make();
    const [first, second] = [await before(own).open(name), await after(own).open(name)];
    for (let at = 0; at < 10; at++) {
      await put(first, [['first', at], at]);
      await put(second, [['second', at], at]);
    }
    expect([before === after, (await list(first)).length, (await list(second)).length]).toEqual([false, 20, 20]);
    first.close();
    second.close();
    await turn();
    expect(await list(await after(own).open(name))).toHaveLength(20);
    expect(await list(await after(make()).open(name))).toEqual([]);
  },
);
