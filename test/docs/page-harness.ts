// Loaded before a code block of the documents runs in its own process: what a shop's page has, and
// the network of the example shop, where every server is the real one that the test started.
import 'fake-indexeddb/auto';
import { JSDOM } from 'jsdom';

const server = process.env['RELEVO_DOCS_SERVER'] ?? '';
const origin = 'http://localhost:4000';
const { window } = new JSDOM('<!doctype html><title>Shop</title>', { url: `${origin}/`, pretendToBeVisual: true });

const tokenFor = async (customerId: string): Promise<string> => {
  const reply = await fetchForReal(`${server}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ customerId }),
  });
  return ((await reply.json()) as { token: string }).token;
};

const fetchForReal = globalThis.fetch;
const NodeAbortController = globalThis.AbortController;
// Node loads its fetch at the first use, together with the AbortSignal it will insist on: before jsdom's takes the name.
new Response();
const fetchOfPage: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input, `${origin}/`);
  if (url.origin === origin && url.pathname === '/relevo/token') return new Response(await tokenFor('ana'));
  if (url.origin === origin) return new Response('{}', { headers: { 'content-type': 'application/json' } });
  const { credentials: _, mode: __, keepalive: ___, signal, ...rest } = init ?? {};
  // The page's signals are jsdom's, Node's fetch takes Node's.
  const abort = new NodeAbortController();
  signal?.addEventListener('abort', () => abort.abort());
  const headers = new Headers(rest.headers);
  headers.set('origin', origin);
  return fetchForReal(`${server}${url.pathname}${url.search}`, { ...rest, headers, signal: abort.signal });
};

// Without a WebSocket the client polls: the live channel has its own tests.
const page = {
  window,
  document: window.document,
  location: window.location,
  localStorage: window.localStorage,
  sessionStorage: window.sessionStorage,
  addEventListener: window.addEventListener.bind(window),
  removeEventListener: window.removeEventListener.bind(window),
  Event: window.Event,
  CustomEvent: window.CustomEvent,
  AbortController: window.AbortController,
  AbortSignal: window.AbortSignal,
  fetch: fetchOfPage,
  WebSocket: undefined,
  EventSource: undefined,
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
Object.assign(window, { indexedDB: globalThis.indexedDB, fetch: fetchOfPage });

// What a block may use without saying where it comes from; ambient.d.ts has their types.
const { createRelevo } = await import('relevo');
Object.assign(globalThis, { token: await tokenFor('ana') });
if (process.env['RELEVO_DOCS_PROVIDE']?.includes('relevo')) {
  const relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
  await relevo.ready;
  Object.assign(globalThis, { relevo });
}
