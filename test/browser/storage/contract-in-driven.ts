import { afterAll, beforeAll, describe } from 'vitest';
import { contractInBrowser } from './contract-in-browser.ts';
import { type Browser, type BrowserKind, browserKinds, isPresent } from './launch.ts';
import type { Outcome } from './page.ts';
import { serve } from './serve.ts';

/** The whole contract in a browser that is driven from here, each suite in a page of its own. */
export const contractInDriven = (name: BrowserKind['name']): void => {
  for (const kind of browserKinds.filter((one) => one.name === name))
    describe.skipIf(!isPresent(kind))('the store contract', () => {
      let site: Awaited<ReturnType<typeof serve>>;
      let browser: Browser;
      beforeAll(async () => {
        site = await serve();
        browser = await kind.launch();
        console.info(`the store contract in ${browser.version}`);
      });
      afterAll(async () => {
        await browser.close();
        await site.close();
      });

      contractInBrowser({
        browser: kind.name,
        async runSuite(suite) {
          const page = await browser.newPage(site.url());
          const outcomes = await page.evaluate<Outcome[]>(`suites[${JSON.stringify(suite)}]()`);
          await page.close();
          return outcomes;
        },
      });
    });
};
