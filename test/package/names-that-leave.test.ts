import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { createSyncServer, memoryStore } from '../../src/server/index.ts';
import { originA, sign, sites } from '../server/http-world.ts';
import { root } from './workbench.ts';

const names: { readonly [name: string]: string } = JSON.parse(
  readFileSync(join(root, 'tools/internal-names.json'), 'utf8'),
);
const shortNames = new Set(Object.values(names));

const bodies: string[] = [];
const marks = new Map<string, string>();
const page = new EventTarget();
const server = createSyncServer({ sites, store: memoryStore() });

/** What the built package finds in a page. */
const openPage = () => {
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => marks.get(key) ?? null,
    setItem: (key: string, text: string) => void marks.set(key, text),
    removeItem: (key: string) => void marks.delete(key),
  });
  vi.stubGlobal('WebSocket', undefined);
  vi.stubGlobal('fetch', (url: string, { method = 'GET', body }: RequestInit) => {
    bodies.push(String(body));
    return server.fetch(new Request(url, { method, body: String(body), headers: { origin: originA } }));
  });
};
afterAll(() => server.close());

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** All values of the device's database. */
const stored = async (): Promise<unknown[]> => {
  const [first] = await indexedDB.databases();
  const db = await settled(indexedDB.open(first?.name ?? ''));
  const values = await settled(db.transaction('kv').objectStore('kv').getAll());
  db.close();
  return values;
};

const keysIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => [...(Array.isArray(value) ? [] : [key]), ...keysIn(member)])
    : [];

test('no name that the build shortened is stored, sent or shown by the built package', async () => {
  openPage();
  const { createRelevo } = (await import(join(root, 'dist/browser.js'))) as {
    createRelevo: (options: RelevoOptions) => Relevo;
  };
  const relevo = createRelevo({
    endpoint: 'http://sync.example',
    site: 'pk_a',
    consent: { personalization: 'granted', notes: 'granted' },
    collections: { notes: { kind: 'map' }, wishes: { kind: 'flag' } },
  });
  const seen: unknown[] = [];
  const look = async () => {
    seen.push(...(await stored()), relevo.cart.lines, relevo.status, relevo.identity.current);
  };
  await relevo.ready;
  relevo.on('merge', (event) => seen.push(event));
  relevo.on('signout', (event) => seen.push(event));
  // The shop is asked in its turn, which on a busy machine comes after the sign-out has ended.
  const emptied = new Promise<void>((done) => {
    relevo.cart.bind({
      read: () => [],
      write: (change) => {
        seen.push(change);
        if (change.removed.length) done();
      },
    });
  });
  const use = () => {
    const { key } = relevo.cart.add({ sku: 'SOFA-3', quantity: 2, properties: { colour: 'red' }, title: 'Sofa' });
    relevo.cart.setQuantity(key, 3);
    relevo.cart.update(key, { title: 'A sofa' });
    relevo.cart.add({ sku: 'LAMP-2' });
    relevo.browsing.view({ kind: 'product', id: 'SOFA-3', title: 'Sofa' });
    relevo.preferences.set('size', 'm');
    relevo.identity.set({ nick: 'ana' });
    relevo.collection('notes').patch('one', { text: 'hello' });
    relevo.collection('wishes').set('SOFA-3', true);
    relevo.capture({ type: 'add', items: [{ sku: 'VASE-1', quantity: 1 }] });
    relevo.capture({ type: 'purchase', orderId: 'order_1', items: [{ sku: 'LAMP-2', quantity: 1 }] });
  };
  use();
  await look();
  await relevo.flush();
  await look();
  seen.push(await relevo.signIn(await sign()));
  use();
  await look();
  await relevo.flush();
  await look();
  relevo.cart.add({ sku: 'CHAIR-1' });
  page.dispatchEvent(new Event('pagehide'));
  await look();
  seen.push(await relevo.signOut());
  await look();
  await emptied;
  await relevo.stop();

  const kept = keysIn([
    seen,
    ...bodies.map((body) => JSON.parse(body)),
    ...[...marks.values()].map((text) => JSON.parse(text)),
  ]);
  // What the check looks at holds what it should: a stored echo, a change, a claim.
  expect(kept).toEqual(expect.arrayContaining(['agreed', 'replica', 'epoch', 'ops', 'claim', 'previousQuantity']));
  expect(kept.filter((key) => shortNames.has(key))).toEqual([]);
});
