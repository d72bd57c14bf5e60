import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserNames, isInstalled, type Page } from '../harness/browsers.ts';
import { createWorld, type Device, type Process, startProcess, type World } from '../harness/world.ts';

let world: World;
const processes: Process[] = [];
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await world.close();
  for (const { close } of processes.splice(0)) await close();
});

const start = async (...args: Parameters<typeof startProcess>): Promise<Process> => {
  const started = await startProcess(...args);
  processes.push(started);
  return started;
};

/** The API works, and the server keeps what the page cannot: the customer's page in another origin, which is like another device, shows it. */
const worksAndSyncs = async (device: Device, page: Page, token: string): Promise<void> => {
  await page.evaluate(`(async () => {
    relevo.cart.add({ sku: 'SOFA-3', quantity: 2 });
    relevo.preferences.set('currency', 'USD');
    const late = relevo.cart.add({ sku: 'LAMP-1' });
    await Promise.all([late.saved, late.synced]);
  })()`);
  expect(await page.evaluate('[relevo.cart.count, relevo.preferences.get("currency"), relevo.status.pending]')).toEqual(
    [3, 'USD', 0],
  );
  const elsewhere = await device.open({ token, host: '127.0.0.1' });
  await elsewhere.until('relevo.cart.count === 3 && relevo.preferences.get("currency") === "USD"');
  await elsewhere.evaluate(`relevo.cart.remove({ sku: 'LAMP-1' }); 0`);
  await page.until('relevo.cart.count === 2');
  expect(await page.evaluate('uncaught')).toEqual([]);
};

for (const name of browserNames) {
  describe.skipIf(!isInstalled(name))(`an open that never settles, in ${name}`, () => {
    it('is not waited for: an old tab ignores an upgrade that another one wants', async () => {
      const device = await world.device(await start(name));
      console.info(`faults: ${processes[0]?.browser.version}`);
      const old = await device.openEmpty();
      // As a page of another version might: it keeps its connection, so the upgrade waits, and all later opens with it.
      await old.evaluate(`new Promise((resolve) => {
      const first = indexedDB.open('relevo:1:pk_demo', 1);
      first.onupgradeneeded = () => first.result.createObjectStore('kv');
      first.onsuccess = () => {
        globalThis.kept = first.result;
        indexedDB.open('relevo:1:pk_demo', 2).onblocked = () => resolve(0);
      };
    })`);
      const token = await world.server.token('ana');
      const page = await device.open({ token });
      await page.evaluate('relevo.ready');
      expect(await page.evaluate('[relevo.status.storage, relevo.status.degraded]')).toEqual([
        'memory',
        expect.stringMatching(/./),
      ]);
      await worksAndSyncs(device, page, token);
    });

    it('is not waited for: an old tab never ends its upgrade', async () => {
      const device = await world.device(await start(name));
      const old = await device.openEmpty();
      await old.evaluate(`new Promise((resolve) => {
      const request = indexedDB.open('relevo:1:pk_demo', 1);
      request.onupgradeneeded = () => {
        const rows = request.result.createObjectStore('kv');
        const again = () => { rows.get('x').onsuccess = again; };
        again();
        resolve(0);
      };
    })`);
      const token = await world.server.token('ana');
      const page = await device.open({ token });
      await page.evaluate('relevo.ready');
      expect(await page.evaluate('[relevo.status.storage, relevo.status.degraded]')).toEqual([
        'memory',
        expect.stringMatching(/./),
      ]);
      await worksAndSyncs(device, page, token);
    });
  });
}

describe.skipIf(!isInstalled('chromium'))('storage that chromium denies', () => {
  it('is replaced by memory in a frame of another site', async () => {
    const device = await world.device(await start('chromium'));
    const token = await world.server.token('ana');
    const report = `relevo.ready.then(async () => {
      const { storage, degraded } = relevo.status;
      const change = relevo.cart.add({ sku: 'SOFA-3', quantity: 2 });
      await Promise.all([change.saved, change.synced]);
      parent.postMessage({ storage, degraded, count: relevo.cart.count, uncaught }, '*');
    })`;
    const frame = world.shop.page({ endpoint: device.line.origin, token, run: report, host: '127.0.0.1' });
    const page = await device.openEmpty();
    const told = await page.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data));
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(frame)};
      document.body.append(frame);
    })`);
    expect(told).toEqual({ storage: 'memory', degraded: expect.stringMatching(/denied/), count: 2, uncaught: [] });
    // It has no locks either; all the same no guest's exchange runs beside the sign-in.
    expect(device.line.requests.filter(({ body }) => body.includes('"auth":{"guest"'))).toEqual([]);
    const elsewhere = await device.open({ token });
    await elsewhere.until('relevo.cart.count === 2');
  });
});

describe.skipIf(!isInstalled('firefox'))('private mode of firefox', () => {
  const privateMode = { 'browser.privatebrowsing.autostart': true };

  it('stores for the session, works and syncs', async () => {
    const token = await world.server.token('ana');
    const device = await world.device(await start('firefox', privateMode));
    const page = await device.open({ token });
    await page.evaluate('relevo.ready');
    expect(await page.evaluate('relevo.status.storage')).toBe('indexeddb');
    await worksAndSyncs(device, page, token);
  });

  it('works from memory and syncs where it has no database', async () => {
    const token = await world.server.token('ana');
    const prefs = { ...privateMode, 'dom.indexedDB.privateBrowsing.enabled': false };
    const device = await world.device(await start('firefox', prefs));
    const page = await device.open({ token });
    await page.evaluate('relevo.ready');
    expect(await page.evaluate('[relevo.status.storage, relevo.status.degraded]')).toEqual([
      'memory',
      expect.stringMatching(/Error/),
    ]);
    await worksAndSyncs(device, page, token);
  });
});
