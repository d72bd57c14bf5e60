import { HttpResponse } from 'msw';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cartOf, within } from '../client/world.ts';
import { type Between, type MswLine, mswLine } from './msw-line.ts';

let line: MswLine;
beforeEach(() => {
  line = mswLine();
  line.server.listen({ onUnhandledFrame: 'error' });
});
afterEach(() => line.server.close());

const cut = (text: string) =>
  new HttpResponse(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
        controller.error(new TypeError('terminated'));
      },
    }),
  );
const portal = '<!doctype html><title>Hotel wifi</title><p>Please accept our terms';

/** None of these is the sync server's word, whatever its status says. */
const noise: readonly (readonly [name: string, between: Between])[] = [
  ['a dead line', () => HttpResponse.error()],
  ['a captive portal with 200', () => HttpResponse.html(portal)],
  [
    'a captive portal that claims to be JSON',
    () => new HttpResponse(portal, { headers: { 'content-type': 'application/json' } }),
  ],
  ['an empty 200', () => new HttpResponse(null)],
  ['a 204', () => new HttpResponse(null, { status: 204 })],
  ['an empty object', () => HttpResponse.json({})],
  ['null', () => HttpResponse.json(null)],
  ['somebody else’s JSON', () => HttpResponse.json({ status: 'ok', data: [] })],
  [
    'our shape with a member missing',
    async (_, serve) => HttpResponse.json({ ...(await (await serve()).json()), ent: undefined }),
  ],
  ['a body cut short', async (_, serve) => cut(await (await serve()).text())],
  ['half a body that ends properly', async (_, serve) => new HttpResponse((await (await serve()).text()).slice(0, 40))],
  ['an answer lost after it acted', async (_, serve) => (await serve()) && HttpResponse.error()],
  ['a proxy’s 401', () => HttpResponse.html('<h1>401</h1>', { status: 401 })],
  ['a firewall’s 403', () => HttpResponse.html('<h1>Forbidden</h1>', { status: 403 })],
  ['a firewall’s 403 in JSON', () => HttpResponse.json({ error: 'blocked', code: 1020 }, { status: 403 })],
  [
    'a 403 with a code of nobody',
    () => HttpResponse.json({ code: 'waf/blocked', message: '', retryable: false }, { status: 403 }),
  ],
  ['a cache’s 409', () => HttpResponse.json({ message: 'conflict' }, { status: 409 })],
  ['a gateway’s 413', () => HttpResponse.html('<h1>Request Entity Too Large</h1>', { status: 413 })],
  ['a gateway’s 426', () => HttpResponse.text('Upgrade Required', { status: 426 })],
  ['a gateway’s 429', () => HttpResponse.text('slow down', { status: 429 })],
  ['a 502 of HTML', () => HttpResponse.html('<h1>Bad Gateway</h1>', { status: 502 })],
  ['a 503 of text', () => HttpResponse.text('unavailable', { status: 503 })],
  ['a redirect', () => HttpResponse.redirect('https://portal.test/login', 302)],
];

test.each(noise)(
  '%s moves nothing, is retried with growing pauses, and the outbox empties afterwards',
  async (_, between) => {
    const { made } = line;
    const { relevo } = line.page({ getToken: () => made.token('ana') });
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'BEFORE', quantity: 2 });
    await within(made, 2_000, relevo.flush());
    const before = line.sent.length;
    const errors: string[] = [];
    relevo.on('error', ({ code }) => errors.push(code));
    line.between = between;
    const change = relevo.cart.add({ sku: 'DURING', quantity: 3 });
    relevo.preferences.set('currency', 'EUR');
    await made.clock.pass(60_000);
    expect(cartOf(relevo)).toEqual({ BEFORE: 2, DURING: 3 });
    expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
    expect(relevo.status).toMatchObject({ connection: 'offline', pending: 2 });
    expect(errors).toEqual([]);
    const tries = line.sent.slice(before);
    expect(tries.length).toBeGreaterThan(3);
    expect(tries.length).toBeLessThan(30);
    expect(tries.every(({ body }) => body.ops.length > 0)).toBe(true);

    line.between = undefined;
    await within(made, 65_000, change.synced);
    await within(made, 5_000, relevo.flush());
    expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
    const other = line.page({ getToken: () => made.token('ana') }).relevo;
    await made.clock.pass(2_000);
    expect(cartOf(other)).toEqual({ BEFORE: 2, DURING: 3 });
    expect(other.preferences.get('currency')).toBe('EUR');
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test('a line that loses every second answer: each change counts once', async () => {
  const { made } = line;
  const { relevo } = line.page({ getToken: () => made.token('ana') });
  await made.clock.pass(1_000);
  let turn = 0;
  line.between = async (_, serve) => {
    const answer = await serve();
    return turn++ % 2 ? answer : HttpResponse.error();
  };
  for (let n = 0; n < 20; n++) {
    relevo.cart.add({ sku: 'A' });
    if (n === 10) relevo.cart.setQuantity({ sku: 'A' }, 100);
    await made.clock.pass(500);
  }
  await made.clock.pass(120_000);
  expect(cartOf(relevo)).toEqual({ A: 109 });
  expect(relevo.status.pending).toBe(0);
  await relevo.stop();
});
