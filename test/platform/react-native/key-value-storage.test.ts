import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { mmkvStore } from '../../../src/platform/react-native/mmkv-storage.ts';
import type { KeyValueLike, MmkvLike } from '../../../src/platform/react-native/shapes.ts';
import { list, put } from '../../contracts/store/harness.ts';
import {
  asyncStorage,
  asyncStorage3,
  asyncStorageWithoutMulti,
  type Disk,
  mmkv4,
  syncStorage,
} from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';
import { bucketKeys, diskWithRows, name, openOn } from './key-value-disk.ts';
import { steppedStorage } from './stepped-storage.ts';

describe('a write over AsyncStorage', () => {
  it('costs two calls and a look: the journal, and after it all buckets at once', async () => {
    const stepped = steppedStorage(new Map());
    const opening = keyValueStorage(stepped.storage).open(name);
    const runDry = async () => {
      await turn();
      for (; stepped.pending(); await turn()) stepped.step(0);
    };
    await runDry();
    const store = await opening;
    const before = stepped.calls();
    const written = put(store, [['a'], 1], [['b'], 2], [['c'], 3]);
    await runDry();
    await written;
    expect(stepped.calls() - before).toBe(2);
    const again = put(store, [['a'], 2], [['b'], 3], [['c'], 4]);
    await runDry();
    await again;
    // It is looked whether a bucket of before is there still, while the journal is on its way.
    expect(stepped.calls() - before).toBe(5);
  });

  it.each([
    { version: '2', storageOver: asyncStorage, get: 'multiGet', set: 'multiSet', remove: 'multiRemove' },
    { version: '3', storageOver: asyncStorage3, get: 'getMany', set: 'setMany', remove: 'removeMany' },
  ])('takes one call for many keys over AsyncStorage $version', async ({ storageOver, get, set, remove }) => {
    const disk: Disk = new Map();
    const calls: string[] = [];
    const watched = () =>
      new Proxy(storageOver(disk), {
        get: (target, method: keyof KeyValueLike) =>
          target[method] &&
          ((...args: never[]) => {
            calls.push(method);
            return (target[method] as (...args: never[]) => unknown)(...args);
          }),
      });
    const store = await keyValueStorage(watched()).open(name);
    expect(calls).toEqual([get, get]);
    await put(store, [['a'], 1], [['b'], 2]);
    await turn();
    expect(calls).toEqual([get, get, 'setItem', set]);
    disk.set(bucketKeys(disk)[0] as string, 'torn');
    calls.length = 0;
    await keyValueStorage(watched()).open(name);
    expect(calls.filter((method) => !['getItem', 'setItem'].includes(method))).toEqual([get, get, remove, set]);
  });

  it('is done again at the next open only where it is not done yet', async () => {
    const disk = await diskWithRows();
    const written: string[] = [];
    const storage = asyncStorageWithoutMulti(disk);
    const setItem: KeyValueLike['setItem'] = (key, value) => {
      written.push(key);
      return storage.setItem(key, value);
    };
    await keyValueStorage({ ...storage, setItem }).open(name);
    await turn();
    expect(written).toEqual([]);
    const [lost] = bucketKeys(disk).filter((key) => disk.get(key)?.includes('row 29'));
    disk.delete(lost as string);
    await keyValueStorage({ ...storage, setItem }).open(name);
    await turn();
    expect(written).toEqual([lost]);
  });

  it('of an object that was read, changed and put again is kept like any other', async () => {
    const disk: Disk = new Map();
    const store = await openOn(disk);
    await put(store, [['a'], { n: 1 }]);
    await store.write(async (tx) => {
      const found = (await tx.get(['a'])) as { n: number };
      found.n = 2;
      tx.put(['a'], found);
    });
    await put(store, [['b'], 1]);
    await turn();
    expect(await list(await openOn(disk))).toEqual([
      [['a'], { n: 2 }],
      [['b'], 1],
    ]);
  });

  it('calls the methods on the storage itself, which may need its `this`', async () => {
    const storage = {
      disk: new Map<string, string>(),
      async getItem(key: string) {
        return this.disk.get(key) ?? null;
      },
      async setItem(key: string, value: string) {
        this.disk.set(key, value);
      },
      async removeItem(key: string) {
        this.disk.delete(key);
      },
      async multiSet(pairs: [string, string][]) {
        for (const [key, value] of pairs) this.disk.set(key, value);
      },
    };
    const store = await keyValueStorage(storage).open(name);
    await put(store, [['a'], 1], [['b'], 2]);
    await turn();
    expect(await list(await openOn(storage.disk))).toEqual([
      [['a'], 1],
      [['b'], 2],
    ]);
  });

  it('touches no key of anyone else', async () => {
    const disk: Disk = new Map([['theirs', 'kept']]);
    const store = await openOn(disk);
    await put(store, [['a'], 1]);
    await store.write(async (tx) => tx.deleteAll([]));
    await turn();
    expect([disk.get('theirs'), [...disk.keys()].filter((key) => !key.startsWith(`${name}/`))]).toEqual([
      'kept',
      ['theirs'],
    ]);
  });

  it.each([500_000, 50])(
    'keeps nothing of what was deleted, its key neither, in parts of %d',
    async (maxPartLength) => {
      const disk: Disk = new Map();
      const store = await keyValueStorage(asyncStorage(disk), { maxPartLength }).open(name);
      await put(store, [['row', 'secret'], 'a secret'], [['b'], 1]);
      await store.write(async (tx) => tx.deleteAll(['row']));
      await turn();
      expect([...disk].flat().filter((text) => text.includes('secret'))).toEqual([]);
      expect(await list(await openOn(disk))).toEqual([[['b'], 1]]);
    },
  );

  it('killed before it could forget the key of what was deleted forgets it at the next start', async () => {
    const disk: Disk = new Map();
    const store = await openOn(disk);
    await put(store, [['row', 'secret'], 'a secret'], [['b'], 1]);
    await turn();
    const stepped = steppedStorage(disk);
    const deleting = keyValueStorage(stepped.storage)
      .open(name)
      .then((opened) => opened.write(async (tx) => tx.delete(['row', 'secret'])));
    for (await turn(); !disk.get(`${name}/journal`)?.includes('[["row","secret"]]'); await turn()) stepped.step(0);
    await openOn(disk);
    await turn();
    expect([...disk].flat().filter((text) => text.includes('secret'))).toEqual([]);
    for (; stepped.pending(); await turn()) stepped.step(0);
    await deleting;
  });
});

describe('writeNow', () => {
  it.each([
    { over: 'a synchronous storage', storageOver: (disk: Disk) => keyValueStorage(syncStorage(disk)) },
    { over: 'MMKV', storageOver: (disk: Disk) => mmkvStore(mmkv4(disk)) },
  ])('over $over is stored when it returns', async ({ storageOver }) => {
    const disk: Disk = new Map();
    const store = await storageOver(disk).open(name);
    await put(store, [['a'], 1]);
    store.writeNow([
      [['b'], 2],
      [['c'], 3],
    ]);
    const atReturn: Disk = new Map(disk);
    expect(await list(await storageOver(atReturn).open(name))).toEqual([
      [['a'], 1],
      [['b'], 2],
      [['c'], 3],
    ]);
  });

  it('over AsyncStorage has made its call when it returns', async () => {
    const disk: Disk = new Map();
    const calls: string[] = [];
    const storage = asyncStorage(disk);
    const setItem: KeyValueLike['setItem'] = (key, value) => {
      calls.push(key);
      return storage.setItem(key, value);
    };
    const store = await keyValueStorage({ ...storage, setItem }).open(name);
    store.writeNow([[['a'], 1]]);
    expect(calls).toEqual([`${name}/journal`]);
  });

  it('of what the storage refuses throws nothing and keeps nothing', async () => {
    const full = () => {
      throw new Error('the disk is full');
    };
    const sync = await keyValueStorage({ ...syncStorage(), setItem: full }).open(name);
    const async = await keyValueStorage({ ...asyncStorage(), setItem: async () => full() }).open(name);
    for (const store of [sync, async]) {
      store.writeNow([[['a'], 1]]);
      expect(await list(store)).toEqual([]);
    }
  });
});

it.each([undefined, null, {}, asyncStorage(), { getString() {} }, { getString() {}, set() {} }])(
  'what is no MMKV is refused at once, with what to pass: %o',
  (mmkv) => {
    expect(() => mmkvStore(mmkv as unknown as MmkvLike)).toThrow(
      expect.objectContaining({
        code: 'options/invalid',
        message: expect.stringContaining('mmkvStore() takes an instance of react-native-mmkv 2 to 4.'),
      }),
    );
  },
);
