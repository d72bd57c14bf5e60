import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelSites, keyB, startChannels, withKey } from './channel-world.ts';
import { createClock, op, put } from './core-world.ts';
import { type Claims, type HttpWorld, request, sign } from './http-world.ts';

let world: HttpWorld;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock(Math.floor(Date.now() / 1_000) * 1_000);
  world = await startChannels({ clock, rates: null });
  const ops = [op(1, { k: 'sofa', t: 'add', n: 1, f: { sku: 'SOFA' } }), put(2, 'note', 'canary of preferences')];
  for (const sub of ['ana', 'ben']) await world.post(request({ auth: { token: await sign({ sub }) }, ops }));
});
afterEach(() => world.stop());

const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];
const nowS = () => Math.floor(clock.now() / 1_000);

/** With a token of the site's; `agent` makes it one of somebody who acts. */
const withToken = async (path: string, claims: Claims = {}, init: RequestInit & { site?: string } = {}) => {
  const token = await sign({ iat: nowS(), exp: nowS() + 600, ...claims });
  const headers = { authorization: `Bearer ${token}`, 'relevo-site': init.site ?? 'pk_a', ...init.headers };
  return world.ask(path, { ...init, headers });
};
const agent = { act: { sub: 'bob' }, collections: ['cart'] };
const asBob = (path: string, claims: Claims = {}, init?: RequestInit) => withToken(path, { ...agent, ...claims }, init);
const changeAs = (claims: Claims, changes: readonly object[], more: object = {}) =>
  asBob('/v1/customers/ana/changes', claims, {
    method: 'POST',
    body: JSON.stringify({ channel: 'agent', changes, ...more }),
    headers: { 'idempotency-key': `k${clock.now()}` },
  });
const addLamp = { type: 'add', collection: 'cart', item: { sku: 'LAMP' } };
const audit = async () => (await withToken('/v1/customers/ana/audit')).json?.entries as readonly Claims[];

describe('the audit of a customer', () => {
  it('says who read and wrote, when, where and how often, to the customer and to the shop', async () => {
    await withKey(world, '/v1/customers/ana/cart');
    clock.jump(1_000);
    await withKey(world, '/v1/customers/ana/cart');
    await withKey(world, '/v1/customers/ana/cart', { headers: { 'relevo-actor': 'eve', 'relevo-channel': 'pos' } });
    clock.jump(1_000);
    await withKey(world, '/v1/customers/ana/changes', {
      body: { channel: 'pos', changes: [addLamp] },
      headers: { 'idempotency-key': 'a' },
    });
    const at = clock.now();
    const who = { by: 'key', key: 'till-3' };
    const entries = [
      { ...who, at, actor: 'till-3', channel: 'pos', act: 'write', collections: ['cart'], times: 1 },
      { ...who, at: at - 1_000, actor: 'eve', channel: 'pos', act: 'read', collections: ['cart'], times: 1 },
      { ...who, at: at - 2_000, actor: 'till-3', channel: 'server', act: 'read', collections: ['cart'], times: 2 },
    ];
    expect(await audit()).toEqual(entries);
    expect((await withKey(world, '/v1/customers/ana/audit')).json?.entries).toEqual(entries);
    expect(await audit()).toMatchObject([{ act: 'read', collections: ['audit'] }, {}, {}, {}]);
  });

  it('begins a new row after 10 minutes', async () => {
    for (const ms of [599_999, 1, 600_000]) {
      await withKey(world, '/v1/customers/ana/cart');
      clock.jump(ms);
    }
    expect((await audit()).map(({ times }) => times)).toEqual([1, 2]);
  });

  it('is for nobody else: other customers, other sites, agents', async () => {
    await withKey(world, '/v1/customers/ana/cart');
    expect(answer(await withToken('/v1/customers/ana/audit', { sub: 'ben' }))).toEqual([404, 'request/not-found']);
    expect((await withKey(world, '/v1/customers/ana/audit', { key: keyB })).json).toEqual({ entries: [] });
    expect(answer(await asBob('/v1/customers/ana/audit', { collections: ['cart', 'audit'] }))).toEqual([
      403,
      'auth/scope',
    ]);
  });

  it('has no row of an answer that was refused by a store that cannot write, and there is no such answer', async () => {
    await world.sync.close();
    expect(answer(await withKey(world, '/v1/customers/ana/cart'))).toEqual([503, 'server/busy']);
  });
});

describe('a customer’s own token', () => {
  it('opens the audit and nothing else here: a page has the SDK', async () => {
    expect(answer(await withToken('/v1/customers/ana/cart'))).toEqual([403, 'auth/scope']);
    const body = JSON.stringify({ channel: 'web', changes: [addLamp] });
    const init = { method: 'POST', body, headers: { 'idempotency-key': 'a' } };
    expect(answer(await withToken('/v1/customers/ana/changes', {}, init))).toEqual([403, 'auth/scope']);
  });
});

describe('an agent', () => {
  it('reads and writes the listed collections of one customer, who sees it', async () => {
    const reply = await asBob('/v1/customers/ana/cart');
    expect(reply.json?.entries).toMatchObject([{ sku: 'SOFA', quantity: 1 }]);
    expect((await changeAs({}, [addLamp], { actor: 'somebody-else' })).status).toBe(200);
    const [, lamp] = ((await asBob('/v1/customers/ana/cart')).json?.entries ?? []) as readonly Claims[];
    expect(lamp).toMatchObject({ sku: 'LAMP', actor: 'bob', channel: 'agent' });
    expect(await audit()).toMatchObject([
      { actor: 'bob', channel: 'agent', act: 'write', collections: ['cart'] },
      { actor: 'bob', channel: 'agent', act: 'read', collections: ['cart'], times: 2 },
    ]);
  });

  it('is refused what is not listed, also as part of a request, and the customer sees that', async () => {
    const preference = { type: 'put', collection: 'preferences', key: 'a', value: 1 };
    for (const refused of [
      await asBob('/v1/customers/ana/preferences'),
      await asBob('/v1/customers/ana/consent', { collections: ['consent'] }),
      await changeAs({}, [addLamp, preference]),
    ]) {
      expect(answer(refused)).toEqual([403, 'auth/scope']);
      expect(refused.text).not.toContain('canary');
    }
    expect((await asBob('/v1/customers/ana/cart')).json?.entries).toHaveLength(1);
    expect((await audit()).filter(({ act }) => act === 'refused')).toMatchObject([
      { collections: ['cart', 'consent', 'preferences'], times: 3 },
    ]);
  });

  it('of another customer finds nobody, whether there is one or not, and the customer of the token sees it', async () => {
    for (const other of ['ben', 'nobody'])
      expect(answer(await asBob(`/v1/customers/${other}/cart`))).toEqual([404, 'request/not-found']);
    expect(await audit()).toMatchObject([{ actor: 'bob', act: 'refused', times: 2 }]);
  });

  it('does not write what the server alone writes', async () => {
    const points = { kind: 'auth' as const };
    const pk_a = { ...channelSites['pk_a'], collections: { points } };
    const other = await startChannels({ sites: { pk_a }, clock });
    const token = await sign({ iat: nowS(), exp: nowS() + 600, ...agent, collections: ['points'] });
    const body = JSON.stringify({
      channel: 'agent',
      changes: [{ type: 'put', collection: 'points', key: 'a', value: 9 }],
    });
    const headers = { authorization: `Bearer ${token}`, 'relevo-site': 'pk_a', 'idempotency-key': 'a' };
    const reply = await other.ask('/v1/customers/ana/changes', { method: 'POST', body, headers });
    expect(reply.json?.results).toEqual([{ key: 'a', status: 'rejected', code: 'change/read-only' }]);
    await other.stop();
  });

  it.each<[string, Claims]>([
    ['lasts 30 minutes and a second', { exp: 1_801 }],
    ['was made in the future', { iat: 3_000, exp: 4_000 }],
    ['does not say when it was made', { iat: undefined }],
    ['names nobody who acts', { act: {} }],
    ['names them by no name', { act: { sub: 'a b' } }],
    ['lists no collections', { collections: undefined }],
    ['lists none', { collections: [] }],
    ['lists 17', { collections: Array.from({ length: 17 }, (_, n) => `c${n}`) }],
  ])('whose token %s is refused', async (_, claims) => {
    const from = (seconds: unknown) => (typeof seconds === 'number' ? nowS() + seconds : seconds);
    const times = Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [name, name === 'iat' || name === 'exp' ? from(value) : value]),
    );
    expect(answer(await asBob('/v1/customers/ana/cart', times))).toEqual([401, 'auth/agent']);
  });

  it('whose token lasts 30 minutes to the second is let in, whoever acted before', async () => {
    const act = { sub: 'bob', act: { sub: 'eve' } };
    expect((await asBob('/v1/customers/ana/cart', { exp: nowS() + 1_800, act })).status).toBe(200);
    expect(await audit()).toMatchObject([{ actor: 'bob' }]);
  });

  it('whose token has ended is refused', async () => {
    expect(answer(await asBob('/v1/customers/ana/cart', { iat: nowS() - 900, exp: nowS() - 60 }))).toEqual([
      401,
      'auth/expired',
    ]);
  });

  it('syncs as no device', async () => {
    const token = await sign({ ...agent });
    expect(answer(await world.post(request({ auth: { token } })))).toEqual([401, 'auth/claim']);
  });

  it('may be asked for from a page of the site, and from no other', async () => {
    const reply = await asBob('/v1/customers/ana/cart', {}, { headers: { origin: 'https://shop.example' } });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
    const evil = { headers: { origin: 'https://evil.example' } };
    expect(answer(await asBob('/v1/customers/ana/cart', {}, evil))).toEqual([403, 'site/origin']);
    const preflight = await fetch(`${world.url}/v1/customers/ana/changes`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  });
});
