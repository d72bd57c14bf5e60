import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { sendBeacon } from '../../src/platform/browser/send-beacon.ts';
import { fetchTransport } from '../../src/platform/fetch-transport.ts';
import { liveProtocol, ticketPrefix } from '../../src/protocol/version.ts';

const ending: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  vi.useRealTimers();
});

const listen = async (onRequest?: RequestListener): Promise<{ server: Server; endpoint: string }> => {
  const server = createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const post = (endpoint: string, timeoutMs = 10_000) =>
  fetchTransport({ endpoint }).post('/v1/sync', '{"é":1}', { timeoutMs });

/** What happened on a live socket, in order, and a way to wait for the next event. */
const journal = () => {
  const events: string[] = [];
  let wake = () => {};
  const note = (event: string) => {
    events.push(event);
    wake();
  };
  return {
    events,
    until: async (event: string) => {
      while (!events.includes(event))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    on: { open: () => note('open'), message: (text: string) => note(`message ${text}`), close: () => note('close') },
  };
};

describe('post', () => {
  it('sends the body as plain text without anything that a browser would ask permission for', async () => {
    const seen: { method?: string | undefined; url?: string | undefined; type?: string | undefined; body: string }[] =
      [];
    const { endpoint } = await listen((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
        response.end('{}');
      });
    });
    const fetched = vi.spyOn(globalThis, 'fetch');
    await post(`${endpoint}/relevo/`);
    expect(seen).toEqual([
      { method: 'POST', url: '/relevo/v1/sync', type: 'text/plain;charset=UTF-8', body: '{"é":1}' },
    ]);
    const options = fetched.mock.calls[0]?.[1];
    expect(options).toMatchObject({ credentials: 'omit', cache: 'no-store', redirect: 'error' });
    expect(options).not.toHaveProperty('headers');
    expect(options).not.toHaveProperty('keepalive');
  });

  it.each([200, 204, 401, 409, 429, 500, 503])('resolves with the status %i', async (status) => {
    const { endpoint } = await listen((_, response) => response.writeHead(status).end());
    await expect(post(endpoint)).resolves.toMatchObject({ status, body: '', retryAfterMs: null });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['-5', 0],
    ['1e9', 1e12],
    ['soon', null],
  ])('reads Retry-After "%s" as %s ms', async (header, retryAfterMs) => {
    const { endpoint } = await listen((_, response) => response.writeHead(503, { 'retry-after': header }).end('busy'));
    await expect(post(endpoint)).resolves.toEqual({ status: 503, body: 'busy', retryAfterMs });
  });

  it('reads Retry-After as a date by the clock of this device', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1, 12, 0, 0) });
    const dates = ['Thu, 01 Jan 2026 12:00:30 GMT', 'Thu, 01 Jan 2026 11:00:00 GMT'];
    const { endpoint } = await listen((_, response) =>
      response.writeHead(429, { 'retry-after': dates.shift() ?? '' }).end(),
    );
    expect((await post(endpoint)).retryAfterMs).toBe(30_000);
    expect((await post(endpoint)).retryAfterMs).toBe(0);
  });

  it('rejects when nothing listens', async () => {
    const { server, endpoint } = await listen();
    await new Promise((resolve) => server.close(resolve));
    await expect(post(endpoint)).rejects.toThrow();
  });

  it('rejects when the reply is cut off', async () => {
    const { endpoint } = await listen((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"cut', () => response.destroy());
    });
    await expect(post(endpoint)).rejects.toThrow();
  });

  it('rejects a redirect, so that credentials go nowhere else', async () => {
    let calls = 0;
    const { endpoint } = await listen((_, response) => {
      calls++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(post(endpoint)).rejects.toThrow();
    expect(calls).toBe(1);
  });

  it.each(['the answer', 'the body'])('rejects after the timeout when %s does not come', async (what) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { endpoint } = await listen((_, response) => {
      if (what === 'the body') response.writeHead(200, { 'content-length': '5' }).write('{');
      arrived();
    });
    const fetched = vi.spyOn(globalThis, 'fetch');
    const reply = post(endpoint, 15_000);
    const ended = expect(reply).rejects.toThrow();
    await arrival;
    if (what === 'the body') await fetched.mock.results[0]?.value;
    vi.advanceTimersByTime(14_999);
    const state = await Promise.race([reply.catch(() => 'ended'), new Promise((r) => setImmediate(r, 'waiting'))]);
    expect(state).toBe('waiting');
    vi.advanceTimersByTime(1);
    await ended;
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { endpoint } = await listen((_, response) => response.end());
    const set = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    await post(endpoint, 15_000);
    const own = set.mock.calls.findIndex(([, ms]) => ms === 15_000);
    expect(own).toBeGreaterThanOrEqual(0);
    expect(cleared.mock.calls.map(([timer]) => timer)).toContain(set.mock.results[own]?.value);
  });
});

describe('beacon', () => {
  const withBeacon = (pageBeacon: unknown) => {
    vi.stubGlobal('navigator', { sendBeacon: pageBeacon });
    return vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response());
  };

  it('goes by sendBeacon', () => {
    const pageBeacon = vi.fn(() => true);
    const fetched = withBeacon(pageBeacon);
    fetchTransport({ endpoint: 'https://sync.example/', sendBeacon }).beacon('/v1/beacon', '{}');
    expect(pageBeacon).toHaveBeenCalledExactlyOnceWith('https://sync.example/v1/beacon', '{}');
    expect(fetched).not.toHaveBeenCalled();
  });

  it.each([
    ['refuses', () => false],
    ['is missing', undefined],
  ])('goes by a keepalive request when sendBeacon %s', (_, pageBeacon) => {
    const fetched = withBeacon(pageBeacon);
    fetchTransport({ endpoint: 'https://sync.example', sendBeacon }).beacon('/v1/beacon', '{}');
    expect(fetched.mock.calls[0]?.[0]).toBe('https://sync.example/v1/beacon');
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ body: '{}', keepalive: true, credentials: 'omit' });
  });

  it('fails silently', async () => {
    const fetched = withBeacon(undefined).mockRejectedValue(new TypeError('offline'));
    fetchTransport({ endpoint: 'https://sync.example', sendBeacon }).beacon('/v1/beacon', '{}');
    await expect(fetched.mock.results[0]?.value).rejects.toThrow('offline');
  });
});

describe('connect', () => {
  const live = async () => {
    const { server, endpoint } = await listen();
    const sockets = new WebSocketServer({
      server,
      handleProtocols: (offered) => offered.has(liveProtocol) && liveProtocol,
    });
    ending.push(() => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    });
    return { sockets, endpoint };
  };

  it('offers the protocol and the ticket, opens, and hears and sends texts only', async () => {
    const { sockets, endpoint } = await live();
    const heard: string[] = [];
    sockets.on('connection', (client, request) => {
      heard.push(request.url ?? '', ...(request.headers['sec-websocket-protocol'] ?? '').split(/, */));
      client.on('message', (data) => {
        heard.push(String(data));
        client.send(Buffer.from('binary'));
        client.send('pong');
      });
    });
    const { events, until, on } = journal();
    const socket = fetchTransport({ endpoint: `${endpoint}/relevo` }).connect('abc_-123', on);
    socket.send('too early: lost without an error');
    await until('open');
    socket.send('ping');
    await until('message pong');
    expect(heard).toEqual(['/relevo/v1/live', liveProtocol, `${ticketPrefix}abc_-123`, 'ping']);
    socket.close();
    await until('close');
    expect(events).toEqual(['open', 'message pong', 'close']);
  });

  it('tells of the end once when the server closes, and sends nothing after', async () => {
    const { sockets, endpoint } = await live();
    sockets.on('connection', (client) => client.close());
    const { events, until, on } = journal();
    const socket = fetchTransport({ endpoint }).connect('ticket', on);
    await until('close');
    socket.close();
    socket.send('ping');
    await new Promise(setImmediate);
    expect(events).toEqual(['open', 'close']);
  });

  it('tells of the end once, and not within the call, when the page closes', async () => {
    const { endpoint } = await live();
    const { events, until, on } = journal();
    const socket = fetchTransport({ endpoint }).connect('ticket', on);
    await until('open');
    socket.close();
    expect(events).toEqual(['open']);
    socket.close();
    await until('close');
    await new Promise(setImmediate);
    expect(events).toEqual(['open', 'close']);
  });

  it('tells of the end once when it never opened', async () => {
    const { server, endpoint } = await listen();
    await new Promise((resolve) => server.close(resolve));
    const { events, until, on } = journal();
    fetchTransport({ endpoint }).connect('ticket', on);
    await until('close');
    await new Promise(setImmediate);
    expect(events).toEqual(['close']);
  });

  it('tells of the end when the browser refuses to make the socket', async () => {
    const { events, until, on } = journal();
    const socket = fetchTransport({ endpoint: 'https://sync.example' }).connect('not a token', on);
    expect(events).toEqual([]);
    socket.send('ping');
    await until('close');
    expect(events).toEqual(['close']);
  });

  it('gives up a connection that is not open after 10 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { server, endpoint } = await listen();
    const asked = new Promise<void>((resolve) => server.on('upgrade', () => resolve()));
    const { events, until, on } = journal();
    fetchTransport({ endpoint }).connect('ticket', on);
    await asked;
    vi.advanceTimersByTime(9_999);
    await new Promise(setImmediate);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    await until('close');
    expect(events).toEqual(['close']);
  });

  it('does not give up one that opened in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { endpoint } = await live();
    const { events, until, on } = journal();
    const socket = fetchTransport({ endpoint }).connect('ticket', on);
    await until('open');
    vi.advanceTimersByTime(60_000);
    await new Promise(setImmediate);
    expect(events).toEqual(['open']);
    socket.close();
    await until('close');
  });
});
