import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CDPSession, type Page as ChromiumPage, chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { browserKinds, type DevtoolsParams } from '../storage/launch.ts';
import { eventually } from './eventually.ts';

export type Page = {
  /** Runs an expression in the page, whatever the page's policy, and waits for its promise. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true in the page; an error that it throws counts as not yet. */
  until(condition: string, timeoutMs?: number): Promise<void>;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  close(): Promise<void>;
  /** A command about the storage of an origin, of the DevTools protocol; Chromium only. */
  devtools?(
    method: 'Storage.overrideQuotaForOrigin' | 'Storage.clearDataForOrigin',
    params: DevtoolsParams,
  ): Promise<unknown>;
};

export type Browser = {
  readonly version: string;
  newPage(url: string): Promise<Page>;
  close(): Promise<void>;
  /** SIGKILL to every process of this browser at once; resolves when none is left. */
  kill(): Promise<void>;
};

export type BrowserName = 'chromium' | 'firefox';

/** `prefs` are Firefox's own settings. */
export type LaunchOptions = { readonly profile: string; readonly prefs?: { readonly [name: string]: boolean } };

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const browserNames: readonly BrowserName[] = ['chromium', 'firefox'];

/** Whether these browsers are here. Under CI a missing one is an error, elsewhere one line. */
export const isInstalled = (...names: readonly BrowserName[]): boolean => {
  const missing = names.filter((name) => !pathOf(name));
  if (missing.length === 0) return true;
  const text = `${missing.join(', ')}: not installed, what needs it is left out (apt-get install chromium firefox-esr)`;
  if (process.env['CI'] === '1') throw new Error(text);
  console.info(text);
  return false;
};

/** A browser process with a profile folder of its own: what it stores is in there and outlives it. */
export const launch = (name: BrowserName, options: LaunchOptions): Promise<Browser> =>
  name === 'chromium' ? launchChromium(options) : launchFirefox(options);

/** A profile folder that nothing has used yet. */
export const newProfile = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'relevo-profile-'));
  // A browser that was killed may still be writing for an instant.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) };
};

const pathOf = (name: BrowserName): string | undefined => browserKinds.find((kind) => kind.name === name)?.path;

const launchChromium = async ({ profile }: LaunchOptions): Promise<Browser> => {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: pathOf('chromium') ?? '',
    args: quietFlags,
    headless: true,
  });
  return {
    version: `Chromium ${context.browser()?.version() ?? ''}`,
    async newPage(url) {
      const page = await context.newPage();
      await page.goto(url);
      return chromiumPage(page, await context.newCDPSession(page));
    },
    close: () => context.close(),
    kill: () => killAll(() => processesWith('cmdline', profile)),
  };
};

const chromiumPage = (page: ChromiumPage, devtools: CDPSession): Page => {
  // Playwright's own `evaluate` makes code from text in the page, which a strict policy refuses.
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  };
  return {
    evaluate,
    until: untilIn(evaluate),
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    close: () => page.close().catch(() => {}),
    devtools: (method, params) => devtools.send(method, { storageTypes: '', ...params }),
  };
};

const launchFirefox = async ({ profile, prefs = {} }: LaunchOptions): Promise<Browser> => {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: pathOf('firefox') ?? '',
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: { ...prefs },
  });
  return {
    version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
    async newPage(url) {
      const page = await browser.newPage();
      await page.goto(url);
      const evaluate = async <T>(expression: string) => (await page.evaluate(expression)) as T;
      return {
        evaluate,
        until: untilIn(evaluate),
        goto: async (next) => void (await page.goto(next)),
        reload: async () => void (await page.reload()),
        close: () => page.close().catch(() => {}),
      };
    },
    close: () => browser.close(),
    kill: () => killAll(() => processesWith('cmdline', profile)),
  };
};

const untilIn =
  (evaluate: Page['evaluate']): Page['until'] =>
  async (condition, timeoutMs = 10_000) => {
    const deadline = performance.now() + timeoutMs;
    const look = `(() => { try { return !!(${condition}); } catch { return false; } })()`;
    // Asked from here: a page may be on its way to the next one, and one in the background has slow timers.
    while (!(await evaluate<boolean>(look).catch(() => false))) {
      if (performance.now() > deadline) {
        const state = await evaluate<string>(shown).catch(String);
        throw new Error(`Not so within ${timeoutMs} ms: ${condition}. The page has ${state}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

const shown = `JSON.stringify({ title: document.title, uncaught: globalThis.uncaught, status: globalThis.relevo?.status,
  lines: globalThis.relevo?.cart?.lines.map(({ sku, quantity }) => [sku, quantity]) })`;

/** SIGKILL to the processes that `find` gives and to their groups; resolves when it finds none. */
export const killAll = async (find: () => readonly number[]): Promise<void> => {
  for (const id of find()) {
    for (const target of [-id, id]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Not the leader of a group, or gone with one.
      }
    }
  }
  await eventually(() => find().length === 0, 'the browser’s processes are gone');
};

/** Processes with a text in their command line or environment. A zombie has neither any more. */
export const processesWith = (file: 'cmdline' | 'environ', text: string): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/${file}`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
