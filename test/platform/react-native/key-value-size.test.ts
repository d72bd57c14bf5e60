import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { list, put } from '../../contracts/store/harness.ts';
import { asyncStorageWithoutMulti, type Disk } from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';
import { name, openOn } from './key-value-disk.ts';

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
