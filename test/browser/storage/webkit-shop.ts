import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { html } from '../harness/shop.ts';
import { showInWebKit } from './webkit.ts';

const built = new URL('../../../dist/relevo.js', import.meta.url);

/** Script of the page, with which it speaks to the test. */
const toTest = `
  // Once more as long as the process that carries it is the one that was killed.
  const report = (value) => fetch('/report', { method: 'POST', body: JSON.stringify(value) })
    .catch(() => new Promise((resolve) => setTimeout(resolve, 200)).then(() => report(value)));
  const kill = () => {
    const request = new XMLHttpRequest();
    request.open('POST', '/kill', false);
    try { request.send(); } catch {} // its answer died with the process
  };
`;

/**
 * A shop whose page runs by itself in WebKitGTK, with the built script tag. `before` runs ahead of
 * Relevo's script, `run` after it. In the page `report(value)` tells the test, and `kill()` ends the
 * process that holds the databases, at that very point of the script.
 */
export const showShopInWebKit = async ({
  browser,
  endpoint,
  token,
  before,
  run,
}: {
  browser: string;
  endpoint: string;
  token: string;
  before: string;
  run: string;
}) => {
  const page = html({ endpoint, site: 'pk_demo', token, before: `${toTest}${before}`, run });
  const relevo = readFileSync(built, 'utf8');
  const reports: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  let kills = 0;
  let loads = 0;
  let shown: ReturnType<typeof showInWebKit> | undefined;

  const server = createServer(async (request, response) => {
    if (request.url === '/kill') {
      kills += shown?.killNetworkProcess() ?? 0;
      return response.destroy();
    }
    if (request.url === '/report') {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const value: unknown = JSON.parse(body);
      const next = waiting.shift();
      if (next) next(value);
      else reports.push(value);
      return response.end();
    }
    const isScript = request.url === '/relevo.js';
    if (!isScript) loads++;
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    return response.end(isScript ? relevo : page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  shown = showInWebKit(browser, `http://localhost:${(server.address() as AddressInfo).port}/`);
  return {
    /** The page's next report. */
    report: (): Promise<unknown> =>
      reports.length ? Promise.resolve(reports.shift()) : new Promise((resolve) => waiting.push(resolve)),
    get kills() {
      return kills;
    },
    /** How often the browser asked for the page: one that it loads twice does everything twice. */
    get loads() {
      return loads;
    },
    async close() {
      shown?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
