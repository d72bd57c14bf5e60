import { figures } from '../../../tools/full/figures.ts';
import { type BrowserName, type LaunchOptions, launch, type Page } from '../harness/browsers.ts';
import type { Process } from '../harness/world.ts';

/** Starts a browser on a profile folder that outlives it. */
export const startOn = async (
  name: BrowserName,
  profile: string,
  prefs: LaunchOptions['prefs'] = {},
): Promise<Process> => {
  const browser = await launch(name, { profile, prefs });
  return { name, browser, close: () => browser.close() };
};

/**
 * Runs before Relevo: counts the opens of its database, and makes the minute between two tries to get
 * the store back a second.
 */
export const watchOpens = `
  globalThis.opens = 0;
  const factory = Object.getPrototypeOf(indexedDB);
  const { open } = factory;
  factory.open = function (...args) { opens++; return open.apply(this, args); };
  const later = setTimeout;
  globalThis.setTimeout = (callback, ms, ...args) => later(callback, ms === 60_000 ? 1_000 : ms, ...args);
`;

/** A text that does not compress, as an expression. */
const noise = (length: number) =>
  `Array.from({ length: ${Math.ceil(length / 10)} }, () => Math.random().toString(36).slice(2, 12).padEnd(10)).join('').slice(0, ${length})`;

/** Adds lines `from` to `to` of quantity 1 with a title so long, saved or not, and waits until the server has them. */
export const addSynced = (page: Page, from: number, to: number, titleLength = 0): Promise<void> =>
  page.evaluate(`(async () => {
    const changes = [];
    for (let n = ${from}; n < ${to}; n++) {
      const change = relevo.cart.add({ sku: 'S' + n, title: ${noise(titleLength)} });
      changes.push(change);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await Promise.all(changes.map(({ synced }) => synced));
  })()`);

/** `sku quantity` of every line, sorted. */
export const linesOf = (page: Page): Promise<string[]> =>
  page.evaluate('relevo.cart.lines.map(({ sku, quantity }) => sku + " " + quantity).sort()');

export const expectedLines = (count: number): string[] => Array.from({ length: count }, (_, n) => `S${n} 1`).sort();

/** One more fault that a real browser was made to have, and that cost no saved change. */
export const reproduced = (browser: string): void => figures.sum(`storage faults reproduced in ${browser}`, 1);
