import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryStore } from '../../src/platform/memory-store.ts';
import { cartOf, standOf, within } from '../client/world.ts';
import { type MswLine, mswLine, refusal } from './msw-line.ts';

let line: MswLine;
beforeEach(() => {
  line = mswLine();
  line.server.listen({ onUnhandledFrame: 'error' });
});
afterEach(() => line.server.close());

const signedIn = async () => {
  const { made } = line;
  const page = line.page();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({ sku: 'BEFORE' });
  await within(made, 2_000, page.relevo.flush());
  return { made, ...page };
};

test('401: the token is asked for, nothing is lost, and a new one goes on where it was', async () => {
  const { made, relevo } = await signedIn();
  line.between = () => refusal(401, 'auth/expired');
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(300_000);
  expect(relevo.status).toMatchObject({ connection: 'needs-token', pending: 1 });
  expect(cartOf(relevo)).toEqual({ BEFORE: 1, DURING: 1 });
  line.between = undefined;
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await within(made, 2_000, relevo.flush());
  await relevo.stop();
});

test('403 auth/revoked: the device forgets that space and goes on as a new guest', async () => {
  const { made, relevo } = await signedIn();
  const errors: string[] = [];
  relevo.on('error', ({ code }) => errors.push(code));
  line.between = (text, serve) => (text.includes('"token"') ? refusal(403, 'auth/revoked') : serve());
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(10_000);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(cartOf(relevo)).toEqual({});
  expect(errors).toContain('auth/revoked');
  const change = relevo.cart.add({ sku: 'GUEST' });
  await within(made, 2_000, change.synced);
  expect(cartOf(relevo)).toEqual({ GUEST: 1 });
  await relevo.stop();
});

test('403 for another reason: nothing is forgotten, it is told, and tried again', async () => {
  const { made, relevo } = await signedIn();
  const errors: string[] = [];
  relevo.on('error', ({ code }) => errors.push(code));
  line.between = () => refusal(403, 'site/origin');
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(30_000);
  expect(cartOf(relevo)).toEqual({ BEFORE: 1, DURING: 1 });
  expect(errors).toContain('site/origin');
  line.between = undefined;
  await made.clock.pass(65_000);
  expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  await relevo.stop();
});

test('409: the whole state is fetched anew, what is pending stays and arrives once', async () => {
  const { made, relevo } = await signedIn();
  line.between = (text, serve) => (JSON.parse(text).cur === null ? serve() : refusal(409, 'sync/cursor'));
  const change = relevo.cart.add({ sku: 'BEFORE', quantity: 4 });
  await within(made, 10_000, change.synced);
  expect(cartOf(relevo)).toEqual({ BEFORE: 5 });
  line.between = undefined;
  await made.clock.pass(60_000);
  expect(cartOf(relevo)).toEqual({ BEFORE: 5 });
  await relevo.stop();
});

test('413: smaller and smaller batches, until all are there', async () => {
  const { made, relevo } = await signedIn();
  line.between = (text, serve) => (JSON.parse(text).ops.length > 7 ? refusal(413, 'request/too-large') : serve());
  for (let n = 0; n < 60; n++) relevo.preferences.set(`p${n}`, n);
  await made.clock.pass(60_000);
  expect(relevo.status.pending).toBe(0);
  expect(relevo.preferences.entries()).toHaveLength(60);
  expect(Math.max(...line.sent.slice(-5).map(({ body }) => body.ops.length))).toBeLessThanOrEqual(100);
  await relevo.stop();
});

test('413 for a single change: that one is set aside with its code, the others arrive', async () => {
  const { made, relevo } = await signedIn();
  const errors: string[] = [];
  relevo.on('error', ({ code }) => errors.push(code));
  line.between = (text, serve) => (text.includes('TOO-BIG') ? refusal(413, 'request/too-large') : serve());
  const changes = ['A', 'TOO-BIG', 'B'].map((sku) => relevo.cart.add({ sku }));
  await made.clock.pass(60_000);
  expect(await Promise.all(changes.map(({ synced }) => standOf(synced)))).toEqual(['done', 'change/too-large', 'done']);
  expect(errors).toEqual(['change/too-large']);
  expect(relevo.status.pending).toBe(0);
  await relevo.stop();
});

test('426: it stops sending, says so, keeps the outbox, and a newer page brings it', async () => {
  const { made } = line;
  const disk = memoryStore();
  const { relevo } = line.page({}, disk);
  await made.clock.pass(100);
  line.between = () => refusal(426, 'request/version');
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(2_000);
  const sent = line.sent.length;
  relevo.cart.add({ sku: 'B' });
  await made.clock.pass(3_600_000);
  expect(line.sent).toHaveLength(sent);
  expect(relevo.status).toMatchObject({ connection: 'upgrade-required', pending: 2 });
  expect(cartOf(relevo)).toEqual({ A: 2, B: 1 });
  await relevo.stop();
  line.between = undefined;
  const newer = line.page({}, disk).relevo;
  await made.clock.pass(2_000);
  expect(cartOf(newer)).toEqual({ A: 2, B: 1 });
  expect(newer.status.pending).toBe(0);
  await newer.stop();
});

test.each([
  ['20', 20_000, 22_000],
  [() => new Date(Date.now() + 20_000).toUTCString(), 18_500, 22_000],
  ['86400', 300_000, 302_000],
  [() => new Date(Date.now() + 86_400_000).toUTCString(), 300_000, 302_000],
  ['-5', 0, 2_000],
  ['soon', 0, 2_000],
  ['Infinity', 300_000, 302_000],
] as const)('429 with Retry-After %s: the next try is between %d and %d ms later', async (header, least, most) => {
  const { made, relevo } = await signedIn();
  const retryAfter = typeof header === 'string' ? header : header();
  line.between = () => refusal(429, 'request/rate', { 'retry-after': retryAfter });
  const before = line.sent.length;
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1);
  expect(line.sent).toHaveLength(before + 1);
  line.between = undefined;
  await made.clock.pass(400_000);
  const [first, second] = line.sent.slice(before);
  const pause = (second?.atMs ?? 0) - (first?.atMs ?? 0);
  expect(pause).toBeGreaterThanOrEqual(least);
  expect(pause).toBeLessThanOrEqual(most);
  expect(relevo.status.pending).toBe(0);
  await relevo.stop();
});

test('429: what is written while the server wants to be left alone waits as well, and nothing wakes it early', async () => {
  const { made, relevo, signal } = await signedIn();
  line.between = () => refusal(429, 'request/rate', { 'retry-after': '120' });
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(10);
  line.between = undefined;
  const sent = line.sent.length;
  for (const name of ['visible', 'online', 'pageshow'] as const) {
    relevo.cart.add({ sku: 'A' });
    signal(name);
    await made.clock.pass(30_000);
  }
  expect(line.sent).toHaveLength(sent);
  await made.clock.pass(40_000);
  expect(relevo.status.pending).toBe(0);
  expect(cartOf(relevo)).toEqual({ BEFORE: 1, A: 4 });
  await relevo.stop();
});

test.each([500, 502, 503])(
  '%d in the server’s own shape: growing pauses up to a minute, then everything arrives',
  async (status) => {
    const { made, relevo } = await signedIn();
    line.between = () => refusal(status, 'server/busy');
    const before = line.sent.length;
    const change = relevo.cart.add({ sku: 'A' });
    await made.clock.pass(600_000);
    const tries = line.sent.slice(before).map(({ atMs }) => atMs);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(60);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60_000);
    expect(pauses.slice(0, 3).every((pause, index) => pause <= 1_000 * 2 ** index)).toBe(true);
    line.between = undefined;
    await within(made, 61_000, change.synced);
    expect(cartOf(relevo)).toEqual({ BEFORE: 1, A: 1 });
    await relevo.stop();
  },
);

test('a request carries no header that a browser would ask permission for', async () => {
  const { made, relevo } = await signedIn();
  const headers: (readonly [name: string, value: string])[] = [];
  line.between = (_, serve, request) => {
    headers.push(...request.headers);
    return serve();
  };
  relevo.cart.add({ sku: 'A' });
  await within(made, 2_000, relevo.flush());
  // The CORS-safelisted request headers of the Fetch standard, and what every user agent adds by itself.
  const harmless =
    /^(accept|accept-encoding|accept-language|cache-control|connection|content-length|host|pragma|sec-fetch-mode|user-agent)$/;
  expect(headers.length).toBeGreaterThan(0);
  expect(
    headers
      .filter(([name]) => !harmless.test(name))
      .every(([name, value]) => name === 'content-type' && value === 'text/plain;charset=UTF-8'),
  ).toBe(true);
  expect(headers.map(([name]) => name)).toContain('content-type');
  await relevo.stop();
});
