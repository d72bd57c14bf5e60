import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { type Disk, encoded } from '../../contracts/store/storage-doubles.ts';

/** What AsyncStorage keeps on iOS: texts of up to 1,024 units in the manifest, longer ones (null there) in files. */
export type IosDisk = { readonly files: Disk; manifest: ReadonlyMap<string, string | null> };

const inlineLimit = 1_024;

/**
 * AsyncStorage 1 and 2 on iOS, in the order of its `RNCAsyncStorage.mm`: files are written and deleted
 * key by key, the manifest once at the end of a call. `onChange` is called after every change of the disk.
 */
export const iosStorage = (disk: IosDisk, onChange: () => void = () => {}): KeyValueLike => {
  const manifest = new Map(disk.manifest);
  const saveManifest = () => {
    disk.manifest = new Map(manifest);
    onChange();
  };
  const setAll = (pairs: readonly (readonly [string, string])[]) => {
    let isChanged = false;
    for (const [key, value] of pairs) {
      const isInline = value.length <= inlineLimit;
      const wasInFile = manifest.get(key) === null;
      if (isInline && wasInFile) disk.files.delete(key);
      if (!isInline) disk.files.set(key, encoded(value));
      if (!isInline || wasInFile) onChange();
      if (isInline || !wasInFile) isChanged = true;
      manifest.set(key, isInline ? value : null);
    }
    if (isChanged) saveManifest();
  };
  const removeAll = (keys: readonly string[]) => {
    for (const key of keys) {
      if (disk.files.delete(key)) onChange();
      manifest.delete(key);
    }
    saveManifest();
  };
  return {
    getItem: async (key) => manifest.get(key) ?? (manifest.has(key) ? (disk.files.get(key) ?? null) : null),
    setItem: async (key, value) => setAll([[key, value]]),
    removeItem: async (key) => removeAll([key]),
    multiSet: async (pairs) => setAll(pairs),
    multiRemove: async (keys) => removeAll(keys),
  };
};
