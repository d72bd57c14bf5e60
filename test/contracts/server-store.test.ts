import { describe, it } from 'vitest';
import type { Store } from '../../src/server/store.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { manualTimer, tempFolder } from '../server/temp-folder.ts';
import { type ServerStoreHarness, serverStoreContract } from './server-store/contract.ts';
import { orderContract } from './server-store/orders.ts';

const memoryHarness = (): ServerStoreHarness => {
  const timers = manualTimer();
  return {
    durable: false,
    open: async () => memoryStore({ timer: timers.timer }),
    timeOut: timers.fire,
    dispose: async () => {},
  };
};

const sqliteHarness = (): ServerStoreHarness => {
  const folder = tempFolder();
  const timers = manualTimer();
  const opened: Store[] = [];
  return {
    durable: true,
    async open() {
      const store = sqliteStore({ path: folder.path('relevo.db'), timer: timers.timer });
      opened.push(store);
      return store;
    },
    timeOut: timers.fire,
    async dispose() {
      for (const store of opened) await store.close();
      folder.remove();
    },
  };
};

describe.each([
  { kind: 'memory', harness: memoryHarness },
  { kind: 'sqlite', harness: sqliteHarness },
])('the $kind server store', ({ harness }) => {
  it.each([...serverStoreContract, ...orderContract])('$name', async ({ run }) => {
    const on = harness();
    try {
      await run(on);
    } finally {
      await on.dispose();
    }
  });
});
