import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { lineKey } from '../../src/core/line.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { channelSites, keyA, keyB, startChannels, withKey } from './channel-world.ts';
import { lineOf, op, put } from './core-world.ts';
import { type HttpWorld, request, sign } from './http-world.ts';

let world: HttpWorld;
beforeEach(async () => {
  const pk_a = {
    ...channelSites['pk_a'],
    collections: { quiz: { purpose: 'research' }, points: { kind: 'auth' as const }, likes: { kind: 'flag' as const } },
  };
  world = await startChannels({ sites: { ...channelSites, pk_a } });
});
afterEach(() => world.stop());

const sofa = lineKey(systemIds.sha256, { sku: 'SOFA', properties: { colour: 'oak' } });
const ana = async (ops: readonly object[] = [], r = 'replica_ana') =>
  (await world.post(request({ auth: { token: await sign() }, r, ops }))).json as unknown as SyncReply;
const read = (collection: string, how: Parameters<typeof withKey>[2] = {}) =>
  withKey(world, `/v1/customers/ana/${collection}`, how);
let asked = 0;
const write = (
  changes: readonly object[],
  { key = `k-${++asked}`, ...body }: { key?: string; [member: string]: unknown } = {},
) =>
  withKey(world, '/v1/customers/ana/changes', {
    body: { channel: 'pos', changes, ...body },
    headers: { 'idempotency-key': key },
  });
const item = (more: object = {}) => ({ sku: 'SOFA', properties: { colour: 'oak' }, ...more });
const addSofa = (quantity = 1) => ({ type: 'add', collection: 'cart', item: item({ quantity, title: 'Sofa' }) });
const sofas = async () => quantityOf(lineOf(await ana([], 'replica_reader'), sofa).q);
const answer = ({ status, code }: { status: number; code?: unknown }) => [status, code];

describe('what a server key reads', () => {
  it('is the cart, the oldest line first, with who changed it last and where', async () => {
    await ana([op(1, { k: 'lamp', t: 'add', n: 2, f: { sku: 'LAMP' } })]);
    await write([addSofa(3)]);
    await ana([
      op(2, { k: 'gone', t: 'add', n: 1, f: { sku: 'GONE' } }),
      op(3, { k: 'gone', t: 'set', v: 0, seen: { replica_ana: 1 }, g: 0 }),
    ]);
    const reply = await read('cart');
    expect(reply.json).toMatchObject({ customer: 'ana', collection: 'cart', version: 3 });
    expect(reply.json?.entries).toEqual([
      { key: 'lamp', sku: 'LAMP', quantity: 2, properties: {}, channel: 'web', updatedAt: expect.any(Number) },
      {
        key: sofa,
        ...item({ quantity: 3, title: 'Sofa' }),
        channel: 'pos',
        actor: 'till-3',
        updatedAt: expect.any(Number),
      },
    ]);
  });

  it('is every kind of collection without how it came about', async () => {
    await ana([
      put(1, 'currency', 'EUR'),
      put(2, 'gone', 1),
      put(3, 'gone', null),
      op(4, { c: 'identity', k: 'traits', t: 'patch', f: { displayName: 'Ana', gone: null } }),
      op(5, { c: 'likes', k: 'SOFA', t: 'want', on: true, n: 0 }),
      op(6, { c: 'likes', k: 'LAMP', t: 'want', on: false, n: 0 }),
    ]);
    const updatedAt = expect.any(Number);
    expect((await read('preferences')).json?.entries).toEqual([{ key: 'currency', value: 'EUR', updatedAt }]);
    expect((await read('identity')).json?.entries).toEqual([
      { key: 'traits', fields: { displayName: 'Ana' }, updatedAt },
    ]);
    expect((await read('likes')).json?.entries).toEqual([{ key: 'SOFA' }]);
  });

  it('is nothing of a customer of whom nothing is known, nor of one of another site', async () => {
    await ana([put(1, 'currency', 'EUR')]);
    const none = { customer: 'ana', collection: 'preferences', version: 0, entries: [] };
    expect((await read('preferences', { key: keyB })).json).toEqual(none);
    expect((await withKey(world, '/v1/customers/%F0%9F%9B%8B%2F/cart')).json).toMatchObject({
      customer: '🛋/',
      version: 0,
    });
  });

  it.each(['lists', '__proto__', 'a%20b', `${'x'.repeat(129)}`])('is no collection called %s', async (name) => {
    expect(answer(await read(name))).toEqual([404, 'request/not-found']);
  });

  it('is no name of a customer that no token could have', async () => {
    expect(answer(await withKey(world, `/v1/customers/${'x'.repeat(257)}/cart`))).toEqual([400, 'request/malformed']);
  });
});

describe('what a server key writes', () => {
  it('merges like any change: an add counts on top, a quantity and a removal take what they saw', async () => {
    await ana([op(1, { k: sofa, t: 'add', n: 2, f: item() })]);
    expect((await write([addSofa()])).json?.results).toEqual([{ key: sofa, status: 'ok' }]);
    expect(await sofas()).toBe(3);
    await write([{ type: 'set', collection: 'cart', line: sofa, quantity: 5 }]);
    expect(await sofas()).toBe(5);
    await ana([op(2, { k: sofa, t: 'add', n: 1 })]);
    await write([{ type: 'remove', collection: 'cart', line: item() }]);
    expect(await sofas()).toBe(0);
    await ana([op(3, { k: sofa, t: 'add', n: 1 })]);
    expect(await sofas()).toBe(1);
  });

  it('does what it does in turn, each change on what is there then', async () => {
    const set = (quantity: number) => ({ type: 'set', collection: 'cart', line: sofa, quantity });
    const price = { amountMinor: 129900, currency: 'EUR' };
    const update = { type: 'update', collection: 'cart', line: sofa, details: { title: null, price } };
    const { json } = await write([addSofa(), set(4), addSofa(2), update]);
    expect(json).toEqual({ version: 1, results: Array(4).fill({ key: sofa, status: 'ok' }) });
    const [line] = ((await read('cart')).json?.entries ?? []) as { quantity: number }[];
    expect(line).toMatchObject({ quantity: 6, price, actor: 'till-3' });
    expect(line).not.toHaveProperty('title');
  });

  it('puts, patches and wants in other collections, what the server alone writes too', async () => {
    const { json } = await write([
      { type: 'put', collection: 'preferences', key: 'currency', value: 'USD' },
      { type: 'patch', collection: 'identity', key: 'traits', fields: { displayName: 'Ana' } },
      { type: 'want', collection: 'likes', key: 'SOFA', on: true },
      { type: 'put', collection: 'points', key: 'balance', value: 120 },
      { type: 'put', collection: 'points', key: 'balance', value: 110 },
    ]);
    expect(json?.results).toMatchObject(Array(5).fill({ status: 'ok' }));
    const { ent } = await ana([], 'replica_new');
    expect(ent.map(([c, k, , state]) => [c, k, (state as { v?: unknown }).v])).toEqual([
      ['preferences', 'currency', 'USD'],
      ['identity', 'traits', undefined],
      ['likes', 'SOFA', undefined],
      ['points', 'balance', 110],
    ]);
  });

  it('is refused change by change, and those beside it count', async () => {
    const set = { type: 'set', collection: 'cart', line: 'nothing', quantity: 1 };
    const one = async (change: object) => {
      const { json } = await write([change]);
      const [result] = (json?.results ?? []) as { status: string; code?: string }[];
      return [result?.status, result?.code];
    };
    expect(await one(set)).toEqual(['rejected', 'change/unknown-line']);
    expect(await one({ ...addSofa(), item: item({ quantity: 0.5 }) })).toEqual(['rejected', 'change/bad-quantity']);
    expect(await one({ ...addSofa(), item: item({ quantity: -1 }) })).toEqual(['rejected', 'change/bad-quantity']);
    expect(await one({ ...addSofa(), item: item({ title: 'x'.repeat(5_000) }) })).toEqual([
      'rejected',
      'change/too-large',
    ]);
    expect(await one({ type: 'put', collection: 'preferences', key: 'a b', value: 1 })).toEqual([
      'rejected',
      'change/bad-key',
    ]);
    expect(await one({ type: 'put', collection: 'cart', key: sofa, value: 1 })).toEqual(['rejected', 'change/kind']);
    expect(await one({ type: 'patch', collection: 'cart', key: sofa, fields: { actor: 'x' } })).toEqual([
      'rejected',
      'change/kind',
    ]);
    expect(await one({ type: 'put', collection: 'lists', key: 'a', value: 1 })).toEqual(['rejected', 'change/kind']);
    expect(await one({ type: 'put', collection: 'quiz', key: 'a', value: 1 })).toEqual([
      'rejected',
      'consent/required',
    ]);
    expect(await one({ type: 'patch', collection: 'points', key: 'a', fields: {} })).toEqual([
      'rejected',
      'change/kind',
    ]);
    const { json } = await write([set, addSofa()]);
    expect(json?.results).toMatchObject([{ status: 'rejected' }, { status: 'ok' }]);
  });

  it('keeps the limits of a cart', async () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ type: 'add', collection: 'cart', item: { sku: `S${n}` } }));
    await write(many);
    await write(many.map(({ item: { sku }, ...rest }) => ({ ...rest, item: { sku: `${sku}b` } })));
    const { json } = await write([addSofa()]);
    expect(json?.results).toMatchObject([{ status: 'rejected', code: 'change/too-many' }]);
    expect(answer(await write([...many, addSofa()]))).toEqual([400, 'request/malformed']);
    expect(answer(await write([]))).toEqual([400, 'request/malformed']);
  });

  it.each<[string, object]>([
    ['no channel', { channel: undefined }],
    ['a channel with a space', { channel: 'a b' }],
    ['an actor of 65 characters', { actor: 'x'.repeat(65) }],
    ['a change of no type', { changes: [{ collection: 'cart' }] }],
    ['a put of nothing', { changes: [{ type: 'put', collection: 'preferences', key: 'a' }] }],
    ['an add to another collection', { changes: [{ ...addSofa(), collection: 'preferences' }] }],
  ])('with %s is refused whole', async (_, body) => {
    expect(answer(await write([addSofa()], body as { key?: string }))).toEqual([400, 'request/malformed']);
  });

  it('that nests too deep, or names a member twice, is refused', async () => {
    const headers = { 'idempotency-key': 'x', authorization: `Bearer ${keyA}` };
    const post = (text: string) => world.post(text, headers, '/v1/customers/ana/changes').then(answer);
    const text = JSON.stringify({ channel: 'pos', changes: [addSofa()] });
    expect(await post(text.replace('"quantity":1', '"quantity":1,"quantity":2'))).toEqual([400, 'request/malformed']);
    expect(await post(text.replace('"oak"', `${'['.repeat(50)}${']'.repeat(50)}`))).toEqual([400, 'request/malformed']);
    expect(await post('[')).toEqual([400, 'request/malformed']);
  });
});

describe('who changed a line', () => {
  const actorOf = async () => lineOf(await ana([], 'replica_reader'), sofa).d['actor']?.[0];

  it('is the name of the key, or whom it says; the customer’s own next change takes it away', async () => {
    await write([addSofa()]);
    expect(await actorOf()).toBe('till-3');
    await write([addSofa()], { actor: 'bob' });
    expect(await actorOf()).toBe('bob');
    await ana([op(1, { k: sofa, t: 'add', n: 1 })]);
    expect(await actorOf()).toBeNull();
  });

  it('is nobody by the word of a page', async () => {
    await ana([op(1, { k: sofa, t: 'add', n: 1, f: item({ actor: 'till-3' }) })]);
    expect(await actorOf()).toBeUndefined();
  });
});

describe('a request that comes again', () => {
  it('under its key counts once and has the same answer, also ten at once', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => write([addSofa()], { key: 'same' })));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(await sofas()).toBe(1);
  });

  it('under a key that stood for another request is refused', async () => {
    await write([addSofa()], { key: 'same' });
    expect(answer(await write([addSofa(2)], { key: 'same' }))).toEqual([422, 'request/idempotency']);
    const ben = { body: { channel: 'pos', changes: [addSofa()] }, headers: { 'idempotency-key': 'same' } };
    expect(answer(await withKey(world, '/v1/customers/ben/changes', ben))).toEqual([422, 'request/idempotency']);
    expect((await withKey(world, '/v1/customers/ana/changes', { ...ben, key: keyB })).status).toBe(200);
    expect(await sofas()).toBe(1);
  });

  it.each(['', 'x'.repeat(256), 'a b'])('needs a key of 1 to 255 visible characters, not "%s"', async (key) => {
    expect(answer(await write([addSofa()], { key }))).toEqual([400, 'request/malformed']);
  });
});
