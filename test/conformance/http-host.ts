import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { fetchTransport } from '../../src/platform/fetch-transport.ts';
import { createSyncServer, sqliteStore } from '../../src/server/index.ts';
import { type Backend, createConformanceHost, type Given } from '../../src/testing/conformance/conformance-host.ts';
import { tempFolder } from '../server/temp-folder.ts';
import { channelSecrets, createHttpChannels } from './http-channels.ts';

const rules = {
  secret: 'secret-of-the-conformance-site-0123456789',
  issuer: 'https://shop.example',
  audience: 'relevo',
};

const turn = () => new Promise<void>((done) => setImmediate(done));

/** What is on its way to the server or back. Real sockets carry it, so no virtual time may pass meanwhile. */
const createTraffic = () => {
  let count = 0;
  const waiting: (() => void)[] = [];
  const tell = () => {
    for (const go of waiting.splice(0)) go();
  };
  return {
    async carry<T>(work: Promise<T>): Promise<T> {
      count++;
      try {
        return await work;
      } finally {
        count--;
        tell();
      }
    },
    /** Some of it does not end before time passes. */
    excuse(): () => void {
      count--;
      tell();
      return () => void count++;
    },
    /** Nothing is on its way, and what was pushed has been read: the server writes it before the answer that caused it. */
    async rest(): Promise<void> {
      do {
        while (count > 0) await new Promise<void>((done) => void waiting.push(done));
        for (let n = 0; n < 4; n++) await turn();
      } while (count > 0);
    },
  };
};

/** Longer than the server lets a merge take: then it answers, whatever the site's own code does. */
const hookMs = 2_001;

const startServer = async (given: Given, traffic: ReturnType<typeof createTraffic>): Promise<Backend> => {
  const folder = tempFolder();
  const { clock } = given;
  const beforeMerge = async () => {
    const back = traffic.excuse();
    let isBack = false;
    const end = () => {
      if (!isBack) back();
      isBack = true;
    };
    const cancel = clock.timer(hookMs, end);
    try {
      return await given.rules.beforeMerge?.();
    } finally {
      cancel();
      end();
    }
  };
  const create = () =>
    createSyncServer({
      sites: {
        [given.site]: {
          origins: ['https://shop.example'],
          tokens: [rules],
          ...channelSecrets,
          merge: { ...given.rules.merge },
          collections: { ...given.rules.collections },
        },
      },
      store: given.withFaults(sqliteStore({ path: folder.path('relevo.db') })),
      clock,
      hooks: given.rules.beforeMerge ? { beforeMerge } : {},
    });
  let sync = create();
  const server = createServer((request, response) => sync.node(request, response));
  server.on('upgrade', (request, socket, head) => {
    if (!sync.upgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { post, connect } = fetchTransport({ endpoint: url });
  const secret = new TextEncoder().encode(rules.secret);
  const channels = createHttpChannels({
    url,
    site: given.site,
    now: clock.now,
    sign: (claims, { issuedAtMs, expiresAtMs }) =>
      new SignJWT({ ...claims, iss: rules.issuer, aud: rules.audience })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt(Math.floor(issuedAtMs / 1_000))
        .setExpirationTime(Math.floor(expiresAtMs / 1_000))
        .sign(secret),
  });
  const ask = (path: string) => async (text: string) => {
    const { status, body, retryAfterMs } = await traffic.carry(post(path, text, { timeoutMs: 60_000 }));
    return { status, body: body === '' ? null : JSON.parse(body), ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  };
  return {
    core: {
      sync: ask('/v1/sync'),
      beacon: ask('/v1/beacon'),
      live: {
        open: (ticket, on) =>
          traffic.carry(
            new Promise((opened, failed) => {
              const socket = connect(ticket, {
                open: () => opened({ end: () => socket.close() }),
                message: on.push,
                close() {
                  failed(new Error('no live channel'));
                  on.close(1006);
                },
              });
            }),
          ),
      },
    },
    token: (customer, expiresAtMs) =>
      traffic.carry(
        new SignJWT({ sub: customer, iss: rules.issuer, aud: rules.audience, exp: Math.floor(expiresAtMs / 1_000) })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(secret),
      ),
    ask: (by, request) => traffic.carry(channels(by, request)),
    async restart() {
      await traffic.carry(sync.close());
      sync = create();
    },
    async close() {
      await traffic.carry(sync.close());
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      folder.remove();
    },
  };
};

/** Cases against the real server on SQLite, over HTTP and WebSocket. Its clock is the devices' virtual one, so that days can pass. */
export const createHttpHost = () => {
  const traffic = createTraffic();
  return createConformanceHost({
    start: (given) => startServer(given, traffic),
    sha256: (text) => createHash('sha256').update(text, 'utf8').digest(),
    settle: traffic.rest,
  });
};
