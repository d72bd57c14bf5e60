import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serve } from './serve.ts';
import { findWebKitOrSay, showInWebKit, webKitVersion } from './webkit.ts';

const browser = findWebKitOrSay();

const report = `(value) => fetch('/report', { method: 'POST', body: JSON.stringify(value) })`;

/**
 * Writes without a pause while the process that holds the databases is killed, twice. The page knows
 * of a kill by the close event of a connection beside the store's own.
 */
const healing = `(async () => {
  const report = ${report};
  const store = await platform.idbStore({ name: 'healed' + Math.random() });
  let saved = 0;
  const failures = [];
  const writing = async (until) => {
    let gone = false;
    until.then(() => { gone = true; });
    for (let after = 0; after < 20; after += gone ? 1 : 0) {
      const next = saved + 1;
      await store.write(async (tx) => tx.put(['n', next], next)).then(() => { saved = next; }, (error) => failures.push(String(error)));
    }
  };
  const beside = async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const request = frame.contentWindow.indexedDB.open('beside', 1);
    await new Promise((resolve) => { request.onsuccess = resolve; });
    return { closed: new Promise((resolve) => { request.result.onclose = resolve; }) };
  };
  for (const turn of [1, 2]) {
    const { closed } = await beside();
    const written = writing(closed);
    // The answer may be lost in the kill that it asks for.
    await report({ ready: turn }).catch(() => {});
    await written;
  }
  const rows = await store.read((tx) => tx.list(['n']));
  await report({ saved, rows: rows.length, inOrder: rows.every(([key, value], index) => key[1] === index + 1 && value === index + 1), failures, unhandled, frames: document.querySelectorAll('iframe[hidden]').length });
})()`;

describe.skipIf(!browser)('storage in WebKitGTK', () => {
  const path = browser ?? '';
  let site: Awaited<ReturnType<typeof serve>>;
  let shown: ReturnType<typeof showInWebKit> | undefined;
  beforeAll(async () => {
    site = await serve({ '/healing': healing });
    console.info(`storage checks in ${webKitVersion()}`);
  });
  afterEach(() => {
    shown?.close();
    shown = undefined;
  });
  afterAll(() => site.close());

  it('heals in the page, twice, when the process that holds the databases is killed, and loses nothing saved', async () => {
    shown = showInWebKit(path, site.url('/healing'));
    for (const ready of [1, 2]) {
      expect(await site.report()).toEqual({ ready });
      expect(shown.killNetworkProcess()).toBe(1);
    }
    const { saved, rows, ...rest } = (await site.report()) as { saved: number; rows: number };
    console.info(`${saved} writes over two kills`);
    expect(rest).toEqual({ inOrder: true, failures: [], unhandled: [], frames: 1 });
    expect([rows, saved >= 40]).toEqual([saved, true]);
  });
});
