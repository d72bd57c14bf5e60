import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, browserKinds, isPresent, type Page } from './launch.ts';
import { serve } from './serve.ts';

const chromiums = browserKinds.filter(({ name }) => name === 'chromium');

// Faults that only Chromium lets a test put in for real.
for (const kind of chromiums)
  describe.skipIf(!isPresent(kind))('a store in chromium', () => {
    let site: Awaited<ReturnType<typeof serve>>;
    let browser: Browser;
    let page: Page;
    beforeEach(async () => {
      site = await serve();
      browser = await kind.launch();
      page = await browser.newPage(site.url());
    });
    afterEach(async () => {
      await browser.close();
      await site.close();
    });

    // LevelDB compresses: a repeated letter would take no room.
    const randomText = `globalThis.randomText = (bytes) =>
      Array.from({ length: bytes / 10 }, () => Math.random().toString(36).slice(2, 12).padEnd(10)).join('')`;
    const open = (name: string) =>
      page.evaluate(
        `(${randomText}, platform.idbStore({ name: '${name}' })).then((store) => { globalThis.own = store; })`,
      );
    const write = (key: string, bytes: number) =>
      page.evaluate(`own.write(async (tx) => { tx.put(['small', '${key}'], 1); tx.put(['${key}'], randomText(${bytes})); })
        .then(() => 'saved', (error) => error.name)`);
    const keys = () =>
      page.evaluate(`own.read((tx) => tx.list([])).then((rows) => rows.map(([key]) => key.join('/')))`);

    const expected = (names: string[]) => names.flatMap((name) => [name, `small/${name}`]).sort();

    it('says that the disk is full, keeps nothing of that write, and goes on when there is room', async () => {
      const origin = new URL(site.url()).origin;
      await page.devtools?.('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
      await open('quota');
      expect(await write('first', 10)).toBe('saved');
      // Chromium measures what is used only now and then: the refusal may come some writes later.
      const outcomes: unknown[] = [];
      while (outcomes.length < 50 && outcomes.at(-1) !== 'QuotaExceededError')
        outcomes.push(await write(`n${outcomes.length}`, 100_000));
      const kept = outcomes.slice(0, -1).map((_, index) => `n${index}`);
      expect(outcomes).toEqual([...kept.map(() => 'saved'), 'QuotaExceededError']);
      expect(await keys()).toEqual(expected(['first', ...kept]));
      await page.devtools?.('Storage.overrideQuotaForOrigin', { origin });
      expect(await write('last', 100_000)).toBe('saved');
      expect(await keys()).toEqual(expected(['first', ...kept, 'last']));
    });

    it('starts anew when the customer clears the data of the site while the page is open', async () => {
      const origin = new URL(site.url()).origin;
      await open('cleared');
      expect(await write('before', 10)).toBe('saved');
      await page.devtools?.('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
      expect(await write('after', 10)).toBe('saved');
      expect(await keys()).toEqual(['after', 'small/after']);
      expect(await page.evaluate('unhandled')).toEqual([]);
    });

    it('takes each write when the data is cleared again and again under it, and answers each', async () => {
      const origin = new URL(site.url()).origin;
      await open('cleared');
      for (let round = 0; round < 20; round++) {
        const clears = Array.from({ length: 5 }, () =>
          page.devtools?.('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' }),
        );
        // Chromium may take a transaction away with its connection without a word of it.
        const outcomes = await page.evaluate(`(async () => {
          const outcomes = [];
          const late = new Promise((done) => setTimeout(done, 20_000, 'no answer'));
          for (let n = 0; n < 10; n++) {
            const written = own.write(async (tx) => { tx.put(['n', n], n); await tx.get(['n', 0]); tx.put(['last'], n); });
            outcomes.push(await Promise.race([written.then(() => 'saved', (error) => error.name), late]));
          }
          return outcomes;
        })()`);
        await Promise.all(clears);
        expect(outcomes).toEqual(Array(10).fill('saved'));
      }
      expect(await page.evaluate('unhandled')).toEqual([]);
    });
  });
