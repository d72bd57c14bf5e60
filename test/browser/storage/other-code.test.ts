import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserNames, isInstalled, type Page } from '../harness/browsers.ts';
import { createWorld, type Device, type Process, startProcess, type World } from '../harness/world.ts';
import { addSynced, expectedLines, linesOf, reproduced, watchOpens } from './engine-page.ts';
import { unlessQuick } from './quick.ts';

/**
 * As zone.js and old polyfills: the page's Promise is not the browser's, and its callbacks come in a task
 * of their own, by when IndexedDB has committed.
 */
const latePromise = `
  const Native = Promise;
  const late = (callback) => callback && ((value) => new Native((resolve, reject) => setTimeout(() => {
    try { resolve(callback(value)); } catch (error) { reject(error); }
  }, 1)));
  globalThis.Promise = class LatePromise extends Native {
    then(done, failed) { return super.then(late(done), late(failed)); }
  };
`;

// What else runs on a shop's pages, in this tab and in others.
for (const name of unlessQuick(browserNames, (name) => name === 'chromium'))
  describe.skipIf(!isInstalled(name))(`other code on the shop's pages, in ${name}`, () => {
    let process: Process;
    let world: World;
    let device: Device;
    let token = '';
    beforeAll(async () => {
      process = await startProcess(name);
    });
    afterAll(() => process.close());
    beforeEach(async () => {
      world = await createWorld();
      device = await world.device(process);
      token = await world.server.token('ana');
    });
    afterEach(() => world.close());

    const status = (page: Page) =>
      page.evaluate<[string, string | null]>('[relevo.status.storage, relevo.status.degraded ?? null]');

    /** The customer clears what the site has stored, while its page is open. */
    const clear = async (page: Page) => {
      const origin = new URL(world.shop.emptyPage).origin;
      if (page.devtools) await page.devtools('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
      else await (await device.openEmpty()).goto(`${origin}${world.shop.clearPath}`);
    };

    /** All that the page shows is at the server: another origin, which is like another device, shows it too. */
    const isSynced = async (page: Page, count: number) => {
      await page.until('relevo.status.pending === 0');
      expect(await linesOf(page)).toEqual(expectedLines(count));
      const elsewhere = await device.open({ token, host: '127.0.0.1' });
      await elsewhere.until(`relevo.cart.lines.length === ${count}`);
      expect(await page.evaluate('uncaught')).toEqual([]);
    };

    it('an old tab that keeps its connection and ignores every notice holds nobody up: no version is ever changed', async () => {
      const old = await device.openEmpty();
      await old.evaluate(`new Promise((resolve) => {
        globalThis.notices = 0;
        const request = indexedDB.open('relevo:1:pk_demo', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('kv');
        request.onsuccess = () => {
          globalThis.kept = request.result;
          kept.onversionchange = () => { notices++; };
          resolve(0);
        };
      })`);
      for (const life of [0, 1]) {
        const page = await device.open({ token });
        await page.evaluate('relevo.ready');
        expect(await status(page)).toEqual(['indexeddb', null]);
        await page.until(`relevo.cart.lines.length === ${life * 3}`);
        await addSynced(page, life * 3, life * 3 + 3);
        if (life) await isSynced(page, 6);
        await page.close();
      }
      expect(await old.evaluate('[notices, kept.version]')).toEqual([0, 1]);
      reproduced(name);
    });

    it('a database of a later format under our name is left as it is: memory, and sync goes on', async () => {
      const later = await device.openEmpty();
      await later.evaluate(`new Promise((resolve) => {
        const request = indexedDB.open('relevo:1:pk_demo', 7);
        request.onupgradeneeded = () => request.result.createObjectStore('theirs').put('untouched', 1);
        request.onsuccess = () => { request.result.close(); resolve(0); };
      })`);
      const page = await device.open({ token });
      await page.evaluate('relevo.ready');
      expect(await status(page)).toEqual(['memory', expect.stringMatching(/VersionError/)]);
      await addSynced(page, 0, 5);
      await isSynced(page, 5);
      const found = await later.evaluate(`new Promise((resolve) => {
        const request = indexedDB.open('relevo:1:pk_demo');
        request.onsuccess = () => {
          const row = request.result.transaction('theirs').objectStore('theirs').get(1);
          row.onsuccess = () => resolve([request.result.version, row.result]);
        };
      })`);
      expect(found).toEqual([7, 'untouched']);
      reproduced(name);
    });

    it('a Promise of the page that calls back too late for a transaction costs no write', async () => {
      const page = await device.open({ token, before: latePromise });
      await page.evaluate('relevo.ready');
      await addSynced(page, 0, 5);
      console.info(`a late Promise in ${name}: ${(await status(page)).join(' ')}`);
      await isSynced(page, 5);
      // In the background its many timers would be slow, and with them its turn to sync.
      await page.close();
      // The next page, whose Promise is the browser's, finds them all in the same browser.
      const next = await device.open({ token });
      await next.until('relevo.cart.lines.length === 5');
      expect(await linesOf(next)).toEqual(expectedLines(5));
      reproduced(name);
    });

    it('site data that is cleared while the page is open: the page goes on with what it had, and stores it anew', async () => {
      const page = await device.open({ token, before: watchOpens });
      await page.evaluate('relevo.ready');
      await addSynced(page, 0, 5);
      await clear(page);
      await addSynced(page, 5, 10);
      await page.until(`relevo.status.storage === 'indexeddb' && !relevo.status.degraded`);
      await addSynced(page, 10, 12);
      expect(await linesOf(page)).toEqual(expectedLines(12));
      await isSynced(page, 12);
      await page.close();
      const next = await device.open({ token });
      await next.until('relevo.cart.lines.length === 12');
      expect(await linesOf(next)).toEqual(expectedLines(12));
      expect(await status(next)).toEqual(['indexeddb', null]);
      reproduced(name);
    });
  });
