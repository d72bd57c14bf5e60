import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import { createSyncServer, memoryStore } from '../../src/server/index.ts';
import type { SyncCore } from '../../src/server/sync-core.ts';
import { add, createClock, guest, put } from './core-world.ts';
import { type HttpWorld, originA, request, sign, sites, startHttp } from './http-world.ts';

let world: HttpWorld;
beforeAll(async () => {
  world = await startHttp();
});
afterAll(() => world.stop());

const visitor = guest('visitor');
const raw = (path: string, init: RequestInit = {}) => fetch(world.url + path, init);

describe('the HTTP server', () => {
  it('takes a sync as text/plain and as JSON', async () => {
    for (const type of ['text/plain;charset=UTF-8', 'application/json']) {
      const reply = await world.post(request({ auth: visitor }), { 'content-type': type });
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    }
  });

  it('takes a beacon, applies it and answers nothing', async () => {
    const { cur, ...body } = request({ auth: guest('beacon'), ops: [add(1, 'sofa', 1)] });
    expect(cur).toBeNull();
    const reply = await world.post(body, {}, '/v1/beacon');
    expect([reply.status, reply.text]).toEqual([204, '']);
    const after = await world.post(request({ auth: guest('beacon') }));
    expect(after.json?.head).toBe(1);
  });

  it('refuses a beacon that names a member twice', async () => {
    const { cur, ...body } = request({ auth: guest('twice'), ops: [add(1, 'sofa', 1)] });
    const text = JSON.stringify(body).replace('"n":1', '"n":1,"n":2');
    expect(text).toContain('"n":1,"n":2');
    expect((await world.post(text, {}, '/v1/beacon')).status).toBe(400);
  });

  it('ignores a claim and a sign-out in a beacon', async () => {
    const claim = { ...guest('kept'), r: 'replica_guest', ops: [] };
    const body = request({ auth: { token: await sign() }, claim, want: { signout: true }, ops: [put(1, 'a', 1)] });
    expect((await world.post(body, {}, '/v1/beacon')).status).toBe(204);
    expect((await world.post(request({ auth: guest('kept') }))).status).toBe(200);
  });

  it('refuses a compressed body before it looks inside', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const reply = await world.post(new Uint8Array(bomb), { 'content-encoding': 'gzip' });
    expect([reply.status, reply.code]).toEqual([415, 'request/encoding']);
  });

  it.each([
    ['a byte that is no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['UTF-16', new Uint8Array(Buffer.from('{"v":1}', 'utf16le'))],
    ['a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
    ['half a surrogate pair, cut', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('refuses %s as malformed', async (_, bytes) => {
    const reply = await world.post(bytes);
    expect([reply.status, reply.code]).toEqual([400, 'request/malformed']);
  });

  it('refuses a body over 256 KiB by its header, by its bytes, and goes on', async () => {
    const huge = 'x'.repeat(300_000);
    const declared = await world.post(huge);
    expect([declared.status, declared.code]).toEqual([413, 'request/too-large']);
    const answer = await new Promise<string>((done) => {
      const socket = connect(world.port, '127.0.0.1');
      socket.write('POST /v1/sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let chunk = 0; chunk < 5; chunk++) socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
      socket.once('data', (data) => {
        socket.destroy();
        done(String(data));
      });
      socket.on('error', () => {});
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect((await world.post(request({ auth: visitor }))).status).toBe(200);
  });

  it.each([
    ['GET', '/v1/sync', 405, 'request/method'],
    ['PUT', '/v1/beacon', 405, 'request/method'],
    ['POST', '/healthz', 405, 'request/method'],
    ['GET', '/', 404, 'request/not-found'],
    ['GET', '/v1/customers/ana/cart', 404, 'request/not-found'],
    ['POST', '/dev/token', 404, 'request/not-found'],
    ['GET', '/relevo-0000000000000000.js', 404, 'request/not-found'],
    ['GET', '/../package.json', 404, 'request/not-found'],
    ['GET', '/relevo.js.map', 404, 'request/not-found'],
  ])('%s %s is %i', async (method, path, status, code) => {
    const reply = await raw(path, { method });
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([status, code]);
  });

  it('says with which methods an address is asked', async () => {
    const allowed = async (method: string, path: string) => (await raw(path, { method })).headers.get('allow');
    expect(await allowed('GET', '/v1/sync')).toBe('POST, OPTIONS');
    expect(await allowed('POST', '/healthz')).toMatch(/^GET\b/);
    expect(await allowed('GET', '/healthz')).toBeNull();
  });

  it('says that it is well', async () => {
    const reply = await raw('/healthz');
    expect([reply.status, await reply.json()]).toEqual([200, { status: 'ok' }]);
    expect((await raw('/healthz', { method: 'HEAD' })).status).toBe(200);
  });

  it('keeps its answers out of caches', async () => {
    expect((await world.post(request({ auth: visitor }))).headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br;q=0', 'gzip', gunzipSync],
    ['identity', null, (bytes: Buffer) => bytes],
    ['gzip;q=0.5, br', 'br', brotliDecompressSync],
  ])('compresses replies over 1 KiB for a client that accepts %s', async (accepted, encoding, decode) => {
    const auth = guest('long-reader');
    await world.post(
      request({ auth, r: `replica_${encoding}_${accepted.length}`, ops: [put(1, 'long', 'x'.repeat(3_000))] }),
    );
    const answer = await new Promise<Buffer>((done) => {
      const body = JSON.stringify(request({ auth }));
      const socket = connect(world.port, '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('end', () => done(Buffer.concat(chunks)));
      socket.write(
        `POST /v1/sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: ${accepted}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    const split = answer.indexOf('\r\n\r\n');
    const head = answer.subarray(0, split).toString();
    const bytes = answer.subarray(split + 4);
    expect(/content-encoding: (\w+)/i.exec(head)?.[1] ?? null).toBe(encoding);
    expect(head).toMatch(/vary: Origin, Accept-Encoding/i);
    expect(decode(bytes).toString()).toContain('x'.repeat(3_000));
    if (encoding) expect(bytes.length).toBeLessThan(1_024);
  });

  it('leaves short replies as they are', async () => {
    const reply = await world.post(request({ auth: guest('nobody') }), { 'accept-encoding': 'br' });
    expect(reply.headers.get('content-encoding')).toBeNull();
  });
});

describe('a page of another origin', () => {
  const sync = (origin: string, site = 'pk_a') =>
    world.post(request({ site, auth: guest(`of-${site}`) }), { origin, 'content-type': 'text/plain' });

  it.each([originA, 'https://shop.example:8443'])('at %s may sync, and reads the answer', async (origin) => {
    const reply = await sync(origin);
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
    expect(reply.headers.get('vary')).toContain('Origin');
  });

  it.each([
    'null',
    'https://shop.example.evil',
    'https://evil.example/?shop.example',
    'https://evil.example#https://shop.example',
    'https://SHOP.example',
    'HTTPS://shop.example',
    'https://shop.example.',
    'https://shop.example:443',
    'https://shop.example:8444',
    'https://shop.example/',
    'http://shop.example',
    'https://xshop.example',
    'https://shop.example@evil.example',
    'https://user@shop.example',
    'https://www.shop.example',
    'https://shop-example',
    'https://shop.example, https://evil.example',
    'https://shop.example https://evil.example',
    'file://',
    'data:',
    'http://localhost',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]',
    'chrome-extension://abcdef',
    'https://shop.example%00.evil.example',
    'https://sh\u00f6p.example',
    'https://xn--shp-sna.example',
    'https://shop.exampl',
    'https://hop.example',
    '//shop.example',
    'shop.example',
    '*',
    'undefined',
    'constructor',
    '__proto__',
    'ws://shop.example',
    'wss://shop.example',
    'https://shop.example\t',
    'https://[shop.example]',
    'https://shop.example:08443',
  ])('at %s may not', async (origin) => {
    const reply = await world.post(request({ auth: visitor }), { origin: encodeURI(origin) });
    expect([reply.status, reply.code, reply.headers.get('access-control-allow-origin')]).toEqual([
      403,
      'site/origin',
      null,
    ]);
  });

  it('of one site may not use another, and is told so', async () => {
    const reply = await sync(originA, 'pk_b');
    expect([reply.status, reply.code]).toEqual([403, 'site/origin']);
  });

  it('reads errors too when it is listed', async () => {
    const reply = await world.post('{', { origin: originA });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([400, originA]);
  });

  it('gets an answer to its preflight', async () => {
    const ask = (origin: string) =>
      raw('/v1/sync', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const [listed, other] = [await ask(originA), await ask('https://evil.example')];
    expect([listed.status, listed.headers.get('access-control-allow-origin')]).toEqual([204, originA]);
    expect(listed.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what the server says about itself', () => {
  it('holds no body, token, id or cart', async () => {
    const canary = 'canary-7f3a9c';
    const auth = { token: await sign({ sub: canary }) };
    await world.post(request({ auth, device: `device_${canary}`, ops: [put(1, canary, canary)] }), {
      'user-agent': canary,
    });
    await world.post(request({ auth: { token: canary } }));
    await world.post(`{"site":"${canary}"`);
    await raw(`/${canary}?${canary}`);
    const text = JSON.stringify(world.log);
    expect(world.log.length).toBeGreaterThan(3);
    expect(text).not.toContain(canary);
    expect(text).not.toContain(auth.token);
    expect(world.log.at(-4)?.fields).toMatchObject({ route: '/v1/sync', site: 'pk_a', status: 200, changes: 1 });
  });

  it('is the same for a failure inside, which tells nothing of itself', async () => {
    const lines: unknown[] = [];
    const record = (event: string, fields?: object) => lines.push([event, fields]);
    const core = { sync: () => Promise.reject(new Error('select * from secrets')) } as unknown as SyncCore;
    const app = createApp({
      core,
      clock: createClock(),
      log: { info: record, warn: record, error: record },
      origins: {},
      rateLimit: undefined,
      sdkFile: undefined,
      devToken: undefined,
    });
    const reply = await app.handle({
      method: 'POST',
      path: '/v1/sync',
      header: () => undefined,
      query: () => undefined,
      address: undefined,
      text: async () => '{}',
    });
    expect([reply.status, JSON.parse(String(reply.body))]).toMatchObject([
      500,
      { code: 'server/internal', retryable: true },
    ]);
    expect(String(reply.body) + JSON.stringify(lines)).not.toContain('select');
  });
});

describe('the script', () => {
  const bytes = new TextEncoder().encode('/* sdk */');
  const digest = createHash('sha384').update(bytes).digest();
  const hash = digest.toString('hex').slice(0, 16);
  const app = createApp({
    core: {} as SyncCore,
    clock: createClock(),
    log: { info() {}, warn() {}, error() {} },
    origins: {},
    rateLimit: undefined,
    sdkFile: { bytes, hash, integrity: '', etag: `"${hash}"` },
    devToken: undefined,
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.handle({
      method: 'GET',
      path,
      header: (name) => headers[name],
      query: () => undefined,
      address: undefined,
      text: async () => '',
    });

  it('is served by its name, asked for anew each time, and by its hash, for ever', async () => {
    const [named, pinned] = [await get('/relevo.js'), await get(`/relevo-${hash}.js`)];
    expect([named.status, named.headers['cache-control']]).toEqual([200, 'public, max-age=0, must-revalidate']);
    expect([pinned.status, pinned.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(named.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('is not sent again to who has it', async () => {
    const reply = await get('/relevo.js', { 'if-none-match': `"${hash}"` });
    expect([reply.status, reply.body]).toEqual([304, null]);
  });

  it('of another hash does not exist', async () => {
    expect((await get('/relevo-0123456789abcdef.js')).status).toBe(404);
  });
});

describe('fetch', () => {
  it('serves the protocol without node:http', async () => {
    const sync = createSyncServer({ sites, store: memoryStore() });
    const call = (body: string) => sync.fetch(new Request('https://sync.example/v1/sync', { method: 'POST', body }));
    const reply = await call(JSON.stringify(request({ auth: visitor, ops: [add(1, 'sofa', 1)] })));
    expect([reply.status, ((await reply.json()) as { head: number }).head]).toEqual([200, 1]);
    expect((await call('x'.repeat(300_000))).status).toBe(413);
    expect((await sync.fetch(new Request('https://sync.example/x'))).status).toBe(404);
    await sync.close();
    expect((await call(JSON.stringify(request({ auth: visitor })))).status).toBe(503);
  });
});

describe('the body of a fetch request', () => {
  const sync = createSyncServer({ sites, store: memoryStore() });
  afterAll(() => sync.close());
  const send = async (body: ReadableStream<Uint8Array>) => {
    // Node asks for `duplex`, which the types of the web do not know.
    const init = { method: 'POST', body, duplex: 'half' };
    const reply = await sync.fetch(new Request('https://sync.example/v1/sync', init));
    return [reply.status, ((await reply.json()) as { code: string }).code];
  };

  it('is read no further than the limit', async () => {
    let chunks = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++chunks > 100) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        isCancelled = true;
      },
    });
    expect(await send(endless)).toEqual([413, 'request/too-large']);
    expect(chunks).toBeLessThan(10);
    expect(isCancelled).toBe(true);
  });

  it('that breaks off is malformed', async () => {
    let chunks = 0;
    const cut = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++chunks > 1) controller.error(new Error('cut'));
        else controller.enqueue(new Uint8Array([0x7b]));
      },
    });
    expect(await send(cut)).toEqual([400, 'request/malformed']);
  });

  it('that is not there is malformed', async () => {
    const reply = await sync.fetch(new Request('https://sync.example/v1/sync', { method: 'POST' }));
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([400, 'request/malformed']);
  });
});
