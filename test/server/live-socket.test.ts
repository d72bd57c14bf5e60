import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { memoryStore } from '../../src/server/index.ts';
import { createClock, guest, put } from './core-world.ts';
import { type HttpWorld, originA, request, sign, startHttp, ticketOf } from './http-world.ts';

let world: HttpWorld;
beforeAll(async () => {
  world = await startHttp();
});
afterAll(() => world.stop());

const ticketFor = async (auth: object, device: string, site = 'pk_a') => {
  const reply = await world.post(request({ auth, device, site, live: true }));
  return ticketOf(reply.json);
};
const dial = (protocols: string[], options: { origin?: string; path?: string } = {}) =>
  new WebSocket(`ws://127.0.0.1:${world.port}${options.path ?? '/v1/live'}`, protocols, {
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    headers: { cookie: 'session=1' },
  });
const statusOf = async (socket: WebSocket): Promise<number> => {
  socket.on('error', () => {});
  return new Promise((done) => {
    socket.once('open', () => done(101));
    socket.once('unexpected-response', (_, response) => done(response.statusCode ?? 0));
  });
};
const messageOf = async (socket: WebSocket): Promise<string> => String((await once(socket, 'message'))[0]);

describe('the live socket', () => {
  it('brings a change to another device, and answers ping', async () => {
    const auth = { token: await sign({ sub: 'live-ana' }) };
    const socket = dial(['relevo.v1', `t.${await ticketFor(auth, 'device_two')}`], { origin: originA });
    await once(socket, 'open');
    expect(socket.protocol).toBe('relevo.v1');
    socket.send('ping');
    expect(await messageOf(socket)).toBe('pong');
    const pushed = messageOf(socket);
    const reply = await world.post(request({ auth, ops: [put(1, 'currency', 'EUR')] }));
    expect(JSON.parse(await pushed)).toEqual({ v: 1, prev: 0, cur: reply.json?.cur, ent: reply.json?.ent });
    socket.close();
  });

  it.each([
    ['no ticket', ['relevo.v1'], {}, 401],
    ['a made-up ticket', ['relevo.v1', 't.abc.def'], {}, 401],
    ['no ticket but a cookie', ['relevo.v1'], { origin: originA }, 401],
  ])('is refused with %s', async (_, protocols, options, status) => {
    expect(await statusOf(dial(protocols, options))).toBe(status);
  });

  it.each([
    [originA, 101],
    [undefined, 101],
    ['https://evil.example', 403],
    ['https://other.example', 403],
    ['null', 403],
    ['https://shop.example.evil', 403],
  ])('from origin %s answers %i', async (origin, status) => {
    const ticket = await ticketFor({ ...guest('origins') }, 'device_two');
    const socket = dial(['relevo.v1', `t.${ticket}`], origin === undefined ? {} : { origin });
    expect(await statusOf(socket)).toBe(status);
    socket.terminate();
  });

  it.each(['http', 'https'])(
    'takes the address it was asked at (%s) as an origin: React Native sends that',
    async (scheme) => {
      const ticket = await ticketFor({ ...guest('app') }, 'device_two');
      const socket = dial(['relevo.v1', `t.${ticket}`], { origin: `${scheme}://127.0.0.1:${world.port}` });
      expect(await statusOf(socket)).toBe(101);
      socket.terminate();
    },
  );

  it.each([
    ['another port of the same address', (port: number) => `http://127.0.0.1:${port + 1}`],
    ['another name', (port: number) => `http://localhost:${port}`],
    ['no address', () => 'about:blank'],
  ])('takes %s for no own origin, and no own origin without a ticket', async (_, originOf) => {
    const ticket = await ticketFor({ ...guest('app') }, 'device_two');
    const own = `http://127.0.0.1:${world.port}`;
    expect(await statusOf(dial(['relevo.v1', `t.${ticket}`], { origin: originOf(world.port) }))).toBe(403);
    expect(await statusOf(dial(['relevo.v1'], { origin: own }))).toBe(401);
  });

  it.each([
    ['no key', {}],
    ['half a key', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
    [
      'a version of long ago',
      { 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), 'Sec-WebSocket-Version': '7' },
    ],
  ])('is refused in the shape of all refusals with %s', async (_, headers) => {
    const ticket = await ticketFor(guest('broken'), 'device_two');
    const peer = connect(world.port, '127.0.0.1');
    const all = {
      Host: 'x',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': `relevo.v1, t.${ticket}`,
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    peer.write(`GET /v1/live HTTP/1.1\r\n${lines.join('')}\r\n`);
    const [head = '', body = ''] = String((await once(peer, 'data'))[0]).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).toMatchObject({ code: 'request/malformed', retryable: false });
    peer.destroy();
  });

  it('is not taken twice with one ticket', async () => {
    const ticket = await ticketFor(guest('twice'), 'device_two');
    const first = dial(['relevo.v1', `t.${ticket}`]);
    expect(await statusOf(first)).toBe(101);
    expect(await statusOf(dial(['relevo.v1', `t.${ticket}`]))).toBe(401);
    first.terminate();
  });

  it.each([
    ['a frame of 64 KiB', 65_536, undefined],
    ['a frame one byte larger', 65_537, 1009],
    ['a frame 100 times larger', 6_553_600, 1009],
  ])('with %s', async (_, bytes, code) => {
    const socket = dial(['relevo.v1', `t.${await ticketFor(guest('frames'), 'device_two')}`]);
    await once(socket, 'open');
    const closed = once(socket, 'close').then(([closeCode]) => closeCode as number);
    socket.on('error', () => {});
    socket.send('x'.repeat(bytes));
    socket.send('ping');
    const pong = messageOf(socket).catch(() => '');
    expect(await Promise.race([closed, pong])).toBe(code ?? 'pong');
    socket.terminate();
  });

  it.each([
    ['64 fragments', 64, 'pong'],
    ['65 fragments', 65, 1008],
    ['6,400 fragments', 6_400, 1008],
  ])('with a message of %s', async (_, fragments, expected) => {
    const socket = dial(['relevo.v1', `t.${await ticketFor(guest('fragments'), 'device_two')}`]);
    await once(socket, 'open');
    const closed = once(socket, 'close').then(([code]) => code as number);
    socket.on('error', () => {});
    for (let n = 1; n <= fragments; n++) socket.send('x', { fin: n === fragments });
    socket.send('ping');
    expect(await Promise.race([closed, messageOf(socket).catch(() => '')])).toBe(expected);
    socket.terminate();
  });

  it('sends uncompressed whatever the client offers', async () => {
    const socket = dial(['relevo.v1', `t.${await ticketFor(guest('deflate'), 'device_two')}`]);
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    socket.terminate();
  });

  it('of a reader that is more than 1 MiB behind is cut off, and the writers go on', async () => {
    const own = await startHttp({ rates: null, store: memoryStore() });
    const auth = guest('slow-reader');
    const reply = await own.post(request({ auth, device: 'device_slow', live: true }));
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/live`, ['relevo.v1', `t.${ticketOf(reply.json)}`]);
    await once(socket, 'open');
    socket.on('error', () => {});
    socket.pause();
    // What the system's own buffers take comes on top, so the test writes until the server has had enough.
    let q = 0;
    while (own.sync.connections > 0 && q < 6_000) {
      const ops = ['a', 'b', 'c'].map((key) => put(++q, key, 'x'.repeat(4_000)));
      expect((await own.post(request({ auth, ops }))).status).toBe(200);
    }
    expect(q).toBeLessThan(6_000);
    socket.terminate();
    await own.stop();
  });

  it('is closed when it says more than 20 things in 10 s, and not when it takes its time', async () => {
    const clock = createClock();
    const own = await startHttp({ clock });
    const reply = await own.post(request({ auth: guest('chatty'), live: true }));
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/live`, ['relevo.v1', `t.${ticketOf(reply.json)}`]);
    const closed = once(socket, 'close');
    const say = async (times: number) => {
      for (let n = 0; n < times; n++) {
        socket.send('ping');
        expect(await messageOf(socket)).toBe('pong');
      }
    };
    await once(socket, 'open');
    await say(20);
    clock.jump(10_000);
    await say(20);
    socket.send('ping');
    expect((await closed)[0]).toBe(1008);
    await own.stop();
  });

  it('that a dead device leaves behind is forgotten', async () => {
    const socket = dial(['relevo.v1', `t.${await ticketFor(guest('gone'), 'device_two')}`]);
    await once(socket, 'open');
    socket.terminate();
    await once(socket, 'close');
    expect((await world.post(request({ auth: guest('gone'), ops: [put(1, 'a', 1)] }))).status).toBe(200);
  });

  it('at another path is none', async () => {
    const socket = dial(['relevo.v1'], { path: '/v1/other' });
    await expect(once(socket, 'open')).rejects.toThrow();
  });

  it('closes with 1012 when the server stops', async () => {
    const own = await startHttp();
    const reply = await own.post(request({ auth: guest('stopping'), live: true }));
    const ticket = ticketOf(reply.json);
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/live`, ['relevo.v1', `t.${ticket}`]);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await own.stop();
    expect((await closed)[0]).toBe(1012);
  });

  it('of a peer that says nothing any more is dropped a second after the server has closed it', async () => {
    const clock = createClock();
    const own = await startHttp({ clock });
    const reply = await own.post(request({ auth: guest('asleep'), live: true }));
    const peer = connect(own.port, '127.0.0.1');
    const lines = [
      'GET /v1/live HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: relevo.v1, t.${ticketOf(reply.json)}`,
    ];
    peer.on('error', () => {});
    peer.write(`${lines.join('\r\n')}\r\n\r\n`);
    expect(String((await once(peer, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /);
    peer.pause();
    let stopped = false;
    const stopping = own.stop().then(() => {
      stopped = true;
    });
    await clock.pass(999);
    expect(stopped).toBe(false);
    await clock.pass(1);
    await stopping;
    peer.destroy();
  });
});
