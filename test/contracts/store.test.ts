import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import { idbStore } from '../../src/platform/browser/idb-store.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { keyValueStorage } from '../../src/platform/react-native/key-value-storage.ts';
import { mmkvStore } from '../../src/platform/react-native/mmkv-storage.ts';
import { sqliteStore } from '../../src/platform/react-native/sqlite-storage.ts';
import type { DeviceStorage } from '../../src/platform/react-native/storage.ts';
import { storeContract } from './store/contract.ts';
import type { StoreHarness } from './store/harness.ts';
import { idbCases } from './store/idb-cases.ts';
import { idbHarness } from './store/idb-harness.ts';
import {
  asyncStorage,
  asyncStorage3,
  asyncStorageWithoutMulti,
  expoSqlite,
  mmkv3,
  mmkv4,
  oldOpSqlite,
  opSqlite,
  syncStorage,
} from './store/storage-doubles.ts';

const memoryHarness = (): StoreHarness => {
  const store = memoryStore();
  return { open: async () => store, dispose: async () => store.close() };
};

const deviceHarness = (storage: DeviceStorage): StoreHarness => {
  const stores: Store[] = [];
  return {
    async open() {
      const store = await storage.open('relevo:1:contract');
      stores.push(store);
      return store;
    },
    async dispose() {
      for (const store of stores) store.close();
    },
  };
};

const onDevice = (over: string, kind: string, storage: () => DeviceStorage) => ({
  over,
  kind,
  durable: true,
  open: () => storage().open('relevo:1:kinds'),
  harness: () => deviceHarness(storage()),
});

const kinds = [
  { over: 'memory', kind: 'memory', durable: false, open: async () => memoryStore(), harness: memoryHarness },
  {
    over: 'IndexedDB',
    kind: 'indexeddb',
    durable: true,
    open: () => idbStore({ name: 'kinds' }),
    harness: idbHarness,
  },
  onDevice('AsyncStorage', 'async-storage', () => keyValueStorage(asyncStorage())),
  onDevice('AsyncStorage 3', 'async-storage', () => keyValueStorage(asyncStorage3())),
  onDevice('AsyncStorage 3, in parts', 'async-storage', () => keyValueStorage(asyncStorage3(), { maxPartLength: 50 })),
  onDevice('AsyncStorage without multiSet', 'async-storage', () => keyValueStorage(asyncStorageWithoutMulti())),
  onDevice('AsyncStorage, in parts', 'async-storage', () => keyValueStorage(asyncStorage(), { maxPartLength: 50 })),
  onDevice('a synchronous storage', 'async-storage', () => keyValueStorage(syncStorage())),
  onDevice('MMKV 3', 'mmkv', () => mmkvStore(mmkv3())),
  onDevice('MMKV 4', 'mmkv', () => mmkvStore(mmkv4())),
  onDevice('expo-sqlite', 'sqlite', () => sqliteStore(expoSqlite())),
  onDevice('op-sqlite', 'sqlite', () => sqliteStore(opSqlite())),
  onDevice('an old op-sqlite', 'sqlite', () => sqliteStore(oldOpSqlite())),
];

describe.each(kinds)('the store over $over', ({ kind, durable, open, harness }) => {
  it('says what it is and whether it lasts', async () => {
    const store = await open();
    expect([store.kind, store.durable]).toEqual([kind, durable]);
    store.close();
  });

  it.each(storeContract)('$name', async ({ run }) => {
    const on = harness();
    try {
      await run(on);
    } finally {
      await on.dispose();
    }
  });
});

describe('the indexeddb store, when the browser fails it', () => {
  it.each(idbCases)('$name', async ({ run }) => {
    const on = idbHarness();
    try {
      await run(on);
    } finally {
      await on.dispose();
    }
  });
});

it('the contract names each of its cases once, and at least 150 that every store keeps', () => {
  const names = [...storeContract, ...idbCases].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(storeContract.length).toBeGreaterThanOrEqual(150);
});
