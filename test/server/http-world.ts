import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import type { Log, LogFields } from '../../src/server/index.ts';
import { createSyncServer, type SyncServerOptions, sqliteStore } from '../../src/server/index.ts';
import { tempFolder } from './temp-folder.ts';

export const secretA = 'secret-of-site-a-0123456789-0123456789';
export const secretB = 'secret-of-site-b-0123456789-0123456789';
export const originA = 'https://shop.example';

const rules = (secret: string) => ({ secret, issuer: 'https://shop.example', audience: 'relevo' });

export const sites: SyncServerOptions['sites'] = {
  pk_a: { origins: [originA, 'https://shop.example:8443'], tokens: [rules(secretA)] },
  pk_b: { origins: ['https://other.example'], tokens: [rules(secretB)] },
};

export type Claims = { readonly [claim: string]: unknown };

/** A token of site a; claims given as undefined are left out. */
export const sign = (
  claims: Claims = {},
  { secret = secretA, header = {} }: { secret?: string; header?: Claims } = {},
) => {
  const now = Math.floor(Date.now() / 1_000);
  const all = { sub: 'ana', iss: 'https://shop.example', aud: 'relevo', iat: now, exp: now + 600, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(secret));
};

/** The sync server in a real `node:http` server, on SQLite. */
export const startHttp = async (options: Partial<SyncServerOptions> = {}) => {
  const folder = tempFolder();
  const lines: { readonly level: string; readonly event: string; readonly fields: LogFields | undefined }[] = [];
  const record = (level: string) => (event: string, fields?: LogFields) => lines.push({ level, event, fields });
  const log: Log = { info: record('info'), warn: record('warn'), error: record('error') };
  const sync = createSyncServer({ sites, store: sqliteStore({ path: folder.path('relevo.db') }), log, ...options });
  const server = createServer((request, response) => sync.node(request, response));
  server.on('upgrade', (request, socket, head) => {
    if (!sync.upgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    sync,
    log: lines,
    database: folder.path('relevo.db'),
    /** Any request; the answer's body is read. */
    async ask(path: string, init: RequestInit = {}) {
      const reply = await fetch(url + path, init);
      const text = await reply.text();
      const json = (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null;
      return { status: reply.status, headers: reply.headers, text, json, code: json?.code };
    },
    /** `POST /v1/sync`; strings and bytes go as they are. */
    async post(body: unknown, headers: Record<string, string> = {}, path = '/v1/sync') {
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      const reply = await fetch(url + path, { method: 'POST', body: raw as string, headers });
      const text = await reply.text();
      const json = (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null;
      return { status: reply.status, headers: reply.headers, text, json, code: json?.code };
    },
    async stop() {
      await sync.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      folder.remove();
    },
  };
};

export type HttpWorld = Awaited<ReturnType<typeof startHttp>>;

export const request = (fields: Claims = {}) => ({
  v: 1,
  site: 'pk_a',
  sdk: '0.1.0',
  channel: 'web',
  device: 'device_one',
  r: 'replica_one',
  cur: null,
  low: 0,
  ops: [],
  ...fields,
});

/** The live ticket of a reply. */
export const ticketOf = (reply: Record<string, unknown> | null): string =>
  (reply?.live as { readonly ticket?: string } | undefined)?.ticket ?? '';
