import { RelevoError } from '../../core/relevo-error.ts';
import { keyValueStorage } from './key-value-storage.ts';
import type { MmkvLike } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';

/**
 * Lets Relevo keep its state in an MMKV instance. MMKV is synchronous, so a write at the end of the app
 * is stored when its call returns.
 *
 * @param mmkv An instance of react-native-mmkv 2, 3 or 4. Relevo's keys start with `relevo:`.
 * @throws `options/invalid` when it is none.
 *
 * @example reactNative({ storage: mmkvStore(createMMKV({ id: 'relevo' })), … })
 */
export const mmkvStore = (mmkv: MmkvLike): DeviceStorage => {
  const isMmkv =
    typeof mmkv?.getString === 'function' &&
    typeof mmkv.set === 'function' &&
    typeof (mmkv.remove ?? mmkv.delete) === 'function';
  if (!isMmkv)
    throw new RelevoError('options/invalid', { detail: 'mmkvStore() takes an instance of react-native-mmkv 2 to 4.' });
  return keyValueStorage(
    {
      getItem: (key) => mmkv.getString(key),
      setItem: (key, text) => mmkv.set(key, text),
      removeItem: (key) => (mmkv.remove ? mmkv.remove(key) : mmkv.delete?.(key)),
    },
    { kind: 'mmkv', owner: mmkv },
  );
};
