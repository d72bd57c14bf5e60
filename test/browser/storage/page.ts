import { clock } from '../../../src/platform/browser/clock.ts';
import { idbStore } from '../../../src/platform/browser/idb-store.ts';
import { marker } from '../../../src/platform/browser/marker.ts';
import { sendBeacon } from '../../../src/platform/browser/send-beacon.ts';
import { signals } from '../../../src/platform/browser/signals.ts';
import { tabs } from '../../../src/platform/browser/tabs.ts';
import { fetchTransport } from '../../../src/platform/fetch-transport.ts';
import { memoryStore } from '../../../src/platform/memory-store.ts';
import { storeContract } from '../../contracts/store/contract.ts';
import type { StoreHarness } from '../../contracts/store/harness.ts';
import { idbCases } from '../../contracts/store/idb-cases.ts';
import { idbHarness } from '../../contracts/store/idb-harness.ts';
import { frameCases, frameHarness } from './frame-cases.ts';

export type Outcome = { readonly name: string; readonly failure?: string };

const unhandled: string[] = [];
addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
addEventListener('error', ({ message }) => unhandled.push(message));

const memoryHarness = (): StoreHarness => {
  const store = memoryStore();
  return { open: async () => store, dispose: async () => {} };
};

const runAll = async <H extends StoreHarness>(
  cases: readonly { readonly name: string; run(harness: H): Promise<void> }[],
  harness: () => H,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const { name, run } of cases) {
    const on = harness();
    const failure = await run(on).then(
      () => '',
      (error) => String(error),
    );
    await on.dispose();
    // Rejections that nobody handled are reported in a task of their own.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const all = [failure, ...unhandled.splice(0).map((text) => `unhandled: ${text}`)].filter((text) => text);
    outcomes.push(all.length ? { name, failure: all.join(' · ') } : { name });
  }
  return outcomes;
};

// What the tests call from outside, by `page.evaluate`.
Object.assign(globalThis, {
  suites: {
    memory: () => runAll(storeContract, memoryHarness),
    indexeddb: () => runAll(storeContract, idbHarness),
    faults: () => runAll(idbCases, idbHarness),
    'indexeddb in a frame': () => runAll(storeContract, frameHarness),
    'frame faults': () => runAll(frameCases, frameHarness),
  },
  platform: { clock, idbStore, marker, memoryStore, sendBeacon, signals, tabs, fetchTransport },
  unhandled,
});
