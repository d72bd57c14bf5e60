import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { put } from '../../contracts/store/harness.ts';
import { asyncStorage, type Disk } from '../../contracts/store/storage-doubles.ts';
import { turn } from './histories.ts';

export const name = 'relevo:1:pk_test';

/** One more life of an app on that disk. */
export const openOn = (disk: Disk, warnings: string[] = []) =>
  keyValueStorage(asyncStorage(disk)).open(name, (text) => warnings.push(text));

/** A disk on which some rows lie in their buckets, and the last one in the journal too. */
export const diskWithRows = async (): Promise<Disk> => {
  const disk: Disk = new Map();
  const store = await openOn(disk);
  for (let row = 0; row < 30; row++) await put(store, [['row', 'c_ana', row], { text: `row ${row}` }]);
  await turn();
  return disk;
};

export const bucketKeys = (disk: Disk): string[] => [...disk.keys()].filter((key) => /\/\d+$/.test(key));
