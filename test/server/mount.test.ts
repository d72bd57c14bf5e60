import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { devSecret } from '../../src/server/dev-keys.ts';
import { createSyncServer, type Log, memoryStore, type SyncServer } from '../../src/server/index.ts';
import { guest, put } from './core-world.ts';
import { request, sites } from './http-world.ts';

let stop: () => Promise<void>;
afterEach(() => stop());

/** A shop's own server with the sync server inside, as examples/mount-in-node has it. */
const mount = async ({
  log,
  before = async () => {},
}: {
  log?: Log;
  before?: (message: IncomingMessage) => Promise<void>;
} = {}): Promise<{ url: string; sync: SyncServer }> => {
  const sync = createSyncServer({ sites, store: memoryStore(), ...(log ? { log } : {}) });
  const server = createServer(async (message, response) => {
    await before(message);
    sync.node(message, response, () => {
      response.end(`shop ${message.url}`);
    });
  });
  server.on('upgrade', (message, socket, head) => {
    if (!sync.upgrade(message, socket, head)) socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stop = async () => {
    await sync.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, sync };
};

it('answers its own paths and leaves all others to the host', async () => {
  const { url } = await mount();
  const text = async (path: string) => (await fetch(`http://${url}${path}`)).text();
  expect(await text('/cart?x=1')).toBe('shop /cart?x=1');
  expect(await text('/v1/other')).toBe('shop /v1/other');
  expect(await text('/healthz')).toBe('{"status":"ok"}');
});

it('syncs and pushes through the host', async () => {
  const { url } = await mount();
  const post = async (fields: object) => {
    const reply = await fetch(`http://${url}/v1/sync`, {
      method: 'POST',
      body: JSON.stringify(request({ auth: guest('visitor'), ...fields })),
    });
    return (await reply.json()) as { head: number; live?: { ticket: string } };
  };
  const { live } = await post({ device: 'device_two', live: true });
  const socket = new WebSocket(`ws://${url}/v1/live`, ['relevo.v1', `t.${live?.ticket}`]);
  await new Promise((done) => socket.once('open', done));
  const pushed = new Promise<string>((done) => socket.once('message', (data) => done(String(data))));
  const { head } = await post({ ops: [put(1, 'currency', 'EUR')] });
  expect(JSON.parse(await pushed)).toMatchObject({ v: head, prev: 0 });
  socket.terminate();
});

it('leaves an upgrade of another path to the host', async () => {
  const { url } = await mount();
  const socket = new WebSocket(`ws://${url}/chat`);
  const status = await new Promise((done) => {
    socket.on('error', () => {});
    socket.once('unexpected-response', (_, response) => done(response.statusCode));
  });
  expect(status).toBe(426);
});

it('answers with words, on the wire and in the log, when the host has read the body before', async () => {
  const said: string[] = [];
  const log: Log = { info() {}, warn() {}, error: (_event, fields) => said.push(fields?.detail ?? '') };
  const before = async (message: IncomingMessage) => {
    message.resume();
    await once(message, 'end');
  };
  const { url } = await mount({ log, before });
  const reply = await fetch(`http://${url}/v1/sync`, { method: 'POST', body: JSON.stringify(request()) });
  const { code, message } = (await reply.json()) as { code: string; message: string };
  expect([reply.status, code]).toEqual([500, 'server/internal']);
  expect(message).toContain('mount relevo-server before any body parser');
  expect(said).toEqual([expect.stringContaining('mount relevo-server before any body parser')]);
});

it('ends with a request whose body breaks off before it is looked at', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((done) => {
    arrived = done;
  });
  let left = () => {};
  const leaving = new Promise<void>((done) => {
    left = done;
  });
  const before = (message: IncomingMessage) =>
    new Promise<void>((done) => {
      message.once('close', () => {
        done();
        setImmediate(left);
      });
      arrived();
    });
  const { url, sync } = await mount({ before });
  const socket = connect(Number(url.split(':')[1]), '127.0.0.1');
  socket.write('POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
  await arrival;
  socket.destroy();
  await leaving;
  await expect(sync.close()).resolves.toBeUndefined();
});

describe('in production', () => {
  const env = { NODE_ENV: 'production' };
  const tokens = (secret: string) => [{ secret, issuer: 'shop', audience: 'relevo' }];
  beforeEach(() => {
    stop = async () => {};
  });

  it.each([devSecret, 'a-secret-of-at-least-32-characters'])('the secret %s, which all know, is refused', (secret) => {
    const create = (given: Record<string, string>) =>
      createSyncServer({ sites: { pk_x: { tokens: tokens(secret) } }, store: memoryStore(), env: given });
    expect(() => create(env)).toThrow(/holds a demo secret/);
    expect(() => create({})).not.toThrow();
  });

  it('tokens for whoever asks are refused', () => {
    const dev = { origin: () => true, token: async () => 'token' };
    expect(() => createSyncServer({ sites, store: memoryStore(), env, dev })).toThrow(/NODE_ENV=production/);
  });
});
