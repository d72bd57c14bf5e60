import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { mmkvStore } from '../../../src/platform/react-native/mmkv-storage.ts';
import type { KeyValueLike, MmkvLike } from '../../../src/platform/react-native/shapes.ts';
import { list, put } from '../../contracts/store/harness.ts';
import {
  asyncStorage,
  asyncStorageWithoutMulti,
  type Disk,
  mmkv4,
  syncStorage,
} from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';
import { steppedStorage } from './stepped-storage.ts';

const name = 'relevo:1:pk_test';

const openOn = (disk: Disk, warnings: string[] = []) =>
  keyValueStorage(asyncStorage(disk)).open(name, (text) => warnings.push(text));

/** A disk on which some rows lie in their buckets, and the last one in the journal too. */
const diskWithRows = async (): Promise<Disk> => {
  const disk: Disk = new Map();
  const store = await openOn(disk);
  for (let row = 0; row < 30; row++) await put(store, [['rows', row], { text: `row ${row}` }]);
  await turn();
  return disk;
};

const bucketKeys = (disk: Disk): string[] => [...disk.keys()].filter((key) => /\/\d+$/.test(key));

describe('a write over AsyncStorage', () => {
  it('costs two calls: the journal, and after it all buckets at once', async () => {
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

  it('keeps nothing of what was deleted, after one more write', async () => {
    const disk: Disk = new Map();
    const store = await openOn(disk);
    await put(store, [['a'], 'a secret']);
    await store.write(async (tx) => tx.deleteAll([]));
    await turn();
    expect([...disk.values()].filter((text) => text.includes('secret'))).toEqual([]);
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

describe('what is stored, when it is damaged', () => {
  it.each(['', '[', 'null', '1.0.0.0:{"cut', '1.0.0.0:[[["rows"]]]', '1.0.0.0:[[{},1]]', '1.0.2.0:90'])(
    'is given up whole when a bucket reads %j: a kept cursor over lost rows would never bring them back',
    async (text) => {
      const disk = await diskWithRows();
      disk.set('theirs', 'kept');
      disk.set(bucketKeys(disk)[3] as string, text);
      const warnings: string[] = [];
      const store = await openOn(disk, warnings);
      expect([await list(store), [...disk.keys()]]).toEqual([[], ['theirs']]);
      expect(warnings).toEqual([
        'What this device had stored is damaged and was given up; state comes back with the next sync.',
      ]);
      await put(store, [['a'], 1]);
      await turn();
      expect(await list(await openOn(disk, warnings))).toEqual([[['a'], 1]]);
      expect(warnings).toHaveLength(1);
    },
  );

  it('is given up whole also when the app is killed while it is', async () => {
    for (let kill = 0; ; kill++) {
      const disk = await diskWithRows();
      disk.set(bucketKeys(disk)[3] as string, 'torn');
      disk.set(bucketKeys(disk)[7] as string, 'torn');
      const stepped = steppedStorage(disk);
      const opening = keyValueStorage(stepped.storage).open(name);
      await turn();
      let steps = 0;
      for (; stepped.pending() && steps < kill; steps++) {
        stepped.step(stepped.pending() - 1);
        await turn();
      }
      expect({ kill, rows: await list(await openOn(new Map(disk))) }).toEqual({ kill, rows: [] });
      if (stepped.pending()) continue;
      await opening;
      expect(kill).toBeGreaterThan(150);
      break;
    }
  });

  it('leaves out a journal that was cut off, which was never committed', async () => {
    const disk = await diskWithRows();
    const before = await list(await openOn(disk));
    for (const cut of ['', '1.0.0', '1.0.0.0:[[["rows",1],{"te', '1.0.0.0:[[["rows",1],1,1]]', '1.0.3.0:77', 'null'])
      expect(await list(await openOn(new Map(disk).set(`${name}/journal`, cut)))).toEqual(before);
  });

  it('is refused and left alone when a newer format wrote it', async () => {
    const disk = await diskWithRows();
    disk.set(bucketKeys(disk)[3] as string, '2.0.0.0:whatever');
    const before = [...disk];
    await expect(openOn(disk)).rejects.toMatchObject({ name: 'VersionError' });
    expect([...disk]).toEqual(before);
  });
});

describe('much state over AsyncStorage', () => {
  const bytesOf = (text: string) => Buffer.byteLength(text);

  /** The largest value ever written, in bytes of UTF-8, and whatever is on the disk. */
  const measured = () => {
    const disk: Disk = new Map();
    let largest = 0;
    const storage = asyncStorageWithoutMulti(disk);
    const setItem: KeyValueLike['setItem'] = (key, value) => {
      largest = Math.max(largest, bytesOf(value));
      return storage.setItem(key, value);
    };
    return { disk, storage: { ...storage, setItem }, largest: () => largest };
  };

  it('a value of 3 million characters, three bytes each, is written in rows that Android can read', async () => {
    const { disk, storage, largest } = measured();
    const store = await keyValueStorage(storage).open(name);
    const value = '€'.repeat(3_000_000);
    await put(store, [['big'], value], [['small'], 1]);
    await put(store, [['small'], 2]);
    await turn();
    expect(largest()).toBeLessThan(1_900_000);
    const reopened = await list(await openOn(disk));
    expect([reopened[0]?.[1] === value, reopened[1]?.[1]]).toEqual([true, 2]);
  });

  it.each(['', 'x'])(
    'a value of characters that are pairs comes back, wherever it is cut (%j before it)',
    async (before) => {
      const { disk, storage } = measured();
      const value = `${before}${'😀'.repeat(600_000)}`;
      await put(await keyValueStorage(storage).open(name), [['big'], value]);
      await turn();
      const [[, found] = []] = await list(await openOn(disk));
      expect(found === value).toBe(true);
    },
  );

  it('a long text that is replaced by a short one is gone two writes later', async () => {
    const { disk, storage } = measured();
    const store = await keyValueStorage(storage).open(name);
    await put(store, [['big'], '€'.repeat(1_200_000)]);
    for (const value of ['short', 'shorter', 'short']) await put(store, [['big'], value]);
    await turn();
    expect([...disk.keys()].filter((key) => /\/[01]\/\d+$/.test(key))).toEqual([]);
    expect([...disk.values()].reduce((sum, text) => sum + text.length, 0)).toBeLessThan(5_000);
  });

  it('10,000 rows, 500 views and a snapshot of 1 MiB fit, and a kill between two keys takes nothing away', async () => {
    const { disk, storage, largest } = measured();
    let isKilled = false;
    const mortal: KeyValueLike = {
      ...storage,
      setItem: (key, value) => (isKilled ? new Promise(() => {}) : storage.setItem(key, value)),
    };
    const store = await keyValueStorage(mortal).open(name);
    await put(
      store,
      ...Array.from(
        { length: 10_000 },
        (_, row) =>
          [
            ['rows', 'cart', `line-${row}`],
            [row, {}],
          ] as const,
      ),
    );
    await put(
      store,
      ...Array.from(
        { length: 500 },
        (_, row) =>
          [
            ['rows', 'views', `sku-${row}`],
            [row, {}],
          ] as const,
      ),
    );
    const snapshot = Array.from({ length: 1_024 }, (_, row) => [['rows', 'lists', row], 'x'.repeat(1_024)] as const);
    await put(store, ...snapshot);
    await put(store, [['space'], { cursor: 'after' }]);
    isKilled = true;
    await turn();
    const rows = await list(await openOn(disk));
    expect([rows.length, largest() < 600_000]).toEqual([11_525, true]);
    expect([...disk.values()].reduce((sum, text) => sum + bytesOf(text), 0)).toBeLessThan(5_000_000);
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
