import { hash } from '@stablelib/sha256';
import { nanoid } from 'nanoid';
import type { Relevo, RelevoOptions } from '../client/api.ts';
import { createEngine } from '../client/engine.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { clock } from '../platform/browser/clock.ts';
import { idbStore } from '../platform/browser/idb-store.ts';
import { ids } from '../platform/browser/ids.ts';
import { marker } from '../platform/browser/marker.ts';
import { signals } from '../platform/browser/signals.ts';
import { tabs } from '../platform/browser/tabs.ts';
import { transport } from '../platform/browser/transport.ts';
import { memoryStore } from '../platform/memory-store.ts';

export type * from '../client/api.ts';
export type { Receipt } from '../core/receipt.ts';
export { RelevoError } from '../core/relevo-error.ts';

/** Stored names carry the format: another format is another database, never an upgrade of this one. */
const format = 1;

/** Where instances are kept, so that two copies of this code in one page share them. */
const registry = Symbol.for('relevo');
type Registry = { [registry]?: Map<string, Relevo> };

/**
 * Starts Relevo in this page. A second call for the same endpoint and site gives the first instance.
 *
 * @throws RelevoError `options/invalid`, `collection/bad-name`, `platform/no-random`
 *
 * @example const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
 */
export const createRelevo = (options: RelevoOptions): Relevo => {
  const page = globalThis as typeof globalThis & Registry;
  if (!page.crypto?.getRandomValues) throw new RelevoError('platform/no-random');
  const { endpoint, site } = options ?? {};
  page[registry] ??= new Map();
  const instances = page[registry];
  const name = `relevo:${format}:${site}`;
  const key = `${name}@${endpoint}`;
  const first = instances.get(key);
  if (first) {
    console.warn('relevo: this page has an instance for this site already; it is given again.');
    return first;
  }
  const relevo = createEngine(options, {
    clock,
    ids: ids({ nanoid, sha256: hash }),
    openStore: () => idbStore({ name }),
    memoryStore,
    marker: marker({ name }),
    transport: transport({ endpoint: String(endpoint) }),
    tabs: tabs({ name }),
    signals,
    log: console,
  });
  instances.set(key, relevo);
  const { stop } = relevo;
  return Object.assign(relevo, {
    stop: () => {
      instances.delete(key);
      return stop();
    },
  });
};
