import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { root } from '../house/file-map.ts';
import { blocksOf } from './blocks.ts';
import { startServer } from './run-program.ts';

const blocks = blocksOf('README.md', readFileSync(join(root, 'README.md'), 'utf8')).filter(
  ({ language }) => language === 'html',
);
const built = readFileSync(join(root, 'dist/relevo.js'), 'utf8');
const origin = 'http://localhost:4000';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

const tokenFor = async (customerId: string): Promise<string> => {
  const reply = await fetch(`${server.url}/dev/token`, { method: 'POST', body: JSON.stringify({ customerId }) });
  return ((await reply.json()) as { token: string }).token;
};

/**
 * A shop as the README means it: a cart of its own that pushes a GA4 event for every change, whoever
 * asked for it, and the README's two blocks as they stand there. `signedIn` is what the shop's session says.
 */
const openShop = (signedIn: string | undefined) => {
  const { window } = new JSDOM('<!doctype html><title>Shop</title><body></body>', {
    url: `${origin}/`,
    runScripts: 'outside-only',
    pretendToBeVisual: true,
  });
  const lines = new Map<string, number>();
  const dataLayer: unknown[] = [];
  const waiting = new Set<() => void>();
  const setQuantity = (sku: string, quantity: number): void => {
    const more = quantity - (lines.get(sku) ?? 0);
    if (quantity > 0) lines.set(sku, quantity);
    else lines.delete(sku);
    const event = more > 0 ? 'add_to_cart' : 'remove_from_cart';
    dataLayer.push({ event, ecommerce: { items: [{ item_id: sku, quantity: Math.abs(more) }] } });
    for (const look of waiting) look();
  };
  const shopCart = {
    add: (sku: string, quantity: number) => setQuantity(sku, (lines.get(sku) ?? 0) + quantity),
    setQuantity,
    remove: (sku: string) => setQuantity(sku, 0),
  };
  Object.assign(window, {
    shopCart,
    dataLayer,
    indexedDB: new IDBFactory(),
    IDBKeyRange,
    WebSocket: undefined,
    async fetch(input: string, { body }: { body?: string } = {}) {
      const { pathname } = new URL(input, origin);
      if (pathname === '/relevo/token') {
        return signedIn ? new Response(await tokenFor(signedIn)) : new Response(null, { status: 204 });
      }
      return fetch(server.url + pathname, { method: 'POST', headers: { origin }, ...(body ? { body } : {}) });
    },
  });
  window.document.body.innerHTML = blocks.map(({ text }) => text).join('');
  const scripts = [...window.document.querySelectorAll('script')];
  for (const script of scripts.filter(({ src }) => !src)) window.eval(script.textContent);
  for (const script of scripts.filter(({ src }) => src)) {
    Object.defineProperty(window.document, 'currentScript', { value: script, configurable: true });
    window.eval(built);
  }
  const { relevo } = window as unknown as { relevo: Relevo };
  return {
    relevo,
    shopCart,
    lines,
    /** Resolves when the shop's cart holds so many of a sku. */
    holds: (sku: string, quantity: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if ((lines.get(sku) ?? 0) !== quantity) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    /** Resolves when Relevo counts so many. */
    counts: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (relevo.cart.count === count) resolve();
        };
        relevo.cart.subscribe(look);
        look();
      }),
    async close() {
      await relevo.stop();
      window.close();
    },
  };
};

test('the README’s two blocks carry a cart from one device to the other, and count its echo once', async () => {
  expect(blocks).toHaveLength(2);
  const phone = openShop(undefined);
  phone.shopCart.add('SOFA-3', 2);
  await phone.counts(2);
  await phone.relevo.signIn(await tokenFor('reader'));
  await phone.relevo.flush();

  const laptop = openShop('reader');
  await laptop.holds('SOFA-3', 2);
  laptop.shopCart.add('MUG-1', 1);
  await laptop.counts(3);
  await laptop.relevo.flush();
  expect(laptop.relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['SOFA-3', 2],
    ['MUG-1', 1],
  ]);

  await laptop.relevo.signOut();
  await laptop.holds('SOFA-3', 0);
  expect([...laptop.lines]).toEqual([]);

  const again = openShop('reader');
  await again.holds('MUG-1', 1);
  expect([...again.lines]).toEqual([
    ['SOFA-3', 2],
    ['MUG-1', 1],
  ]);
  await Promise.all([phone.close(), laptop.close(), again.close()]);
});
