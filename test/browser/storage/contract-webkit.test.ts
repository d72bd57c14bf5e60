import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe } from 'vitest';
import { contractInBrowser } from './contract-in-browser.ts';
import type { Outcome } from './page.ts';
import { serve } from './serve.ts';
import { suiteNames } from './suites.ts';
import { findWebKitOrSay, showInWebKit } from './webkit.ts';

const browser = findWebKitOrSay();

const pathOf = (suite: string) => `/suite/${encodeURIComponent(suite)}`;

const scriptOf = (suite: string) =>
  `suites[${JSON.stringify(suite)}]().then((outcomes) => fetch('/report', { method: 'POST', body: JSON.stringify(outcomes) }))`;

describe.skipIf(!browser)('the store contract', () => {
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    site = await serve(Object.fromEntries(suiteNames.map((suite) => [pathOf(suite), scriptOf(suite)])));
    const version = execFileSync('dpkg-query', ['-W', 'libwebkit2gtk-4.1-0'], { encoding: 'utf8' }).split('\t')[1];
    console.info(`the store contract in WebKitGTK ${version}`);
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
