import { describe, expect, it } from 'vitest';
import { exchange, refusalStatus } from '../../src/client/exchange.ts';
import type { HttpReply, Transport } from '../../src/client/ports.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';

const reply = { from: 0, cur: 'a.0.0.1.m', head: 1, more: false, acks: [], ent: [], space: 's', now: 1 };
const asked: unknown[] = [];
const answering = (answer: Partial<HttpReply> | Error): Transport => ({
  post: async (...args) => {
    asked.push(args);
    if (answer instanceof Error) throw answer;
    return { status: 200, retryAfterMs: null, body: JSON.stringify(reply), ...answer };
  },
  beacon: () => {},
  connect: () => ({ send: () => {}, close: () => {} }),
});
const failed = (answer: Partial<HttpReply> | Error): Promise<RelevoError> =>
  exchange(answering(answer), {}).then(
    () => new RelevoError('options/invalid', { detail: 'it was taken' }),
    (error: RelevoError) => error,
  );
const refused = (status: number, body: object, more: Partial<HttpReply> = {}) =>
  failed({ status, body: JSON.stringify(body), ...more });
const shape = { code: 'auth/expired', message: 'The token has expired.', retryable: true };

describe('one exchange', () => {
  it('posts the request as JSON and waits 15 s at most', async () => {
    expect(await exchange(answering({}), { v: 1 })).toEqual(reply);
    expect(asked.at(-1)).toEqual(['/v1/sync', '{"v":1}', { timeoutMs: 15_000 }]);
  });
  it.each(['from', 'cur', 'head', 'acks', 'ent', 'space'])(
    'takes no reply whose %s is missing or wrong',
    async (field) => {
      for (const wrong of [undefined, null, true]) {
        const body = JSON.stringify({ ...reply, [field]: wrong });
        expect(await failed({ body })).toMatchObject({ code: 'network/offline', retryable: true });
      }
    },
  );
  it.each<[string, Partial<HttpReply> | Error]>([
    ['nothing came', new Error('socket')],
    ['no JSON', { body: '<html>' }],
    ['null', { body: 'null' }],
    ['a text', { body: '"ok"' }],
    ['a good body with another status', { status: 201 }],
  ])('is a network failure when it brings %s', async (_, answer) => {
    const error = await failed(answer);
    expect([error.code, error.retryable, refusalStatus(error)]).toEqual(['network/offline', true, 0]);
  });
  it('keeps the cause of a failure', async () => {
    const cause = new Error('socket');
    expect((await failed(cause)).cause).toBe(cause);
  });
});

describe('a refusal', () => {
  it("is the server's, with its code, words and status", async () => {
    const error = await refused(401, shape);
    expect([error.code, error.message, error.retryable, refusalStatus(error)]).toEqual([
      'auth/expired',
      'auth/expired: The token has expired.',
      true,
      401,
    ]);
  });
  it.each(['request', 'site', 'auth', 'sync', 'change', 'server', 'merge'])('may be of the area %s', async (area) => {
    expect(refusalStatus(await refused(400, { ...shape, code: `${area}/later` }))).toBe(400);
  });
  it.each<[string, number, object]>([
    ['a code of no area', 403, { ...shape, code: 'firewall/blocked' }],
    ['an area within another', 403, { ...shape, code: 'x-auth/expired' }],
    ['a code without its slash', 403, { ...shape, code: 'auth' }],
    ['a code that is no text', 403, { ...shape, code: 7 }],
    ['a list of codes', 403, { ...shape, code: ['auth/expired'] }],
    ['no word on whether to try again', 403, { ...shape, retryable: 'yes' }],
    ['a status that is no refusal', 302, shape],
    ['the status 399', 399, shape],
  ])('is a network failure with %s', async (_, status, body) => {
    const error = await refused(status, body);
    expect([error.code, error.retryable, refusalStatus(error)]).toEqual(['network/offline', true, 0]);
  });
  it('says what the customer of a claimed guest has', async () => {
    expect((await refused(410, { ...shape, known: ['guest', 5] })).known).toEqual(['guest', 5]);
    expect((await refused(410, { ...shape, known: 'all' })).known).toBeUndefined();
  });
  it('says when to try again, five minutes at most, also when only that is known', async () => {
    expect((await refused(429, shape, { retryAfterMs: 700 })).retryAfterMs).toBe(700);
    expect((await refused(429, shape, { retryAfterMs: 0 })).retryAfterMs).toBe(0);
    expect((await refused(429, shape, { retryAfterMs: 900_000 })).retryAfterMs).toBe(300_000);
    expect((await refused(429, shape, { retryAfterMs: -1 })).retryAfterMs).toBeUndefined();
    expect((await refused(429, shape)).retryAfterMs).toBeUndefined();
    expect((await failed({ status: 503, body: '<html>', retryAfterMs: 700 })).retryAfterMs).toBe(700);
    expect((await refused(503, {}, { retryAfterMs: 700 })).retryAfterMs).toBe(700);
  });
});
