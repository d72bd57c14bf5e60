import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';

export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly type: string;
  readonly cookie: string;
  readonly body: string;
};

const read = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
};

/** What a frame of another site reports to its parent. */
const framed = `(async () => {
  const store = await platform.idbStore({ name: 'framed' }).then(() => 'resolved', (error) => error.name);
  const marker = platform.marker({ name: 'framed' });
  marker.write('guest');
  marker.read();
  const tabs = platform.tabs({ name: 'framed' });
  tabs.post('hello');
  const ran = await tabs.ifFree('flush', async () => {});
  tabs.close();
  setTimeout(() => parent.postMessage({ store, ran, unhandled, frames: document.querySelectorAll('iframe').length }, '*'), 50);
})()`;

/** The page with the stores inside, on one port under two names: `localhost` and `127.0.0.1` are two sites. */
export const serve = async (scripts: { readonly [path: string]: string } = {}) => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const seen: Seen[] = [];
  const reports: string[] = [];
  let arrived = () => {};
  const answered = new Map<string, string>([
    ['/', '<!doctype html><title>storage</title><script src="/page.js"></script>'],
    ['/page.js', script],
    ...Object.entries({ '/framed': framed, ...scripts }).map(
      ([path, own]) => [path, `<!doctype html><body><script src="/page.js"></script><script>${own}</script>`] as const,
    ),
    ['/empty', '<!doctype html><title>empty</title>'],
  ]);

  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const text = answered.get(url);
    if (method === 'GET' && text !== undefined) {
      response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.setHeader('set-cookie', 'canary=1; Path=/');
      return response.end(text);
    }
    if (method === 'GET') return response.writeHead(404).end();
    if (url === '/report') {
      reports.push(await read(request));
      arrived();
      return response.end();
    }
    const { 'content-type': type = '', cookie = '' } = request.headers;
    seen.push({ method, url, type, cookie, body: await read(request) });
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    return response.end('{"from":"server"}');
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'relevo.v1' });
  sockets.on('connection', (client, request) => {
    client.send(`hello ${request.headers['sec-websocket-protocol']}`);
    client.on('message', (data) => client.send(`${data}`.replace('ping', 'pong')));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;

  return {
    seen,
    /** The next report of a page that nobody drives. */
    async report(): Promise<unknown> {
      while (!reports.length)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      return JSON.parse(reports.shift() ?? '');
    },
    url: (path = '/', host: 'localhost' | '127.0.0.1' = 'localhost') => `http://${host}:${port}${path}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
