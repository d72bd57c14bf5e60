import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { quantityOf } from '../../../src/core/counter.ts';
import type { Line } from '../../../src/core/line.ts';
import { createSyncServer, memoryStore } from '../../../src/server/index.ts';
import { killPage, type PageOptions, type PageReport } from './kill-page.ts';

const script = new URL('../../../dist/relevo.js', import.meta.url);

/** A site of one origin with the page of the kill loop, its reports and a real sync server that can be away. */
export const startKillSite = async () => {
  let heard: (report: PageReport) => void = () => {};
  let isOnline = true;
  const store = memoryStore();
  const relevo = readFileSync(script);
  let sync: ReturnType<typeof createSyncServer> | undefined;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    if (url.pathname.startsWith('/v1/')) {
      if (isOnline && sync) sync.node(request, response);
      else request.socket.destroy();
      return;
    }
    if (url.pathname === '/report') {
      const body = await readBody(request);
      if (body !== undefined) heard(JSON.parse(body) as PageReport);
      response.end();
      return;
    }
    const isScript = url.pathname === '/relevo.js';
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    if (isScript) response.end(relevo);
    else response.end(killPage(JSON.parse(url.searchParams.get('do') ?? '{}') as PageOptions, url.origin));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  sync = createSyncServer({ sites: { pk_demo: { origins: [origin] } }, rates: null, store });
  return {
    page: (options: PageOptions) => `${origin}/?${new URLSearchParams({ do: JSON.stringify(options) })}`,
    set isOnline(value: boolean) {
      isOnline = value;
    },
    /** Who is told of the page's reports from now on. */
    set heard(listener: (report: PageReport) => void) {
      heard = listener;
    },
    /** The lines that the server has of a guest. */
    async linesOf(guest: string) {
      const rows = await store.read((tx) => tx.entries(`pk_demo/${guest}`, 'cart'));
      return rows.map(({ state }) => {
        const { q, d } = state as unknown as Line;
        return { sku: String(d['sku']?.[0]), quantity: quantityOf(q), title: String(d['title']?.[0]) };
      });
    },
    async close() {
      server.closeAllConnections();
      await Promise.all([sync?.close(), new Promise((resolve) => server.close(resolve))]);
    },
  };
};

/** Undefined when the browser was killed in the middle of its report. */
const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  let body = '';
  try {
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
  } catch {
    return undefined;
  }
  return body;
};
