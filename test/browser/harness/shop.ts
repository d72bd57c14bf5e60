import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const built = new URL('../../../dist/relevo.js', import.meta.url);

/** The script tag's options, by the name after `data-`; `without` names a global that the page shall not have, `run` is script of the page, `before` one that runs before Relevo's, `host` its host. */
export type Tag = { readonly [name: string]: string };

export type Shop = {
  /** A page of the shop with the built script tag on it. */
  page(tag: Tag): string;
  /** Where the script is served. */
  readonly scriptUrl: string;
  /** A page of the same origin without Relevo. */
  readonly emptyPage: string;
  /** A request of the page to this path makes the browser clear the storage of the origin. */
  readonly clearPath: string;
  close(): Promise<void>;
};

const clearPath = '/clear-site-data';

/** A page of the shop, with Relevo's script tag when it has an `endpoint`. */
export const html = ({ without, before, run, ...tag }: Tag) => {
  const data = Object.entries(tag).map(([name, value]) => ` data-${name}="${value}"`);
  return `<!doctype html><title>shop</title><link rel="icon" href="data:,">
<script>
  ${without ? `delete globalThis[${JSON.stringify(without)}];` : ''}
  globalThis.uncaught = [];
  addEventListener('error', ({ message }) => uncaught.push(message));
  addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
  ${before ?? ''}
</script>
${tag['endpoint'] ? `<script src="/relevo.js"${data.join('')}></script>` : ''}
${run ? `<script>${run}</script>` : ''}`;
};

/** A shop's web server: pages, and the built script. `script` stands in for the built one. */
export const serveShop = async (script?: string): Promise<Shop> => {
  const relevo = script ?? readFileSync(built, 'utf8');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const isScript = url.pathname === '/relevo.js';
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    if (url.pathname === clearPath) response.setHeader('clear-site-data', '"storage"');
    response.end(isScript ? relevo : html(Object.fromEntries(url.searchParams)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  return {
    page: ({ host = 'localhost', ...tag }) =>
      `http://${host}:${port}/?${new URLSearchParams({ site: 'pk_demo', ...tag })}`,
    scriptUrl: `${origin}/relevo.js`,
    emptyPage: `${origin}/`,
    clearPath,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
