import { hash } from '@stablelib/sha256';
import { nanoid } from 'nanoid';
import type { Relevo, RelevoOptions } from '../client/api.ts';
import { createEngine } from '../client/engine.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { clock } from '../platform/browser/clock.ts';
import { idbStore } from '../platform/browser/idb-store.ts';
import { ids } from '../platform/browser/ids.ts';
import { marker } from '../platform/browser/marker.ts';
import { sendBeacon } from '../platform/browser/send-beacon.ts';
import { signals } from '../platform/browser/signals.ts';
import { tabs } from '../platform/browser/tabs.ts';
import { fetchTransport } from '../platform/fetch-transport.ts';
import { memoryStore } from '../platform/memory-store.ts';
import { oneInstance } from './one-instance.ts';

export type * from '../client/api.ts';
export type { Receipt } from '../core/receipt.ts';
export { RelevoError } from '../core/relevo-error.ts';

/**
 * Starts Relevo in this page. A second call for the same endpoint and site gives the first instance.
 *
 * @throws RelevoError `options/invalid`, `collection/bad-name`, `platform/no-random`
 *
 * @example const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
 */
export const createRelevo = (options: RelevoOptions): Relevo => {
  if (!globalThis.crypto?.getRandomValues) throw new RelevoError('platform/no-random');
  return oneInstance(options, ({ name, endpoint }) =>
    createEngine(options, {
      clock,
      ids: ids({ nanoid, sha256: hash }),
      openStore: () => idbStore({ name }),
      memoryStore,
      marker: marker({ name }),
      tab: marker({ name, of: 'sessionStorage' }),
      transport: fetchTransport({ endpoint, sendBeacon }),
      tabs: tabs({ name }),
      signals,
      log: console,
    }),
  );
};
