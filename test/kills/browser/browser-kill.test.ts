import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Browser,
  browserNames,
  isInstalled,
  launch,
  newProfile,
  type Page,
} from '../../browser/harness/browsers.ts';
import { eventually } from '../../browser/harness/eventually.ts';
import { serveShop } from '../../browser/harness/shop.ts';

const kills = Number(process.env['RELEVO_KILLS'] ?? 20);

/** Where the page reports what it was promised; it writes on when the report has been taken down. */
const startReports = async () => {
  let reported: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    reported.push(body);
    response.setHeader('access-control-allow-origin', '*').end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    get reported(): readonly string[] {
      return reported;
    },
    startAnew() {
      reported = [];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Writes without end: three lines at a time, each reported when its `saved` has resolved. */
const write = (life: number, url: string) => `(async () => {
  for (let n = 0; ; n++) {
    await Promise.all([0, 1, 2].map(async (part) => {
      const sku = 'L${life}-' + n + '-' + part;
      await relevo.cart.add({ sku, quantity: part + 1 }).saved;
      await fetch(${JSON.stringify(url)}, { method: 'POST', body: sku + ' ' + (part + 1) });
    }));
  }
})(); 0`;

const linesOf = (page: Page) =>
  page.evaluate<string[]>('relevo.cart.lines.map(({ sku, quantity }) => sku + " " + quantity)');

for (const name of browserNames) {
  describe.skipIf(!isInstalled(name))(name, () => {
    it(`has every change that was reported as saved, killed ${kills} times while it writes`, async () => {
      const shop = await serveShop();
      const reports = await startReports();
      const profile = await newProfile();
      let browser: Browser | undefined;
      onTestFinished(async () => {
        await browser?.kill();
        await profile.remove();
        await reports.close();
        await shop.close();
      });
      // Nobody answers there: what is saved is in the device's own store and nowhere else.
      const tag = { endpoint: 'http://localhost:9', channel: 'web' };
      let all = 0;
      let version = '';
      for (let life = 0; life < kills; life++) {
        browser = await launch(name, { profile: profile.path });
        version = browser.version;
        const page = await browser.newPage(shop.page(tag));
        await page.evaluate('relevo.ready');
        expect(await page.evaluate('relevo.status.storage')).toBe('indexeddb');
        if (life > 0) {
          const found = await linesOf(page);
          expect(reports.reported.filter((line) => !found.includes(line))).toEqual([]);
          // A line is there whole or not at all, and with the quantity it was written with.
          expect(found.filter((line) => !/^L\d+-\d+-0 1$|^L\d+-\d+-1 2$|^L\d+-\d+-2 3$/.test(line))).toEqual([]);
          all += reports.reported.length;
          reports.startAnew();
          await page.evaluate('Promise.all(relevo.cart.clear().map(({ saved }) => saved)).then(() => 0)');
        }
        await page.evaluate(write(life, reports.url));
        // Somewhere in its work, another place each time.
        await eventually(() => reports.reported.length >= 5 + ((life * 7) % 23), 'the page writes');
        await browser.kill();
      }
      browser = await launch(name, { profile: profile.path });
      const page = await browser.newPage(shop.page(tag));
      await page.evaluate('relevo.ready');
      const found = await linesOf(page);
      expect(reports.reported.filter((line) => !found.includes(line))).toEqual([]);
      all += reports.reported.length;
      expect(all).toBeGreaterThan(kills * 5);
      console.info(`${version}: ${kills} kills of the whole process group, ${all} changes reported as saved, 0 lost`);
    }, 480_000);
  });
}
