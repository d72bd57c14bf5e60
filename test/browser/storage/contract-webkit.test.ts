import { afterAll, beforeAll, describe } from 'vitest';
import { contractInBrowser } from './contract-in-browser.ts';
import type { Outcome } from './page.ts';
import { serve } from './serve.ts';
import { suiteNames } from './suites.ts';
import { findWebKitOrSay, showInWebKit, webKitVersion } from './webkit.ts';

const browser = findWebKitOrSay();

const pathOf = (suite: string) => `/suite/${encodeURIComponent(suite)}`;

const scriptOf = (suite: string) =>
  `suites[${JSON.stringify(suite)}]().then((outcomes) => fetch('/report', { method: 'POST', body: JSON.stringify(outcomes) }))`;

describe.skipIf(!browser)('the store contract', () => {
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    site = await serve(Object.fromEntries(suiteNames.map((suite) => [pathOf(suite), scriptOf(suite)])));
    console.info(`the store contract in ${webKitVersion()}`);
  });
  afterAll(() => site.close());

  contractInBrowser({
    browser: 'webkit',
    async runSuite(suite) {
      const shown = showInWebKit(browser ?? '', site.url(pathOf(suite)));
      const outcomes = (await site.report()) as Outcome[];
      shown.close();
      return outcomes;
    },
  });
});
