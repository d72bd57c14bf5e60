import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttpServer } from '../../src/server/http-server.ts';
import { createSyncServer, memoryStore } from '../../src/server/index.ts';
import { guest } from './core-world.ts';
import { request, sites } from './http-world.ts';

const sync = createSyncServer({ sites, store: memoryStore() });
const server = createHttpServer(sync);
let port: number;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await sync.close();
});

const ask = async (path: string, headers: Record<string, string>, body?: unknown) => {
  const sent = send({ port, host: '127.0.0.1', path, method: body === undefined ? 'GET' : 'POST', headers });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) as { code?: string } };
};
const handshake = (lines: readonly string[]) =>
  `GET /v1/live HTTP/1.1\r\n${['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...lines].join('\r\n')}\r\n\r\n`;

it('answers a client that would rather speak HTTP/2, as that of Java offers with its first request', async () => {
  const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
  const { status, body } = await ask('/v1/sync', offer, request({ auth: guest('java') }));
  expect([status, body]).toMatchObject([200, { head: 0 }]);
});

it('refuses a WebSocket at another address, and another protocol at that of the live channel, in its own shape', async () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  expect(await ask('/v1/other', upgrade)).toMatchObject({ status: 404, body: { code: 'request/not-found' } });
  const h2c = { connection: 'Upgrade', upgrade: 'h2c' };
  expect(await ask('/v1/live', h2c)).toMatchObject({ status: 404, body: { code: 'request/not-found' } });
});

it('ends a connection after an offer that it declined: Node answers nothing broken on it any more', async () => {
  const peer = connect({ port, host: '127.0.0.1' });
  peer.write('GET /v1/other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
  expect(String((await once(peer, 'data'))[0])).toMatch(/^HTTP\/1\.1 404 .*\r\nconnection: close\r\n/is);
  peer.resume();
  await once(peer, 'end');
});

it('lets go of a connection whose handshake it refused, though the other end keeps it open', async () => {
  const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  peer.write(handshake([]));
  expect(String((await once(peer, 'data'))[0])).toMatch(/^HTTP\/1\.1 401 /);
  await once(peer, 'end');
  // Only who has closed both ways answers more bytes with a reset.
  const gone = new Promise<string>((done) => peer.on('error', ({ message }) => done(message)));
  const say = () => {
    if (!peer.destroyed) peer.write('x', () => setImmediate(say));
  };
  say();
  expect(await gone).toMatch(/EPIPE|ECONNRESET/);
});
