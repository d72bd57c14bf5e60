import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

export type Page = {
  /** Runs an expression in the page and waits for its promise. */
  evaluate<T>(expression: string): Promise<T>;
  goto(url: string): Promise<unknown>;
  close(): Promise<void>;
  /** A command of the DevTools protocol; Chromium only. */
  devtools?(
    method: 'Storage.overrideQuotaForOrigin' | 'Storage.clearDataForOrigin',
    params: DevtoolsParams,
  ): Promise<unknown>;
};

export type DevtoolsParams = { readonly origin: string; readonly quotaSize?: number; readonly storageTypes?: string };

export type Browser = { readonly version: string; newPage(url: string): Promise<Page>; close(): Promise<void> };

/** `prefs` are Firefox's own settings. */
export type LaunchOptions = { readonly profile?: string; readonly prefs?: { readonly [name: string]: boolean } };

export type BrowserKind = {
  readonly name: 'chromium' | 'firefox';
  /** Absent when the browser is not installed. */
  readonly path: string | undefined;
  launch(options?: LaunchOptions): Promise<Browser>;
};

const find = (command: string): string | undefined => {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
};

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromiumPath = find('chromium');
const firefoxPath = find('firefox-esr') ?? find('firefox');

/** How Playwright starts the machine's Chromium. */
export const chromiumOptions = { executablePath: chromiumPath ?? '', args: quietFlags };

export const browserKinds: readonly BrowserKind[] = [
  {
    name: 'chromium',
    path: chromiumPath,
    async launch() {
      const browser = await chromium.launch(chromiumOptions);
      const context = await browser.newContext();
      return {
        version: `Chromium ${browser.version()}`,
        async newPage(url) {
          const page = await context.newPage();
          await page.goto(url);
          const session = await context.newCDPSession(page);
          return {
            evaluate: <T>(expression: string) => page.evaluate<T>(expression),
            goto: (next) => page.goto(next),
            close: () => page.close(),
            devtools: (method, params) => session.send(method, { storageTypes: '', ...params }),
          };
        },
        close: () => browser.close(),
      };
    },
  },
  {
    name: 'firefox',
    path: firefoxPath,
    async launch({ profile, prefs = {} } = {}) {
      const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: firefoxPath ?? '',
        headless: true,
        ...(profile && { userDataDir: profile }),
        extraPrefsFirefox: { ...prefs },
      });
      return {
        version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
        async newPage(url) {
          const page = await browser.newPage();
          await page.goto(url);
          return {
            evaluate: async <T>(expression: string) => (await page.evaluate(expression)) as T,
            goto: (next) => page.goto(next),
            close: () => page.close(),
          };
        },
        close: () => browser.close(),
      };
    },
  },
];

/** Whether a browser is here. Of a missing one a line says so, and under CI it is an error. */
export const isPresent = ({ name, path }: BrowserKind): boolean => {
  if (path) return true;
  const text = `${name} is not installed: its storage checks are left out (apt-get install chromium firefox-esr)`;
  if (process.env['CI'] === '1') throw new Error(text);
  console.info(text);
  return false;
};
