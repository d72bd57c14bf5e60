import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { channelSites, startChannels, withKey } from './channel-world.ts';
import { put } from './core-world.ts';
import { type HttpWorld, request, sign } from './http-world.ts';

let world: HttpWorld;
beforeEach(async () => {
  const pk_a = {
    ...channelSites['pk_a'],
    collections: {
      quiz: { purpose: 'research' },
      points: { kind: 'auth' as const, purpose: 'research' },
      balance: { kind: 'auth' as const },
      likes: { kind: 'flag' as const },
      meta: { kind: 'map' as const },
    },
  };
  world = await startChannels({ sites: { ...channelSites, pk_a }, rates: null });
});
afterEach(() => world.stop());

type Result = { readonly key: string; readonly status: string; readonly code?: string };
let asked = 0;
const write = async (...changes: readonly object[]) => {
  const headers = { 'idempotency-key': `k-${++asked}` };
  return withKey(world, '/v1/customers/ana/changes', { body: { channel: 'pos', changes }, headers });
};
/** What each change was answered, in a word. */
const outcomes = async (...changes: readonly object[]) => {
  const reply = await write(...changes);
  const results = (reply.json?.results ?? []) as readonly Result[];
  return reply.status === 200 ? results.map(({ status, code }) => code ?? status) : [`${reply.status} ${reply.code}`];
};
const ana = async (ops: readonly object[] = []) =>
  (await world.post(request({ auth: { token: await sign() }, r: 'replica_ana', ops }))).json as unknown as SyncReply;
const grant = (q: number, purpose: string) => ({ ...put(q, purpose, 'granted'), c: 'consent' });
const read = async (collection: string) => (await withKey(world, `/v1/customers/ana/${collection}`)).json?.entries;

describe('a change of another kind than its entry’s', () => {
  const collections = { reg: 'preferences', map: 'meta', flag: 'likes', auth: 'balance' } as const;
  const fits = { reg: 'put', map: 'patch', flag: 'want', auth: 'put' } as const;
  const change = (type: string, collection: string, key: string) => {
    const what = type === 'put' ? { value: 1 } : type === 'patch' ? { fields: { h: 1, n: 2 } } : { on: true };
    return { type, collection, key, ...what };
  };

  it('is refused by itself, whatever is stored, and what stands beside it counts', async () => {
    const stored = [5, 'text', null, { a: 1 }, { a: [] }, [1, 2], true];
    await write(...stored.map((value, n) => ({ type: 'put', collection: 'preferences', key: `v${n}`, value })));
    await write(
      change('patch', 'meta', 'v0'),
      { type: 'want', collection: 'likes', key: 'v0', on: true },
      { type: 'want', collection: 'likes', key: 'v1', on: false },
      ...stored.map((value, n) => ({ type: 'put', collection: 'balance', key: `v${n}`, value })),
    );
    for (const [kind, collection] of Object.entries(collections) as [keyof typeof collections, string][])
      for (const type of ['put', 'patch', 'want'])
        for (const key of [...stored.map((_, n) => `v${n}`), 'new']) {
          const beside = { type: 'add', collection: 'cart', item: { sku: `${kind}-${type}-${key}` } };
          const expected = type === fits[kind] ? 'ok' : 'change/kind';
          const found = await outcomes(beside, change(type, collection, key));
          expect(found, `${type} ${collection}/${key}`).toEqual(['ok', expected]);
        }
    expect(await read('cart')).toHaveLength(4 * 3 * 8);
  });

  it('is refused in what the server alone keeps, whoever writes', async () => {
    for (const collection of ['~receipts', '~checkout', '~other'])
      expect(await outcomes({ type: 'put', collection, key: 'a', value: null })).toEqual(['change/read-only']);
  });
});

describe('what needs consent', () => {
  it('needs it of what the server alone writes too', async () => {
    const points = { type: 'put', collection: 'points', key: 'a', value: 1 };
    expect(await outcomes(points)).toEqual(['consent/required']);
    await ana([grant(1, 'research')]);
    expect(await outcomes(points)).toEqual(['ok']);
  });

  it('is granted by the customer alone; that it was withdrawn may be told by the shop', async () => {
    const say = (value: unknown) => ({ type: 'put', collection: 'consent', key: 'research', value });
    const quiz = { type: 'put', collection: 'quiz', key: 'a', value: 1 };
    expect(await outcomes(say('granted'), say(null), quiz)).toEqual(['auth/scope', 'auth/scope', 'consent/required']);
    await ana([grant(1, 'research')]);
    expect(await outcomes(quiz, say('denied'), quiz)).toEqual(['ok', 'ok', 'consent/required']);
    expect(await read('quiz')).toEqual([]);
  });
});
