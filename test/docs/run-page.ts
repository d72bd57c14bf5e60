import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { JSDOM, VirtualConsole } from 'jsdom';
import { root } from '../house/file-map.ts';

/**
 * Runs an HTML block as the body of a shop's page, with the built script tag in place of any
 * `…relevo.js`. Throws what the page reported: a syntax error, an uncaught exception, a missing file.
 */
export const runPage = async (html: string): Promise<void> => {
  const faults: string[] = [];
  const virtualConsole = new VirtualConsole();
  virtualConsole.on('jsdomError', (error) => faults.push(String(error.message)));
  const built = readFileSync(join(root, 'dist/relevo.js'), 'utf8');
  const { window } = new JSDOM('<!doctype html><title>Shop</title><body></body>', {
    url: 'https://shop.example/',
    runScripts: 'outside-only',
    pretendToBeVisual: true,
    virtualConsole,
  });
  const parsed = new JSDOM(html).window.document;
  Object.assign(window, {
    indexedDB: new IDBFactory(),
    IDBKeyRange,
    fetch: () => Promise.reject(new TypeError('no network here')),
  });
  // Inline scripts run while the page is parsed, `async` ones when they have arrived.
  const all = [...parsed.querySelectorAll('script')];
  if (all.some(({ type }) => type === 'module')) faults.push('show modules in a js or ts block; here they cannot run');
  const scripts = all.filter(({ type }) => !type || type === 'text/javascript');
  window.document.body.innerHTML = parsed.body.innerHTML + parsed.head.innerHTML;
  const run = (code: string, element: Element): void => {
    const live = [...window.document.querySelectorAll('script')].find((one) => one.outerHTML === element.outerHTML);
    Object.defineProperty(window.document, 'currentScript', { value: live ?? null, configurable: true });
    try {
      window.eval(code);
    } catch (error) {
      faults.push(`${error}`);
    }
  };
  for (const script of scripts.filter((one) => !one.src)) run(script.textContent ?? '', script);
  for (const script of scripts.filter((one) => one.src)) {
    if (/\/relevo(?:-[\w]+)?\.js$/.test(new URL(script.src, 'https://shop.example/').pathname)) run(built, script);
    else faults.push(`no such file here: ${script.src}`);
  }
  const started = scripts.some((one) => one.src);
  if (started && faults.length === 0) {
    const { relevo } = window as unknown as { relevo?: { ready?: Promise<void>; stop?: () => Promise<void> } };
    if (!relevo?.ready) faults.push('window.relevo did not start');
    await relevo?.ready;
    await relevo?.stop?.();
  }
  window.close();
  if (faults.length > 0) throw new Error(faults.join('\n'));
};
