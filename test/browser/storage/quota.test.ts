import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, newProfile, type Page } from '../harness/browsers.ts';
import { createWorld, type Process, type World } from '../harness/world.ts';
import { addSynced, expectedLines, linesOf, reproduced, startOn, watchOpens } from './engine-page.ts';

/** How many rows of each collection the page's own database has, and how many changes wait in its outbox. */
const storedCounts = `new Promise((resolve, reject) => {
  const request = indexedDB.open('relevo:1:pk_demo');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const keys = request.result.transaction('kv').objectStore('kv').getAllKeys();
    keys.onsuccess = () => {
      request.result.close();
      const count = (isIt) => keys.result.filter(isIt).length;
      resolve({
        views: count(([table, , collection]) => table === 'row' && collection === 'browsing'),
        lines: count(([table, , collection]) => table === 'row' && collection === 'cart'),
      });
    };
  };
})`;

// Random, since the databases of browsers compress.
const noise = `const noise = () => Array.from({ length: 300 }, () => Math.random().toString(36).slice(2, 12)).join('');`;

const addViews = (count: number) => `(async () => {
  ${noise}
  for (let n = 0; n < ${count}; n++) {
    relevo.browsing.view({ kind: 'product', id: 'P' + n, title: noise() });
    if (n % 20 === 19) await relevo.flush();
  }
  await relevo.flush();
})()`;

describe.skipIf(!isInstalled('chromium'))('a quota that chromium enforces', () => {
  let world: World;
  let profile: Awaited<ReturnType<typeof newProfile>>;
  const running: Process[] = [];
  beforeEach(async () => {
    world = await createWorld();
    profile = await newProfile();
  });
  afterEach(async () => {
    await world.close();
    for (const { close } of running.splice(0)) await close();
    await profile.remove();
  });

  /** The quota is set before the page opens its database: what is left of it Chromium asks for only now and then. */
  const start = async (quotaBytes?: number, more: { readonly [name: string]: string } = {}) => {
    const started = await startOn('chromium', profile.path);
    running.push(started);
    const device = await world.device(started);
    const token = await world.server.token('ana');
    const origin = new URL(world.shop.emptyPage).origin;
    const empty = await device.openEmpty();
    const setQuota = (bytes?: number) =>
      empty.devtools?.(
        'Storage.overrideQuotaForOrigin',
        bytes === undefined ? { origin } : { origin, quotaSize: bytes },
      );
    await setQuota(quotaBytes);
    const page = await device.open({ token, consent: 'personalization:granted', before: watchOpens, ...more });
    await page.until('relevo.status.isReady');
    return { device, page, setQuota, token };
  };

  const status = (page: Page) => page.evaluate<[string, string?]>('[relevo.status.storage, relevo.status.degraded]');

  it('costs history and no line: sync goes on, and the store takes writes again when it is lifted', async () => {
    const quotaBytes = 2_000_000;
    const { page, device, setQuota, token } = await start(quotaBytes);
    await page.evaluate(addViews(60));
    await addSynced(page, 0, 5);
    const before = await page.evaluate<{ views: number; lines: number }>(storedCounts);
    expect(before).toEqual({ views: 60, lines: 5 });
    await addSynced(page, 5, 170, 3_500);
    const at = await status(page);
    const shownViews = await page.evaluate<number>(`relevo.browsing.recent({ kind: 'product', limit: 500 }).length`);
    console.info(`a quota of ${quotaBytes} bytes: ${at.join(' ')}, ${shownViews} of 60 views are left`);
    expect(shownViews).toBeLessThan(60);
    expect(await linesOf(page)).toEqual(expectedLines(170));
    const elsewhere = await device.open({ token, host: '127.0.0.1' });
    await elsewhere.until('relevo.cart.lines.length === 170');
    await setQuota();
    await page.until(`relevo.status.storage === 'indexeddb' && !relevo.status.degraded`);
    await addSynced(page, 170, 180);
    expect((await page.evaluate<{ lines: number }>(storedCounts)).lines).toBe(180);
    expect(await page.evaluate('uncaught')).toEqual([]);
    for (const { close } of running.splice(0)) await close();
    const next = await start(undefined, { endpoint: 'http://localhost:9' });
    await next.page.until('relevo.cart.lines.length === 180');
    reproduced('chromium');
  });

  it('leaves unsent changes whole: what was made while the line was down arrives, each once', async () => {
    const { page, device, token } = await start(100_000);
    await addSynced(page, 0, 5);
    device.line.setConnected(false);
    await page.evaluate(`(async () => {
      ${noise}
      for (let n = 5; n < 60; n++) {
        relevo.cart.add({ sku: 'S' + n, title: noise() });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })()`);
    await page.until(`relevo.status.storage === 'memory'`);
    console.info(`a quota without history to give: ${(await status(page)).join(' ')}`);
    device.line.setConnected(true);
    await page.evaluate(`dispatchEvent(new Event('online')), 0`);
    await page.until('relevo.status.pending === 0');
    expect(await linesOf(page)).toEqual(expectedLines(60));
    const elsewhere = await device.open({ token, host: '127.0.0.1' });
    await elsewhere.until('relevo.cart.lines.length === 60');
    expect(await linesOf(elsewhere)).toEqual(expectedLines(60));
    reproduced('chromium');
  });
});
