import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, browserKinds, isPresent } from './launch.ts';
import { serve } from './serve.ts';

/** Longer than the engine waits for its store. */
const patienceMs = 2_500;

/** An expression that tells how a promise stands after a while. */
const standing = (promise: string) => `Promise.race([
  ${promise}.then(() => 'resolved', (error) => error.name),
  new Promise((resolve) => setTimeout(resolve, ${patienceMs}, 'pending')),
])`;

for (const kind of browserKinds)
  describe.skipIf(!isPresent(kind))(`storage in ${kind.name}`, () => {
    const { name, launch } = kind;
    let site: Awaited<ReturnType<typeof serve>>;
    let browser: Browser;
    beforeAll(async () => {
      site = await serve();
      browser = await launch();
      console.info(`storage checks in ${browser.version}`);
    });
    afterAll(async () => {
      await browser.close();
      await site.close();
    });

    it('leaves an open pending while an old tab holds an upgrade, and opens when that tab has gone', async () => {
      const [old, page] = [await browser.newPage(site.url()), await browser.newPage(site.url())];
      await old.evaluate(`new Promise((resolve) => {
      const request = indexedDB.open('held', 1);
      request.onupgradeneeded = () => {
        const rows = request.result.createObjectStore('kv');
        const hold = () => { rows.get('nothing').onsuccess = hold; };
        hold();
        resolve();
      };
    })`);
      expect(await page.evaluate(standing(`(opening = platform.idbStore({ name: 'held' }))`))).toBe('pending');
      await old.close();
      expect(await page.evaluate(standing('opening'))).toBe('resolved');
      expect(
        await page.evaluate(standing(`opening.then((store) => store.write(async (tx) => tx.put(['a'], 1)))`)),
      ).toBe('resolved');
      await page.close();
    });

    it('gives way to a tab that upgrades the database, and then refuses it', async () => {
      const [page, later] = [await browser.newPage(site.url()), await browser.newPage(site.url())];
      await page.evaluate(`platform.idbStore({ name: 'upgraded' }).then((store) => { own = store; })`);
      const upgrade = `new Promise((resolve, reject) => {
      const request = indexedDB.open('upgraded', 2);
      request.onsuccess = resolve;
      request.onerror = () => reject(request.error);
    })`;
      expect(await later.evaluate(standing(upgrade))).toBe('resolved');
      expect(await page.evaluate(standing(`own.write(async (tx) => tx.put(['a'], 1))`))).toBe('VersionError');
      await page.close();
      await later.close();
    });

    it('keeps what writeNow wrote while the page went away, whole; a busy browser may throw one away', async () => {
      const kept: unknown[] = [];
      for (let leaving = 0; leaving < 8; leaving++) {
        const page = await browser.newPage(site.url());
        await page.evaluate(`platform.idbStore({ name: 'leaving${leaving}' }).then((store) => {
          platform.signals.subscribe((signal) => {
            if (signal === 'pagehide') store.writeNow([[['last', 1], { words: 'good bye' }], [['last', 2], 2]]);
          });
        })`);
        await page.goto(site.url('/empty'));
        await page.goto(site.url());
        const read = `platform.idbStore({ name: 'leaving${leaving}' }).then((store) => store.read((tx) => tx.list(['last'])))`;
        const rows = (await page.evaluate(read)) as unknown[];
        if (rows.length) kept.push(rows);
        await page.close();
      }
      // Chromium threw away 4 of 220 on a busy machine, though the page had made them before it went.
      expect(kept.length).toBeGreaterThanOrEqual(5);
      for (const rows of kept)
        expect(rows).toEqual([
          [['last', 1], { words: 'good bye' }],
          [['last', 2], 2],
        ]);
    });

    it('lets two tabs of a browser write at once and lose nothing', async () => {
      const pages = [await browser.newPage(site.url()), await browser.newPage(site.url())];
      const increments = `platform.idbStore({ name: 'counted' }).then((store) => Promise.all(
      Array.from({ length: 200 }, () => store.write(async (tx) => tx.put(['n'], ((await tx.get(['n'])) ?? 0) + 1))),
    ))`;
      await Promise.all(pages.map((page) => page.evaluate(`${increments}.then(() => {})`)));
      const read = `platform.idbStore({ name: 'counted' }).then((store) => store.read((tx) => tx.get(['n'])))`;
      expect(await Promise.all(pages.map((page) => page.evaluate(read)))).toEqual([400, 400]);
      for (const page of pages) await page.close();
    });

    it('lets one tab have a lock and tells the other tabs', async () => {
      const [one, other] = [await browser.newPage(site.url()), await browser.newPage(site.url())];
      const make = `own = platform.tabs({ name: 'relevo:1:two' }); heard = new Promise((resolve) => own.subscribe(resolve)); 0`;
      for (const page of [one, other]) await page.evaluate(make);
      await one.evaluate(`new Promise((held) => {
      ended = own.ifFree('flush', () => { held(); return new Promise((resolve) => { letGo = resolve; }); });
    })`);
      expect(await other.evaluate(`own.ifFree('flush', async () => {})`)).toBe(false);
      expect(await one.evaluate(`letGo(); ended`)).toBe(true);
      expect(await other.evaluate(`own.ifFree('flush', async () => {})`)).toBe(true);
      await one.evaluate(`own.post({ rev: 7 })`);
      expect(await other.evaluate('heard')).toEqual({ rev: 7 });
      await one.close();
      await other.close();
    });

    it('sends to another site without asking first and without cookies, also while it goes away', async () => {
      const page = await browser.newPage(site.url('/', 'localhost'));
      site.seen.length = 0;
      const endpoint = site.url('', '127.0.0.1');
      const reply =
        await page.evaluate(`(own = platform.fetchTransport({ endpoint: ${JSON.stringify(endpoint)}, sendBeacon: platform.sendBeacon }))
      .post('/v1/sync', '{"a":"é"}', { timeoutMs: 5000 })`);
      expect(reply).toEqual({ status: 200, body: '{"from":"server"}', retryAfterMs: null });
      await page.evaluate(`addEventListener('pagehide', () => own.beacon('/v1/beacon', '{"last":1}')); 0`);
      await page.goto(site.url('/empty'));
      const type = 'text/plain;charset=UTF-8';
      const expected = [
        { method: 'POST', url: '/v1/sync', type, cookie: '', body: '{"a":"é"}' },
        { method: 'POST', url: '/v1/beacon', type, body: '{"last":1}' },
      ];
      await expect.poll(() => site.seen.length).toBe(2);
      expect(site.seen).toMatchObject(expected);
      await page.close();
    });

    it('opens the live channel with its ticket', async () => {
      const page = await browser.newPage(site.url());
      const endpoint = JSON.stringify(site.url('', '127.0.0.1'));
      const events = await page.evaluate(`new Promise((resolve) => {
      const events = [];
      const socket = platform.fetchTransport({ endpoint: ${endpoint} }).connect('abc-_1', {
        open: () => { events.push('open'); socket.send('ping'); },
        message: (text) => { events.push(text); if (text === 'pong') socket.close(); },
        close: () => { events.push('close'); setTimeout(resolve, 100, events); },
      });
    })`);
      expect(events).toEqual(['open', expect.stringMatching(/^hello relevo\.v1, ?t\.abc-_1$/), 'pong', 'close']);
      await page.close();
    });

    it('in a frame of another site: denied or apart, and nothing throws', async () => {
      const page = await browser.newPage(site.url('/empty', 'localhost'));
      const framed = `new Promise((resolve) => {
      const frame = document.createElement('iframe');
      addEventListener('message', ({ data }) => resolve(data));
      frame.src = ${JSON.stringify(site.url('/framed', '127.0.0.1'))};
      document.body.append(frame);
    })`;
      const report = await page.evaluate(framed);
      const denied = { store: 'UnknownError', frames: 0 };
      const works = { store: 'resolved', frames: 0 };
      expect(report).toMatchObject({ ...(name === 'chromium' ? denied : works), ran: true, unhandled: [] });
      await page.close();
    });
  });
