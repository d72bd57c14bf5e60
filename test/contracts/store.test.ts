import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { idbStore } from '../../src/platform/browser/idb-store.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { storeContract } from './store/contract.ts';
import type { StoreHarness } from './store/harness.ts';
import { idbCases } from './store/idb-cases.ts';
import { idbHarness } from './store/idb-harness.ts';

const memoryHarness = (): StoreHarness => {
  const store = memoryStore();
  return { open: async () => store, dispose: async () => store.close() };
};

const kinds = [
  { kind: 'memory', durable: false, open: async () => memoryStore(), harness: memoryHarness },
  { kind: 'indexeddb', durable: true, open: () => idbStore({ name: 'kinds' }), harness: idbHarness },
];

describe.each(kinds)('the $kind store', ({ kind, durable, open, harness }) => {
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

it('the contract names each of its cases once, and at least forty', () => {
  const names = [...storeContract, ...idbCases].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(storeContract.length).toBeGreaterThanOrEqual(40);
});
