import { afterEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  op,
  put,
  rowOf,
  statuses,
  type WorldOptions,
} from './core-world.ts';

let world: CoreWorld;
const start = (options: WorldOptions = {}) => {
  world = createCoreWorld(options);
};
afterEach(() => world.dispose());

const auth = customer('ana');
const consent = op(1, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' });
const view = (q: number, k: string) => op(q, { c: 'browsing', k, t: 'put', v: { kind: 'product', id: k } });
const nested = (depth: number): unknown => (depth === 0 ? 'x' : { d: nested(depth - 1) });

describe('a request', () => {
  it.each([
    ['at the limit', 0, 200, undefined],
    ['one byte over', 1, 413, 'request/too-large'],
    ['a hundred times over', 99 * wireLimits.maxBodyBytes, 413, 'request/too-large'],
  ])('%s of its bytes is answered', async (_, more, status, code) => {
    start();
    const fields = { auth, ops: [], padding: '' };
    const room = wireLimits.maxBodyBytes - Buffer.byteLength(world.body(fields));
    const reply = await world.core.sync(world.body({ ...fields, padding: 'x'.repeat(room + more) }));
    expect([reply.status, (reply.body as { code?: string }).code]).toEqual([status, code]);
  });

  it('counts bytes, not characters', async () => {
    start();
    const padding = '€'.repeat(Math.ceil(wireLimits.maxBodyBytes / 3));
    expect(await world.refusal({ auth, padding })).toEqual([413, 'request/too-large']);
  });

  it.each([
    [100, 200],
    [101, 413],
    [1_000, 413],
  ])('of %i changes is answered %i', async (n, status) => {
    start();
    const ops = Array.from({ length: n }, (_, at) => op(at + 1, { k: 'n', t: 'nop' }));
    expect((await world.send({ auth, ops })).status).toBe(status);
  });

  it('nested thousands deep is malformed, at once', async () => {
    start();
    const deep = `${'['.repeat(5_001)}${']'.repeat(5_001)}`;
    const text = world.body({ auth, ops: [put(1, 'a', 'HERE')] }).replace('"HERE"', deep);
    const reply = await world.core.sync(text);
    expect([reply.status, (reply.body as { code?: string }).code]).toEqual([400, 'request/malformed']);
  });

  it.each(['', 'null', '[]', '1', '"x"', '{', '{}', '{"v":1}', '{"v":"1"}', '\u0000', '{"v":1,"v":1}'])(
    'that is %j is malformed',
    async (text) => {
      start();
      const reply = await world.core.sync(text);
      expect([reply.status, (reply.body as { code?: string }).code]).toEqual([400, 'request/malformed']);
    },
  );

  it('of another protocol version is told to upgrade', async () => {
    start();
    expect(await world.refusal({ auth, v: 2 })).toEqual([426, 'request/version']);
  });

  it('for a site that does not exist is told so, also for names of prototypes', async () => {
    start();
    for (const site of ['pk_none', '__proto__', 'constructor', 'toString', '']) {
      expect(await world.refusal({ auth, site })).toEqual([404, 'site/unknown']);
    }
  });

  it.each([
    ['no auth', { auth: undefined }],
    ['a guest with the id of a customer', { auth: { guest: 'c_aaaaaaaaaa', secret: 'x'.repeat(20) } }],
    ['a guest with a path in its id', { auth: { guest: '../pk_b/guest', secret: 'x'.repeat(20) } }],
    ['a short secret', { auth: { guest: 'guest_aaaaaa', secret: 'short' } }],
    ['changes that are no list', { auth, ops: {} }],
    ['a prototype name', JSON.parse('{"ops":[{"__proto__":1}]}') as object],
  ])('with %s is malformed', async (_, fields) => {
    start();
    expect(await world.refusal({ ...fields })).toEqual([400, 'request/malformed']);
  });
});

describe('a change', () => {
  it.each([
    ['a text of 4,096', put(1, 'k', 'x'.repeat(limits.maxStringLength)), 'ok'],
    ['a text of 4,097', put(1, 'k', 'x'.repeat(limits.maxStringLength + 1)), 'rejected change/too-large'],
    ['a text of 100 times', put(1, 'k', 'x'.repeat(40 * limits.maxStringLength)), 'rejected change/too-large'],
    ['a value 8 deep', put(1, 'k', nested(8)), 'ok'],
    ['a value 9 deep', put(1, 'k', nested(9)), 'rejected change/too-deep'],
    ['a key of 128', put(1, 'k'.repeat(128), 1), 'ok'],
    ['a key with a space', put(1, 'a b', 1), 'rejected change/bad-key'],
    ['a prototype name as key', put(1, 'constructor', 1), 'rejected change/bad-key'],
    ['half a surrogate pair', put(1, 'k', 'a\uD800b'), 'rejected change/bad-text'],
    ['a number beyond 2^53', put(1, 'k', 2 ** 60), 'rejected change/bad-value'],
    ['quantity 0', add(1, 'k', 0), 'rejected change/bad-quantity'],
    ['quantity -1', add(1, 'k', -1), 'rejected change/bad-quantity'],
    ['quantity 0.5', add(1, 'k', 0.5), 'rejected change/bad-quantity'],
    ['a set to -1', op(1, { k: 'k', t: 'set', v: -1, seen: {}, g: 0 }), 'rejected change/bad-quantity'],
    ['a consent of another word', op(1, { c: 'consent', k: 'p', t: 'put', v: 'maybe' }), 'rejected change/bad-value'],
    [
      'an order outside the cart',
      op(1, { c: 'preferences', k: 'o', t: 'order', orderId: 'o', lines: [], seen: {} }),
      'rejected change/kind',
    ],
  ])('of %s', async (_, change, expected) => {
    start();
    const reply = await world.sync({ auth, ops: [change] });
    expect(statuses(reply.acks)).toEqual([expected]);
  });

  it.each([
    [0, 'ok'],
    [1, 'rejected change/too-large'],
    [10 * limits.maxChangeBytes, 'rejected change/too-large'],
  ])('of 16 KiB and %i bytes', async (more, expected) => {
    start();
    // Texts of 4,000, so that no single one is too long.
    const bytes = limits.maxChangeBytes + more;
    const value: string[] = [];
    const size = () => Buffer.byteLength(JSON.stringify(value));
    while (size() + 4_003 <= bytes) value.push('x'.repeat(4_000));
    value.push('x'.repeat(Math.max(0, bytes - size() - 3)));
    expect(size()).toBe(bytes);
    expect(statuses((await world.sync({ auth, ops: [put(1, 'k', value)] })).acks)).toEqual([expected]);
  });

  it('to a collection that only the server writes is refused', async () => {
    start({ rules: { collections: { loyalty: { kind: 'auth' } } } });
    const reply = await world.sync({ auth, ops: [op(1, { c: 'loyalty', k: 'points', t: 'put', v: 9 })] });
    expect(statuses(reply.acks)).toEqual(['rejected change/read-only']);
  });
});

describe("a site's own wishes", () => {
  const want = (q: number, on: boolean, n: number) => op(q, { c: 'wishes', k: 'sofa', t: 'want', on, n });
  it('are there or not as whoever had seen the other says, without a stamp', async () => {
    start({ rules: { collections: { wishes: { kind: 'flag' } } } });
    const reply = await world.sync({ auth, ops: [want(1, true, 0), want(2, true, 0), want(3, false, 1)] });
    expect(reply.acks.map(([, ...answer]) => answer)).toEqual([['ok'], ['ok'], ['ok']]);
    expect(reply.ent.map(([, key, , state]) => [key, state])).toEqual([['sofa', { n: 2 }]]);
  });
});

describe("a site's own fields", () => {
  it('are those that were written, without the channel that lines know', async () => {
    start({ rules: { collections: { profile: { kind: 'map' } } } });
    const reply = await world.sync({ auth, ops: [op(1, { c: 'profile', k: 'me', t: 'patch', f: { city: 'Oslo' } })] });
    expect(reply.ent.map(([, , , state]) => Object.keys(state as object))).toEqual([['city']]);
  });
});

describe('a space', () => {
  it('holds 200 lines, and a removed one makes room', async () => {
    start();
    const lines = Array.from({ length: 200 }, (_, n) => add(n + 1, `k${n}`, 1));
    await world.sync({ auth, ops: lines.slice(0, 100) });
    await world.sync({ auth, ops: lines.slice(100) });
    const reply = await world.sync({
      auth,
      ops: [
        add(201, 'over', 1),
        add(202, 'k0', 1),
        op(203, { k: 'k0', t: 'set', v: 0, seen: { replica_one: 2 }, g: 0 }),
        add(204, 'over', 1),
        add(205, 'over-again', 1),
      ],
    });
    expect(statuses(reply.acks)).toEqual(['rejected change/too-many', 'ok', 'ok', 'ok', 'rejected change/too-many']);
  });

  it('keeps the newest 500 views', async () => {
    start({ rules: { limits: { ...defaultSpaceLimits, maxViews: 5 } } });
    const views = Array.from({ length: 8 }, (_, n) => view(n + 2, `v${n}`)).map((change, n) => ({
      ...change,
      a: 100 - n,
    }));
    const before = await world.sync({ auth, ops: [consent, ...views.slice(0, 5)] });
    const after = await world.sync({ auth, cur: before.cur, ops: views.slice(5) });
    const fresh = await world.sync({ auth });
    const shown = fresh.ent.filter(([c]) => c === 'browsing').map(([, key]) => key);
    expect(shown.sort()).toEqual(['v3', 'v4', 'v5', 'v6', 'v7']);
    expect(after.ent.filter(([, , , state]) => state === null).map(([, key]) => key)).toEqual(['v0', 'v1', 'v2']);
  });

  it('evicts the oldest view, also when that is one of the same batch', async () => {
    start({ rules: { limits: { ...defaultSpaceLimits, maxViews: 2 } } });
    await world.sync({ auth, ops: [consent, view(2, 'a'), view(3, 'b')] });
    await world.sync({ auth, ops: [{ ...view(4, 'old'), a: 9_000 }, view(5, 'c')] });
    const shown = (await world.sync({ auth })).ent.filter(([c]) => c === 'browsing').map(([, key]) => key);
    expect(shown.sort()).toEqual(['b', 'c']);
  });

  it('holds so many bytes, and what makes it smaller is always taken', async () => {
    start({ rules: { limits: { ...defaultSpaceLimits, maxSpaceBytes: 10_000 } } });
    const text = 'x'.repeat(4_000);
    const reply = await world.sync({
      auth,
      ops: [
        put(1, 'a', text),
        put(2, 'b', text),
        put(3, 'c', text),
        put(4, 'a', null),
        put(5, 'c', text),
        put(6, 'd', text),
      ],
    });
    expect(statuses(reply.acks)).toEqual([
      'ok',
      'ok',
      'rejected change/space-full',
      'ok',
      'ok',
      'rejected change/space-full',
    ]);
  });

  it('is full at the very byte, and counts of an entry that was there only what it grows by', async () => {
    const answers = async (maxSpaceBytes: number) => {
      start({ rules: { limits: { ...defaultSpaceLimits, maxSpaceBytes } } });
      const reply = await world.sync({ auth, ops: [put(1, 'a', 'x'.repeat(400)), put(2, 'a', 'x'.repeat(401))] });
      return { bytes: (await world.store.read((tx) => tx.space(`pk_a/${reply.space}`)))?.bytes ?? 0, reply };
    };
    const { bytes } = await answers(10_000);
    await world.dispose();
    expect(statuses((await answers(bytes)).reply.acks)).toEqual(['ok', 'ok']);
    await world.dispose();
    expect(statuses((await answers(bytes - 1)).reply.acks)).toEqual(['ok', 'rejected change/space-full']);
    await world.dispose();
    expect(statuses((await answers(bytes - 2)).reply.acks)).toEqual([
      'rejected change/space-full',
      'rejected change/space-full',
    ]);
  });

  it('that holds more than its site allows by now still takes what does not make it larger', async () => {
    start();
    await world.sync({ auth, ops: [put(1, 'a', 'x'.repeat(400))] });
    const limits = { ...defaultSpaceLimits, maxSpaceBytes: 100, maxEntryBytes: 100 };
    const strict = createCoreWorld({ store: world.store, rules: { limits } });
    const reply = await strict.sync({
      auth,
      ops: [put(2, 'a', 'y'.repeat(400)), put(3, 'a', 'x'.repeat(399)), put(4, 'a', 'x'.repeat(400))],
    });
    expect(statuses(reply.acks)).toEqual(['ok', 'ok', 'rejected change/too-large']);
    await strict.dispose();
  });

  it('lets a line be removed although it is full', async () => {
    start({ rules: { limits: { ...defaultSpaceLimits, maxSpaceBytes: 300 } } });
    const reply = await world.sync({
      auth,
      ops: [add(1, 'sofa', 1), add(2, 'lamp', 1), op(3, { k: 'sofa', t: 'set', v: 0, seen: { replica_one: 1 }, g: 0 })],
    });
    expect(statuses(reply.acks)).toEqual(['ok', 'rejected change/space-full', 'ok']);
  });

  it('appears with the first change and not with a look', async () => {
    start();
    const { space } = await world.sync({ auth });
    expect(await world.store.read((tx) => tx.space(`pk_a/${space}`))).toBeUndefined();
    await world.sync({ auth, ops: [put(1, 'a', 1)] });
    expect(await world.store.read((tx) => tx.space(`pk_a/${space}`))).toMatchObject({ version: 1, kind: 'customer' });
  });
});

describe('an entry', () => {
  it('holds 64 KiB and no byte more, however small the changes are that make it grow', async () => {
    start();
    const patch = (q: number, f: object) => op(q, { c: 'identity', k: 'traits', t: 'patch', f });
    const part = 'x'.repeat(3_150);
    const full = (from: number) => Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`trait_${from + n}`, part]));
    const four = await world.sync({ auth, ops: [1, 2, 3, 4].map((q) => patch(q, full(q * 5))) });
    expect(statuses(four.acks)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const bytes = (reply: typeof four) => Buffer.byteLength(JSON.stringify(reply.ent[0]?.[3]));
    const room = defaultSpaceLimits.maxEntryBytes - bytes(four);
    // What a text brings along: its name, its stamp and the punctuation.
    const probe = await world.sync({ auth, ops: [patch(5, { z: '' })] });
    const around = bytes(probe) - bytes(four);
    const last = await world.sync({
      auth,
      ops: [patch(6, { z: 'x'.repeat(room - around + 1) }), patch(7, { z: 'x'.repeat(room - around) })],
    });
    expect(statuses(last.acks)).toEqual(['rejected change/too-large', 'ok']);
    expect(bytes(last)).toBe(defaultSpaceLimits.maxEntryBytes);
  });
});

describe('a collection kept for later kinds', () => {
  it.each(['lists', 'audit'])('is not written: %s', async (c) => {
    start();
    const reply = await world.sync({ auth, ops: [op(1, { c, k: 'a', t: 'put', v: 1 })] });
    expect([statuses(reply.acks), reply.ent]).toEqual([['rejected change/kind'], []]);
  });
});

describe('consent', () => {
  it('to what is necessary can be neither denied nor granted: it is always on', async () => {
    start({ rules: { collections: { quiz: { purpose: 'necessary' } } } });
    const necessary = (q: number, v: string) => op(q, { c: 'consent', k: 'necessary', t: 'put', v });
    const reply = await world.sync({
      auth,
      ops: [op(1, { c: 'quiz', k: 'q', t: 'put', v: 1 }), necessary(2, 'denied'), necessary(3, 'granted')],
    });
    const refused = 'rejected change/bad-key';
    expect(statuses(reply.acks)).toEqual(['ok', refused, refused]);
    expect(reply.ent.map(([c]) => c)).toEqual(['quiz']);
  });

  it('is another thing than a preference of the same name', async () => {
    start();
    expect(statuses((await world.sync({ auth, ops: [put(1, 'necessary', 'denied')] })).acks)).toEqual(['ok']);
  });

  it('is asked at arrival, and its withdrawal deletes what rested on it', async () => {
    start({ rules: { collections: { quiz: { purpose: 'personalization' }, notes: {} } } });
    const quiz = (q: number) => op(q, { c: 'quiz', k: 'q', t: 'put', v: 1 });
    const reply = await world.sync({
      auth,
      ops: [
        quiz(1),
        op(2, { c: 'notes', k: 'n', t: 'put', v: 1 }),
        op(3, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' }),
        quiz(4),
        view(5, 'v'),
        op(6, { c: 'consent', k: 'personalization', t: 'put', v: 'denied' }),
        view(7, 'v'),
        op(8, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' }),
      ],
    });
    const required = 'rejected consent/required';
    expect(statuses(reply.acks)).toEqual([required, 'ok', 'ok', 'ok', 'ok', 'ok', required, 'ok']);
    expect(reply.ent.map(([c]) => c).sort()).toEqual(['consent', 'notes']);
  });

  it('that was withdrawn stays so when an older grant arrives late', async () => {
    start();
    await world.sync({ auth, ops: [op(1, { c: 'consent', k: 'personalization', t: 'put', v: 'denied' })] });
    const reply = await world.sync({
      auth,
      r: 'replica_late',
      ops: [op(1, { c: 'consent', k: 'personalization', t: 'put', v: 'granted', a: 60_000 }), view(2, 'v')],
    });
    expect(statuses(reply.acks)).toEqual(['ok', 'rejected consent/required']);
  });
});

describe('a flag', () => {
  const want = (q: number, on: boolean, n: number) => op(q, { c: 'badges', k: 'vip', t: 'want', on, n });
  it('can still be switched after a change that claims to have seen as much as a number holds', async () => {
    start({ rules: { collections: { badges: { kind: 'flag' } } } });
    await world.sync({ auth, ops: [want(1, true, 0), want(2, false, Number.MAX_SAFE_INTEGER)] });
    const lengthOf = async () => {
      const row = rowOf(await world.sync({ auth, r: 'replica_reader' }), 'badges', 'vip');
      return (row?.[3] as { n: number } | undefined)?.n ?? 0;
    };
    for (let q = 3; q < 7; q++) {
      const seen = await lengthOf();
      const reply = await world.sync({ auth, ops: [want(q, q % 2 === 1, seen)] });
      expect([statuses(reply.acks), (await lengthOf()) % 2]).toEqual([['ok'], q % 2]);
    }
  });
});

describe('an entry as large as it may be', () => {
  it('is written out about once for each change of it, else a hundred small ones would hold up everybody', async () => {
    start();
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`field_${n}`, 'x'.repeat(60)]));
    const patch = (q: number, f: object) => op(q, { c: 'identity', k: 'traits', t: 'patch', f });
    const grown = await world.sync({ auth, ops: [patch(1, fields), patch(2, { more: 'x'.repeat(4_000) })] });
    const size = JSON.stringify(grown.ent[0]?.[3]).length;
    const written = vi.spyOn(JSON, 'stringify');
    const changes = Array.from({ length: 100 }, (_, n) => patch(3 + n, { field_0: n }));
    expect(statuses((await world.sync({ auth, ops: changes })).acks)).toEqual(Array(100).fill('ok'));
    const whole = written.mock.results.filter(({ value }) => typeof value === 'string' && value.length >= size * 0.9);
    expect(size).toBeGreaterThan(16_384);
    expect(whole.length).toBeLessThan(110);
  });
});
