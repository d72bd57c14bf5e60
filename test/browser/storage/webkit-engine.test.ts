import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SyncServer, startSyncServer } from '../harness/sync-server.ts';
import { reproduced } from './engine-page.ts';
import { unlessQuick } from './quick.ts';
import { findWebKitOrSay } from './webkit.ts';
import { showShopInWebKit } from './webkit-shop.ts';

const lines = 24;

/**
 * Adds lines one after the other, each awaited until the store has it, calling `at` before each; then
 * tells what the page shows and what its database holds, read through a frame of its own.
 */
const shopping = (at: string) => `(async () => {
  await relevo.ready;
  const unsaved = [];
  for (let n = 0; n < ${lines}; n++) {
    ${at}
    const change = relevo.cart.add({ sku: 'S' + n });
    await Promise.race([change.saved, new Promise((resolve) => setTimeout(resolve, 15_000, 'late'))])
      .then((outcome) => { if (outcome) unsaved.push(n); }, (error) => unsaved.push(String(error)));
  }
  relevo.flush().catch(() => {});
  await new Promise((resolve) => {
    const look = () => { if (relevo.status.pending === 0) resolve(off()); };
    const off = relevo.on('status', look);
    look();
    setTimeout(resolve, 20_000);
  });
  const { storage, degraded = null, pending } = relevo.status;
  const healed = document.querySelectorAll('iframe[hidden]').length;
  const frame = globalThis.makeFrame ? makeFrame() : document.createElement('iframe');
  document.body.append(frame);
  const stored = await new Promise((resolve) => {
    const request = frame.contentWindow.indexedDB.open('relevo:1:pk_demo');
    request.onerror = () => resolve(String(request.error));
    request.onsuccess = () => {
      if (!request.result.objectStoreNames.length) return resolve(0);
      const keys = request.result.transaction('kv').objectStore('kv').getAllKeys();
      keys.onsuccess = () => resolve(keys.result.filter(([table, , collection]) => table === 'row' && collection === 'cart').length);
    };
  });
  await report({ storage, degraded, pending, shown: relevo.cart.count, stored, unsaved, healed, uncaught });
})()`;

/** Ends the process the first time that a method of IndexedDB is called, right after the call. */
const killAt = (owner: string, method: string, call: number) => `{
  const real = ${owner}.${method};
  let calls = 0;
  ${owner}.${method} = function (...args) {
    const result = real.apply(this, args);
    if (++calls === ${call}) kill();
    return result;
  };
}`;

const scenarios: readonly (readonly [when: string, kills: number, before: string, at: string])[] = [
  ['while the page rests', 1, '', 'if (n === 10) kill();'],
  ['twice within ten seconds', 2, '', 'if (n === 8 || n === 16) kill();'],
  ['while the database is being opened', 1, killAt('IDBFactory.prototype', 'open', 1), ''],
  ['while the first row is read', 1, killAt('IDBObjectStore.prototype', 'get', 1), ''],
  ['while a write is put', 1, killAt('IDBObjectStore.prototype', 'put', 9), ''],
  ['while a transaction commits', 1, killAt('IDBTransaction.prototype', 'commit', 9), ''],
];

const browser = findWebKitOrSay();

describe.skipIf(!browser)('the engine in WebKitGTK, when the process that holds the databases is killed', () => {
  let server: SyncServer;
  let shop: Awaited<ReturnType<typeof showShopInWebKit>> | undefined;
  beforeEach(async () => {
    server = await startSyncServer();
  });
  afterEach(async () => {
    await shop?.close();
    shop = undefined;
    await server.close();
  });

  const play = async (before: string, run: string) => {
    const endpoint = `http://localhost:${server.port}`;
    shop = await showShopInWebKit({ browser: browser ?? '', endpoint, token: await server.token('ana'), before, run });
    const outcome = await shop.report();
    expect(shop.loads).toBe(1);
    return { outcome, kills: shop.kills };
  };

  it.each(unlessQuick(scenarios, ([when]) => /twice|commits/.test(when)))(
    'heals in the page, loses nothing and goes on syncing: %s',
    async (_, kills, before, at) => {
      expect(await play(before, shopping(at))).toEqual({
        kills,
        outcome: {
          storage: 'indexeddb',
          degraded: null,
          pending: 0,
          shown: lines,
          stored: lines,
          unsaved: [],
          healed: 1,
          uncaught: [],
        },
      });
      reproduced('webkit');
    },
  );

  it('a page that cannot make a frame does not heal: it says so, and works and syncs from memory', async () => {
    const noFrames = `{
      const real = document.createElement;
      globalThis.makeFrame = () => real.call(document, 'iframe');
      document.createElement = function (name, ...rest) {
        if (name === 'iframe') throw new Error('no frames here');
        return real.call(this, name, ...rest);
      };
    }`;
    const { outcome, kills } = await play(noFrames, shopping('if (n === 10) kill();'));
    expect(kills).toBe(1);
    expect(outcome).toMatchObject({ storage: 'memory', degraded: expect.stringMatching(/./), healed: 0 });
    expect(outcome).toMatchObject({ pending: 0, shown: lines, unsaved: [], uncaught: [] });
  });
});
