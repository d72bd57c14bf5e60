import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/server/config.ts';
import { channelSites, hookA, signed, startChannels, withKey } from './channel-world.ts';
import { createClock, put } from './core-world.ts';
import { type Claims, type HttpWorld, request, sign } from './http-world.ts';

let world: HttpWorld;
let clock: ReturnType<typeof createClock>;
beforeEach(async () => {
  clock = createClock(Math.floor(Date.now() / 1_000) * 1_000);
  world = await startChannels({ clock, rates: null });
  await world.post(request({ auth: { token: await sign() }, ops: [put(1, 'a', 1)] }));
});
afterEach(() => world.stop());

type Row = {
  readonly by: string;
  readonly key?: string;
  readonly actor: string;
  readonly channel: string;
  readonly act: string;
  readonly collections: readonly string[];
  readonly times: number;
};
const nowS = () => Math.floor(clock.now() / 1_000);
const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];

const asAgent = async (path: string, claims: Claims = {}, init: RequestInit = {}) => {
  const about = { iat: nowS(), exp: nowS() + 600, act: { sub: 'bob' }, collections: ['cart'] };
  const token = await sign({ ...about, ...claims });
  const headers = { authorization: `Bearer ${token}`, 'relevo-site': 'pk_a', ...init.headers };
  return world.ask(path, { ...init, headers });
};
const changeAs = (claims: Claims, changes: readonly object[], channel = 'agent') =>
  asAgent('/v1/customers/ana/changes', claims, {
    method: 'POST',
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ channel, changes }),
  });
const page = async (query = '') => {
  const token = await sign({ iat: nowS(), exp: nowS() + 600 });
  const headers = { authorization: `Bearer ${token}`, 'relevo-site': 'pk_a' };
  return world.ask(`/v1/customers/ana/audit${query}`, { headers });
};
const rows = async () => (await page()).json?.entries as readonly Row[];
const addLamp = { type: 'add', collection: 'cart', item: { sku: 'LAMP' } };

describe('what an agent did stays in the audit', () => {
  const till = () => withKey(world, '/v1/customers/ana/cart', { headers: { 'relevo-channel': 'pos' } });

  it('whatever channel it says it is in: its channel is `agent`, in the lines too', async () => {
    await till();
    await asAgent('/v1/customers/ana/preferences');
    for (let n = 0; n < 40; n++)
      await asAgent('/v1/customers/ana/cart', {}, { headers: { 'relevo-channel': `c${n}` } });
    await changeAs({}, [addLamp], 'pos');
    expect(await rows()).toMatchObject([
      { act: 'write', actor: 'bob', channel: 'agent', times: 1 },
      { act: 'read', actor: 'bob', channel: 'agent', times: 40 },
      { act: 'refused', actor: 'bob', collections: ['preferences'], times: 1 },
      { act: 'read', actor: 'till-3', channel: 'pos', times: 1 },
    ]);
    expect((await withKey(world, '/v1/customers/ana/cart')).json?.entries).toMatchObject([{ channel: 'agent' }]);
  });

  it('however many names it asks for: those that the site or its token does not have are one', async () => {
    await till();
    for (let n = 0; n < 20; n++) await asAgent(`/v1/customers/ana/c${n}`);
    const names = Array.from({ length: 100 }, (_, n) => ({
      type: 'put',
      collection: `${n}`.padEnd(128, 'x'),
      key: 'k',
      value: 1,
    }));
    await changeAs({}, names);
    expect((await rows())[0]).toMatchObject({ act: 'refused', collections: ['*'], times: 21 });
  });

  it('however it picks among the collections that it may use', async () => {
    const collections = Array.from({ length: 5 }, (_, n) => `own-${n}`);
    for (let n = 1; n < 32; n++) {
      const some = collections.filter((_, bit) => n & (1 << bit));
      await changeAs(
        { collections },
        some.map((collection) => ({ type: 'put', collection, key: 'k', value: n })),
      );
    }
    expect(await rows()).toMatchObject([{ act: 'write', collections, times: 31 }]);
  });

  it('beside what others did: each has 500 rows of what was done and 500 of what was refused', async () => {
    await till();
    await asAgent('/v1/customers/ana/preferences');
    clock.jump(600_000);
    for (let n = 0; n < 502; n++) {
      await asAgent('/v1/customers/ana/cart');
      clock.jump(600_000);
    }
    const all: Row[] = [];
    for (let query = ''; ; ) {
      const { json } = await page(query);
      all.push(...((json?.entries ?? []) as Row[]));
      if (json?.next === undefined) break;
      query = `?before=${encodeURIComponent(String(json.next))}`;
    }
    const of = (act: string, actor: string) => all.filter((row) => row.act === act && row.actor === actor).length;
    expect([of('read', 'bob'), of('refused', 'bob'), of('read', 'till-3')]).toEqual([500, 1, 1]);
  }, 120_000);

  it('when its token has ended, or was for a customer of whom nothing was known', async () => {
    expect(answer(await asAgent('/v1/customers/ana/cart', { iat: nowS() - 900, exp: nowS() - 60 }))).toEqual([
      401,
      'auth/expired',
    ]);
    expect(await rows()).toMatchObject([{ act: 'refused', actor: 'bob', collections: ['cart'] }]);
    const reply = await asAgent('/v1/customers/new/cart', { sub: 'new' });
    expect(reply.json).toMatchObject({ version: 0, entries: [] });
    const { json } = await withKey(world, '/v1/customers/new/audit');
    expect(json?.entries).toMatchObject([{ act: 'read', actor: 'bob' }]);
  });

  it('but not when its token was signed by nobody that the site knows', async () => {
    const forged = await sign({ act: { sub: 'eve' }, collections: ['cart'] }, { secret: 'x'.repeat(40) });
    const headers = { authorization: `Bearer ${forged}`, 'relevo-site': 'pk_a' };
    expect(answer(await world.ask('/v1/customers/ana/cart', { headers }))).toEqual([401, 'auth/signature']);
    expect(await rows()).toEqual([]);
  });
});

describe('who it was', () => {
  it('says by what they were let in, whatever they call themselves', async () => {
    await withKey(world, '/v1/customers/ana/cart', { headers: { 'relevo-actor': 'bob' } });
    clock.jump(1);
    await asAgent('/v1/customers/ana/cart', { act: { sub: 'till-3' } });
    clock.jump(1);
    const order = { orderId: 'N-1', customerId: 'ana', lines: [{ sku: 'SOFA', quantity: 1 }] };
    await withKey(world, '/v1/orders/complete', { body: order });
    clock.jump(1);
    const text = JSON.stringify({ ...order, orderId: 'N-2', site: 'pk_a' });
    await world.post(text, signed(text, { secret: hookA, atMs: clock.now() }), '/v1/orders/complete');
    expect((await rows()).map(({ by, key, actor, act }) => [by, key, actor, act])).toEqual([
      ['webhook', undefined, 'webhook', 'order'],
      ['key', 'till-3', 'till-3', 'order'],
      ['agent', undefined, 'till-3', 'read'],
      ['key', 'till-3', 'bob', 'read'],
    ]);
  });

  it.each(['customer', 'webhook'])('is never "%s" by their own word', async (name) => {
    const headers = { 'relevo-actor': name };
    expect(answer(await withKey(world, '/v1/customers/ana/cart', { headers }))).toEqual([400, 'request/malformed']);
    expect(answer(await asAgent('/v1/customers/ana/cart', { act: { sub: name } }))).toEqual([401, 'auth/agent']);
    const body = { channel: 'pos', actor: name, changes: [addLamp] };
    const written = await withKey(world, '/v1/customers/ana/changes', { body, headers: { 'idempotency-key': 'a' } });
    expect(answer(written)).toEqual([400, 'request/malformed']);
    const site = { ...channelSites['pk_a'], serverKeys: [{ name, key: { env: 'KEY' } }] };
    expect(() => parseConfig({ sites: { pk_a: site } })).toThrow(/serverKeys/);
  });
});

describe('the answer', () => {
  it('has 100 rows, and where the next ones begin', async () => {
    for (let n = 0; n < 101; n++) {
      await withKey(world, '/v1/customers/ana/cart');
      clock.jump(600_000);
    }
    const first = (await page()).json as { entries: Row[]; next: string };
    expect([first.entries.length, typeof first.next]).toEqual([100, 'string']);
    const second = (await page(`?before=${encodeURIComponent(first.next)}`)).json as { entries: Row[]; next?: string };
    expect([second.entries.length, second.next]).toEqual([1, undefined]);
    for (const bad of ['x', '1', '-1.a', `${'9'.repeat(20)}.a`])
      expect(answer(await page(`?before=${bad}`))).toEqual([400, 'request/malformed']);
  }, 60_000);

  it('stays small whatever a key writes: 16 names of a row, and that there were others', async () => {
    const changes = Array.from({ length: 100 }, (_, n) => ({
      type: 'put',
      collection: `c${String(n).padStart(3, '0')}`.padEnd(128, 'x'),
      key: 'k',
      value: 1,
    }));
    const headers = { 'idempotency-key': 'a' };
    await withKey(world, '/v1/customers/ana/changes', { body: { channel: 'pos', changes }, headers });
    const [row] = await rows();
    expect([row?.collections.length, row?.collections.at(-1)]).toEqual([17, '*']);
  });
});
