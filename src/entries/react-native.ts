import { decode } from '@stablelib/base64';
import { hash } from '@stablelib/sha256';
import { encode } from '@stablelib/utf8';
import { customRandom, urlAlphabet } from 'nanoid';
import type { Platform } from '../client/api.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { fetchTransport } from '../platform/fetch-transport.ts';
import { memoryStore } from '../platform/memory-store.ts';
import { appClock } from '../platform/react-native/app-clock.ts';
import type {
  AppStateLike,
  FillRandom,
  NetInfoLike,
  PlatformLike,
  SecureStoreLike,
} from '../platform/react-native/app-shapes.ts';
import { appSignals } from '../platform/react-native/app-signals.ts';
import { keyValueStorage } from '../platform/react-native/key-value-storage.ts';
import { onlyTab } from '../platform/react-native/only-tab.ts';
import { secureMarker } from '../platform/react-native/secure-marker.ts';
import { secureRandom } from '../platform/react-native/secure-random.ts';
import type { KeyValueLike } from '../platform/react-native/shapes.ts';
import type { DeviceStorage } from '../platform/react-native/storage.ts';

export type * from '../platform/react-native/app-shapes.ts';
export { mmkvStore } from '../platform/react-native/mmkv-storage.ts';
export type * from '../platform/react-native/shapes.ts';
export { sqliteStore } from '../platform/react-native/sqlite-storage.ts';
export type { DeviceStorage } from '../platform/react-native/storage.ts';

/** 22 characters of 64: 132 bits, enough for a guest's secret of 128. */
const idLength = 22;

export type ReactNativeParts = {
  /**
   * Where the state is kept: what has the members of AsyncStorage, or `sqliteStore(db)`, or `mmkvStore(mmkv)`.
   * Keys and table begin with `relevo`.
   */
  readonly storage: KeyValueLike | DeviceStorage;
  /** Fills bytes from a secure source, as `getRandomValues` of `expo-crypto`. Default: the global `crypto`. */
  readonly random?: FillRandom;
  /** `AppState` of react-native: becoming active is a reason to ask the server what is new. */
  readonly AppState: AppStateLike;
  /** `Platform` of react-native: its `OS` is the default channel. */
  readonly Platform: PlatformLike;
  /** `@react-native-community/netinfo`: a network that comes back ends the wait before the next try. */
  readonly netInfo?: NetInfoLike;
  /** `expo-secure-store`: keeps who the guest is, should the storage be emptied. */
  readonly secureStore?: SecureStoreLike;
};

/**
 * What React Native gives the engine. The package imports none of it: the app hands over what it has.
 *
 * @throws RelevoError `platform/no-random` without a secure random; `options/invalid` for a part that has not the members it needs
 *
 * @example reactNative({ storage: AsyncStorage, random: Crypto.getRandomValues, AppState, Platform })
 */
export const reactNative = (parts: ReactNativeParts): Platform => {
  const { storage, random, AppState, Platform, netInfo, secureStore } = parts ?? {};
  const demand = (holds: unknown, detail: string) => {
    if (!holds) throw new RelevoError('options/invalid', { detail });
  };
  demand(typeof Platform?.OS === 'string', "Pass `Platform` of 'react-native'.");
  demand(typeof AppState?.addEventListener === 'function', "Pass `AppState` of 'react-native'.");
  demand(
    isDeviceStorage(storage) || ['getItem', 'setItem', 'removeItem'].every((name) => isFunction(storage, name)),
    'Pass AsyncStorage as `storage`, something with its members, `sqliteStore(db)` or `mmkvStore(mmkv)`.',
  );
  demand(
    !netInfo || isFunction(netInfo, 'addEventListener'),
    "Pass the default export of '@react-native-community/netinfo' as `netInfo`, or leave it out.",
  );
  demand(
    !secureStore || (isFunction(secureStore, 'getItem') && isFunction(secureStore, 'setItem')),
    "Pass `import * as SecureStore from 'expo-secure-store'` as `secureStore`, or leave it out.",
  );
  const fromSource = secureRandom(random);
  const deviceStorage = isDeviceStorage(storage) ? storage : keyValueStorage(storage);
  return {
    channel: Platform.OS,
    deviceKind: 'personal',
    ports: ({ name, endpoint }) => ({
      clock: appClock(),
      ids: {
        random: customRandom(urlAlphabet, idLength, fromSource),
        sha256: (text) => hash(encode(text)),
        // Tokens come without the padding that this library wants.
        decodeBase64: (text) => String.fromCharCode(...decode(text.padEnd(Math.ceil(text.length / 4) * 4, '='))),
      },
      openStore: () => deviceStorage.open(name, (text) => console.warn(`relevo: ${text}`)),
      memoryStore,
      marker: secureMarker({ name, store: secureStore }),
      transport: fetchTransport({ endpoint }),
      tabs: onlyTab(),
      signals: appSignals({ AppState, netInfo }),
      log: console,
    }),
  };
};

const isFunction = (holder: unknown, name: string): boolean =>
  typeof (holder as { [name: string]: unknown } | undefined)?.[name] === 'function';

const isDeviceStorage = (storage: KeyValueLike | DeviceStorage): storage is DeviceStorage =>
  isFunction(storage, 'open');
