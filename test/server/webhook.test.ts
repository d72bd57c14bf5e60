import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { hookB, hookOld, type Signing, signed, startChannels, withKey } from './channel-world.ts';
import { createClock, lineOf, op } from './core-world.ts';
import { type HttpWorld, request, sign, startHttp } from './http-world.ts';

let world: HttpWorld;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock(Math.floor(Date.now() / 1_000) * 1_000);
  world = await startChannels({ clock });
});
afterEach(() => world.stop());

const path = '/v1/orders/complete';
const order = { orderId: 'N-1500', customerId: 'ana', lines: [{ sku: 'SOFA', quantity: 1 }], site: 'pk_a' };
const post = (text: string, headers: Record<string, string>) => world.post(text, headers, path);
const send = (body: unknown = order, how: Signing = {}, more: Record<string, string> = {}) => {
  const text = JSON.stringify(body);
  return post(text, { ...signed(text, { atMs: clock.now(), ...how }), ...more });
};
const ana = async (ops: readonly object[] = [], r = 'replica_ana') =>
  (await world.post(request({ auth: { token: await sign() }, r, ops }))).json as unknown as SyncReply;
const fill = () => ana([op(1, { k: 'sofa', t: 'add', n: 3, f: { sku: 'SOFA' } })]);
const sofas = async () => quantityOf(lineOf(await ana([], 'replica_reader'), 'sofa').q);
const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];

describe('a signed webhook', () => {
  it('completes an order without any browser session, once, with the same answer when it is sent again', async () => {
    await fill();
    const first = await send();
    const again = await send();
    expect([first.status, first.json?.status, again.text]).toEqual([200, 'completed', first.text]);
    expect(await sofas()).toBe(2);
  });

  it('may have the form that Standard Webhooks recommends', async () => {
    await fill();
    const { site: _, ...data } = order;
    const reply = await send({ type: 'order.completed', timestamp: '2026-11-28T10:00:00Z', site: 'pk_a', data });
    expect([reply.json?.status, await sofas()]).toEqual(['completed', 2]);
  });

  it('of another event changes nothing: a failed payment empties no cart', async () => {
    await fill();
    const reply = await send({ type: 'payment.failed', data: order });
    expect([reply.status, reply.json?.status, await sofas()]).toEqual([200, 'ignored', 3]);
  });

  it('counts once beside the page and the server key, whoever comes first', async () => {
    await fill();
    const told = op(2, {
      k: 'N-1500',
      t: 'order',
      orderId: 'N-1500',
      lines: order.lines,
      seen: { sofa: { replica_ana: 3 } },
    });
    await send();
    expect((await ana([told])).acks).toMatchObject([[told.i, 'dup', 'known']]);
    expect((await withKey(world, path, { body: order })).json?.status).toBe('known');
    await send(order, { id: 'msg_2' });
    expect(await sofas()).toBe(2);
  });

  it.each([
    [300_000, 200, undefined],
    [-300_000, 200, undefined],
    [301_000, 401, 'webhook/time'],
    [-301_000, 401, 'webhook/time'],
  ])('that is %i ms off is answered %i', async (offMs, status, code) => {
    expect(answer(await send(order, { atMs: clock.now() + offMs }))).toEqual([status, code]);
  });

  it('under a known id with another body is refused', async () => {
    await send();
    expect(answer(await send({ ...order, orderId: 'N-1501' }))).toEqual([422, 'request/idempotency']);
    expect((await send({ ...order, orderId: 'N-1501' }, { id: 'msg_2' })).status).toBe(200);
  });

  it('may be signed with a secret that another one takes the place of', async () => {
    expect((await send(order, { secret: hookOld })).status).toBe(200);
  });

  it('may carry several signatures, of which those of other kinds are not looked at', async () => {
    const text = JSON.stringify(order);
    const own = signed(text, { atMs: clock.now() });
    const base64 = own['webhook-signature'].slice(3);
    const as = (signature: string) => post(text, { ...own, 'webhook-signature': signature }).then(answer);
    const refused = [401, 'webhook/signature'];
    expect(await as(`v1a,${base64}`)).toEqual(refused);
    expect(await as(`v2,${base64}`)).toEqual(refused);
    expect(await as(base64)).toEqual(refused);
    expect(await as('')).toEqual(refused);
    expect(await as(`v1,${base64.slice(0, -2)}=`)).toEqual(refused);
    expect(await as(`${'v1,AAAA '.repeat(16)}v1,${base64}`)).toEqual(refused);
    expect(await as(`v2,x v1,${'A'.repeat(43)}= v1,${base64}`)).toEqual([200, undefined]);
    expect(await as(`v1,${base64.replace('=', '')}`)).toEqual([200, undefined]);
  });

  it.each<[string, Record<string, string>]>([
    ['no time', { 'webhook-timestamp': '' }],
    ['a time with letters', { 'webhook-timestamp': '12abc' }],
    ['a negative time', { 'webhook-timestamp': '-5' }],
    ['no id', { 'webhook-id': '' }],
    ['an id of 256 characters', { 'webhook-id': 'x'.repeat(256) }],
    ['another id', { 'webhook-id': 'msg_x' }],
  ])('with %s is refused', async (_, headers) => {
    expect(answer(await send(order, {}, headers))).toEqual([401, 'webhook/signature']);
  });

  it('is refused when one byte of it is another, or it was written out anew', async () => {
    const text = JSON.stringify(order);
    const headers = signed(text, { atMs: clock.now() });
    const refused = [401, 'webhook/signature'];
    expect(answer(await post(text.replace('"quantity":1', '"quantity":2'), headers))).toEqual(refused);
    expect(answer(await post(JSON.stringify(order, null, 1), headers))).toEqual(refused);
    expect(answer(await post(`${text} `, headers))).toEqual(refused);
    expect((await post(`\ufeff${text}`, headers)).status).toBe(400);
  });

  it('of one site says nothing for another, and an unknown site looks like a wrong signature', async () => {
    const refused = [401, 'webhook/signature'];
    expect(answer(await send(order, { secret: hookB }))).toEqual(refused);
    expect(answer(await send({ ...order, site: 'pk_b' }))).toEqual(refused);
    expect(answer(await send({ ...order, site: 'pk_x' }))).toEqual(refused);
    expect(answer(await send({ ...order, site: '__proto__x' }))).toEqual(refused);
    expect((await send({ ...order, site: 'pk_b' }, { secret: hookB })).status).toBe(200);
  });

  it('says its site where several have secrets', async () => {
    const { site: _, ...nobodys } = order;
    expect(answer(await send(nobodys))).toEqual([400, 'request/malformed']);
  });

  it('with ten thousand signatures is refused before they are looked at', async () => {
    const refused = await send(order, {}, { 'webhook-signature': 'v1,AAAA '.repeat(10_000) });
    expect(refused.status).toBe(431);
  }, 10_000);
});

it('webhooks that are not signed are stopped by their address, before they are read', async () => {
  const one = { burst: 1, perSecond: 0.001 };
  const other = await startChannels({ rates: { customer: one, address: one, site: one } });
  const ask = () => other.post('{', { 'webhook-id': 'x' }, path).then(answer);
  expect([await ask(), await ask()]).toEqual([
    [400, 'request/malformed'],
    [429, 'request/rate'],
  ]);
  await other.stop();
});

describe('a report without any proof', () => {
  it('is refused, and so is one by a customer', async () => {
    expect(answer(await world.post(order, {}, path))).toEqual([401, 'auth/key']);
    const token = { authorization: `Bearer ${await sign()}`, 'relevo-site': 'pk_a' };
    expect(answer(await world.post(order, token, path))).toEqual([403, 'auth/scope']);
  });

  it('has no address where no site has keys or secrets: a host may have it itself', async () => {
    const plain = await startHttp();
    expect(answer(await plain.post(order, {}, path))).toEqual([404, 'request/not-found']);
    await plain.stop();
  });
});
