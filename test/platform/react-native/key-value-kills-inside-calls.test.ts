import { describe, expect, it } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { mmkvStore } from '../../../src/platform/react-native/mmkv-storage.ts';
import type { DeviceStorage } from '../../../src/platform/react-native/storage.ts';
import { seeded } from '../../contracts/store/harness.ts';
import { type Disk, mmkv3, mmkv4, syncStorage } from '../../contracts/store/storage-doubles.ts';
import { randomHistory, stateOf, statesAfter, write } from './histories.ts';
import { type IosDisk, iosStorage } from './ios-storage.ts';

const name = 'relevo:1:pk_test';

/** A disk that tells of each key written or removed. */
const watched = (onChange: () => void, start?: Disk): Disk => {
  const disk: Disk = new Map(start);
  return Object.assign(disk, {
    set(key: string, value: string) {
      Map.prototype.set.call(disk, key, value);
      onChange();
      return disk;
    },
    delete(key: string) {
      const isGone = Map.prototype.delete.call(disk, key);
      onChange();
      return isGone;
    },
  });
};

type Device = { readonly storage: DeviceStorage; snapshot(): DeviceStorage };

const overKeys =
  (storageOver: (disk: Disk) => DeviceStorage) =>
  (onChange: () => void): Device => {
    const disk = watched(onChange);
    return {
      storage: storageOver(disk),
      snapshot: () => storageOver(new Map(disk)),
    };
  };

const overIos = (onChange: () => void): Device => {
  const disk: IosDisk = { files: new Map(), manifest: new Map() };
  return {
    storage: keyValueStorage(iosStorage(disk, onChange)),
    snapshot: () => keyValueStorage(iosStorage({ files: new Map(disk.files), manifest: disk.manifest })),
  };
};

describe.each([
  { over: 'a synchronous storage', device: overKeys((disk) => keyValueStorage(syncStorage(disk))) },
  { over: 'MMKV 3', device: overKeys((disk) => mmkvStore(mmkv3(disk))) },
  { over: 'MMKV 4', device: overKeys((disk) => mmkvStore(mmkv4(disk))) },
  { over: 'AsyncStorage of iOS', device: overIos },
])('an app over $over', ({ device }) => {
  it.each([31, 32, 33, 34, 35, 36])('killed after any change of the disk in history %i, is whole', async (seed) => {
    const random = seeded(seed);
    const history = randomHistory(random, { length: 40, valueLength: () => Math.floor(random() * 200) });
    const states = await statesAfter(history);
    const moments: { readonly storage: DeviceStorage; readonly resolved: number }[] = [];
    let resolved = 0;
    const { storage, snapshot } = device(() => moments.push({ storage: snapshot(), resolved }));
    const store = await storage.open(name);
    for (const transaction of history) {
      const written = write(store, transaction).then(() => resolved++);
      if (random() < 0.7) await written;
    }
    await store.read(async () => {});
    expect([resolved, moments.length > 100]).toEqual([history.length, true]);
    for (const moment of moments) {
      const state = await stateOf(await moment.storage.open(name));
      const isWhole = states.slice(moment.resolved, moment.resolved + 2).includes(state);
      expect({ resolved: moment.resolved, isWhole }).toEqual({ resolved: moment.resolved, isWhole: true });
    }
  });
});
