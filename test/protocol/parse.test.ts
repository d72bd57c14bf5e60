import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { checkChange } from '../../src/core/check-change.ts';
import { limits } from '../../src/core/limits.ts';
import type { Op } from '../../src/protocol/messages.ts';
import { parseOp, parseSyncBody, parseSyncRequest } from '../../src/protocol/parse.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { holds } from '../core/property.ts';

const op = (change: object = { t: 'add', n: 1 }, head: object = {}) => ({
  q: 1,
  i: 'o_9fGh2kLmQx',
  a: 12.5,
  at: 0,
  c: 'cart',
  k: 'SOFA-3',
  ...change,
  ...head,
});
const request = (more: object = {}) => ({
  v: 1,
  site: 'pk_demo',
  sdk: '0.1.0',
  channel: 'web',
  device: 'd_5n0wYcV3qk',
  auth: { guest: 'g_9fGh2kLmQx', secret: 's3cretOfThisGuest' },
  r: 'k3F9aZ1bQ7xW',
  cur: null,
  low: 0,
  ops: [op()],
  ...more,
});
const claim = (ops: object[] = []) => ({ guest: 'g_9fGh2kLmQx', secret: 's3cretOfThisGuest', r: 'k3F9aZ1bQ7xW', ops });
const many = (count: number) => Array.from({ length: count }, (_, index) => op(undefined, { q: index + 1 }));
const nested = (depth: number) => Array.from({ length: depth }).reduce((inner) => [inner], 0 as unknown);
const codeOf = (body: unknown) => {
  const parsed = parseSyncBody(JSON.stringify(body));
  return parsed.ok ? 'ok' : parsed.code;
};

describe('a request', () => {
  it('is taken with all its fields, those of later versions included', () => {
    const body = request({ live: true, hint: 'later', claim: claim([op()]), ops: [] });
    expect(parseSyncBody(JSON.stringify(body))).toEqual({ ok: true, request: body });
  });
  it('without a cursor begins at the beginning, as a beacon does', () => {
    const { cur: _, ...beacon } = request();
    expect(parseSyncRequest(beacon)).toMatchObject({ ok: true, request: { cur: null } });
  });
  it('may have no changes', () => {
    expect(codeOf(request({ ops: [] }))).toBe('ok');
  });
  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'relevo'],
    ['a number', 1],
    ['an empty object', {}],
    ['no version', request({ v: undefined })],
    ['a version that is text', request({ v: '1' })],
    ['a replica id of seven letters', request({ r: 'short00' })],
    ['a replica id with a space', request({ r: 'k3F9aZ1b Q7xW' })],
    ['a negative low', request({ low: -1 })],
    ['a cursor that is a number', request({ cur: 812 })],
    ['a channel with a line break', request({ channel: 'web\n' })],
    ['auth without a secret', request({ auth: { guest: 'g_9fGh2kLmQx' } })],
    ['changes that are no list', request({ ops: { 0: op() } })],
    ['a change without a number', request({ ops: [op(undefined, { q: undefined })] })],
    ['a change with number 0', request({ ops: [op(undefined, { q: 0 })] })],
    ['a change of infinite age', request({ ops: [op(undefined, { a: Number.POSITIVE_INFINITY })] })],
    [
      'a change id of half a character',
      request({ ops: [op(undefined, { i: '\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800' })] }),
    ],
    ['a claim without changes', request({ claim: { ...claim(), ops: undefined } })],
  ])('is malformed as %s', (_, body) => {
    expect(codeOf(body)).toBe('request/malformed');
  });
  it.each(['', '{', '{"v":1,}', 'undefined', '<html>', '\ufeff{}', '{"v":01}'])(
    'is malformed as the text %j',
    (text) => {
      expect(parseSyncBody(text)).toMatchObject({
        ok: false,
        code: 'request/malformed',
        detail: 'The body is no JSON.',
      });
    },
  );
  it('names the field that is wrong, and nothing that it held', () => {
    const parsed = parseSyncBody(JSON.stringify(request({ ops: [op(), op(undefined, { q: 'secret' })] })));
    expect(parsed).toMatchObject({ ok: false, detail: expect.stringMatching(/^ops\.1\.q: /) });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
  it('that is no object at all is wrong as a whole', () => {
    expect(parseSyncBody('null')).toMatchObject({ ok: false, detail: expect.stringMatching(/^body: /) });
  });
  it('is told what the server takes instead', () => {
    expect(parseSyncRequest({ v: 2 })).toMatchObject({ detail: 'This server speaks version 1.' });
    expect(parseSyncRequest(request({ ops: many(wireLimits.maxBatchChanges + 1) }))).toMatchObject({
      detail: `A request carries at most ${wireLimits.maxBatchChanges} changes and rows.`,
    });
  });
  it('of another version is told so before anything else is looked at', () => {
    expect([codeOf({ v: 2 }), codeOf({ v: 0, ops: 'x' })]).toEqual(['request/version', 'request/version']);
  });
  it('names no member twice, at any depth', () => {
    const text = JSON.stringify(request());
    for (const twice of [
      text.replace('"v":1', '"v":1,"v":1'),
      text.replace('"n":1', '"n":1,"n":2'),
      text.replace('"n":1', '"n":1,"\\u006e":2'),
    ]) {
      expect(parseSyncBody(twice)).toEqual({
        ok: false,
        code: 'request/malformed',
        detail: 'An object names a member twice.',
      });
    }
  });
  it('may hold texts that look like members', () => {
    const tricky = { a: '"b":', 'c":"d': '\\', e: ['":', '\\":', '\\"', 'x', ':y'], 'f\\': 1 };
    expect(codeOf(request({ ops: [op({ t: 'put', v: tricky })] }))).toBe('ok');
  });
});

describe('depth', () => {
  it('of the deepest allowed value passes wherever a value may be', () => {
    const v = nested(limits.maxDepth);
    const ops = [
      op({ t: 'put', v }, { c: 'preferences' }),
      op({ t: 'patch', f: { a: v } }),
      op({
        t: 'order',
        orderId: '1',
        lines: [{ sku: 'S', quantity: 1, properties: { a: nested(limits.maxDepth - 1) } }],
        seen: {},
      }),
    ];
    const parsed = parseSyncBody(JSON.stringify(request({ claim: claim(ops), ops: [] })));
    expect(parsed.ok && parsed.request.claim?.ops.map((each) => parseOp(each).ok)).toEqual([true, true, true]);
  });
  it('of one more is refused with its change, not with the request', () => {
    const parsed = parseSyncBody(JSON.stringify(request({ ops: [op({ t: 'put', v: nested(limits.maxDepth + 1) })] })));
    expect(parsed.ok && parsed.request.ops.map(parseOp)).toEqual([
      { ok: false, status: 'rejected', code: 'change/too-deep' },
    ]);
  });
  it('of a whole body is at most 16, also in fields of later versions', () => {
    // The field is the second level.
    expect(codeOf(request({ hint: nested(15) }))).toBe('ok');
    expect(codeOf(request({ hint: nested(16) }))).toBe('request/malformed');
  });
  it.each([17, 800, 5_001, 100_000])('of %i is refused before anything recurses', (depth) => {
    for (const text of [`${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`]) {
      const body = JSON.stringify(request({ hint: 'deep' })).replace('"deep"', text);
      expect(parseSyncBody(body)).toMatchObject({
        ok: false,
        code: 'request/malformed',
        detail: expect.stringContaining('deeper'),
      });
    }
  });
});

describe('names of prototypes', () => {
  it.each(['__proto__', 'prototype', 'constructor'])('are no ids: a replica counts as a member, here %s', (r) => {
    expect(codeOf(request({ r }))).toBe('request/malformed');
    expect(codeOf(request({ ops: [], claim: { ...claim(), r } }))).toBe('request/malformed');
    expect(codeOf(request({ r: `${r}:` }))).toBe('ok');
  });
  const places: Record<string, (name: string) => string> = {
    request: (name) => JSON.stringify(request()).replace('"low":0', `"low":0,"${name}":{"polluted":1}`),
    change: (name) => JSON.stringify(request()).replace('"n":1', `"n":1,"${name}":{"polluted":1}`),
    fields: (name) =>
      JSON.stringify(request({ ops: [op({ t: 'patch', f: { a: 1 } })] })).replace('"a":1', `"${name}":1`),
    seen: (name) =>
      JSON.stringify(request({ ops: [op({ t: 'set', v: 1, g: 0, seen: { a: 1 } })] })).replace('"a":1', `"${name}":1`),
    value: (name) =>
      JSON.stringify(request({ ops: [op({ t: 'put', v: [[{ a: 1 }]] })] })).replace('"a":1', `"${name}":1`),
    escaped: (name) =>
      JSON.stringify(request()).replace(
        '"low":0',
        `"low":0,"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}":1`,
      ),
  };
  it.each(Object.entries(places))('are refused in: %s', (_, place) => {
    for (const name of ['__proto__', 'prototype', 'constructor']) {
      expect(parseSyncBody(place(name))).toEqual({
        ok: false,
        code: 'request/malformed',
        detail: 'A member has the name of a prototype.',
      });
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
  it('that are only inherited are names like any other', () => {
    const parsed = parseSyncBody(JSON.stringify(request({ ops: [op({ t: 'patch', f: { toString: 1 } })] })));
    expect(parsed.ok && parsed.request.ops.map(parseOp)).toMatchObject([{ ok: true, op: { f: { toString: 1 } } }]);
  });
});

describe('the number of changes', () => {
  const { maxBatchChanges } = wireLimits;
  it.each<[number, number, string, number?]>([
    [maxBatchChanges, 0, 'ok'],
    [maxBatchChanges + 1, 0, 'request/too-large'],
    [maxBatchChanges * 100, 0, 'request/too-large'],
    [0, maxBatchChanges, 'ok'],
    [0, maxBatchChanges + 1, 'request/too-large'],
    [1, maxBatchChanges, 'request/too-large'],
    [1, 0, 'request/too-large', maxBatchChanges],
    [0, 0, 'ok', maxBatchChanges],
  ])('%i and %i of a claim: %s', (own, claimed, code, offered = 0) => {
    const offer = Array.from({ length: offered }, (_, n) => ['preferences', `k${n}`, 1, null]);
    expect(codeOf(request({ ops: many(own), claim: claim(many(claimed)), offer }))).toBe(code);
  });
});

describe('a change', () => {
  const parsed = (change: object, head: object = {}) => {
    const result = parseOp(op(change, head) as Op);
    return result.ok ? 'ok' : `${result.status} ${result.code}`;
  };
  it.each<[string, object, object?]>([
    ['add', { t: 'add', n: 1 }],
    ['add with details', { t: 'add', n: 999, f: { sku: 'SOFA-3', properties: { colour: 'oak' } } }],
    ['set', { t: 'set', v: 0, seen: { toString: 2 }, g: 0, bh: [5, 0, 'r', 1] }],
    ['put', { t: 'put', v: null }, { c: 'preferences' }],
    ['nop', { t: 'nop' }],
    ['a field of a later version', { t: 'add', n: 1, gift: true }],
  ])('is taken: %s', (_, change, head) => {
    expect(parsed(change, head)).toBe('ok');
  });
  it.each<[string, object, string, object?]>([
    ['unknown', { t: 'wrap', n: 'x' }, 'unsupported change/unsupported'],
    ['inherited', { t: 'toString' }, 'unsupported change/unsupported'],
    ['with a key that is none', { t: 'add', n: 1 }, 'rejected change/bad-key', { k: 'a b' }],
    ['with a collection that is none', { t: 'add', n: 1 }, 'rejected change/bad-key', { c: '' }],
    ['with a key of the prototype', { t: 'add', n: 1 }, 'rejected change/bad-key', { k: 'constructor' }],
    ...[0, -1, 0.5, 1e9, '2', null].map((n): [string, object, string] => [
      `adding ${JSON.stringify(n)}`,
      { t: 'add', n },
      'rejected change/bad-quantity',
    ]),
    ...[-1, 0.5, 1e9, '2', null].map((v): [string, object, string] => [
      `setting ${JSON.stringify(v)}`,
      { t: 'set', v, seen: {}, g: 0 },
      'rejected change/bad-quantity',
    ]),
    [
      'ordering half a sofa',
      { t: 'order', orderId: '1', lines: [{ sku: 'S', quantity: 0.5 }], seen: {} },
      'rejected change/bad-quantity',
    ],
    ['ordering without lines', { t: 'order', orderId: '1', seen: {} }, 'rejected request/malformed'],
    ['setting what saw half an add', { t: 'set', v: 1, seen: { r: 0.5 }, g: 0 }, 'rejected request/malformed'],
    [
      'setting with a stamp of text',
      { t: 'set', v: 1, seen: {}, g: 0, bh: ['5', 0, 'r', 1] },
      'rejected request/malformed',
    ],
    ['wanting what is no length', { t: 'want', on: true, n: 'x' }, 'rejected request/malformed'],
    ['without its value', { t: 'put' }, 'rejected request/malformed'],
    ['of half a character', { t: 'put', v: 'a\ud800' }, 'rejected change/bad-text'],
    ['with a text of 4,097', { t: 'put', v: 'x'.repeat(4_097) }, 'rejected change/too-large'],
    ['of 17 KiB', { t: 'put', v: Array(5).fill('x'.repeat(3_500)) }, 'rejected change/too-large'],
    ['with a number beyond 2^53', { t: 'put', v: 2 ** 54 }, 'rejected change/bad-value'],
  ])('is refused by itself: %s', (_, change, refusal, head) => {
    expect(parsed(change, head)).toBe(refusal);
  });
  it('is refused by the server exactly when the device would have refused it', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('\ud800', 'x'.repeat(4_097), nested(9), 2 ** 54));
    const field = fc.constantFrom('title', 'a b', 'toString', '');
    const changes = fc.oneof(
      fc.record({ t: fc.constant('put'), v: value }),
      fc.record({ t: fc.constant('patch'), f: fc.dictionary(field, value, { maxKeys: 2 }) }),
      fc.record({ t: fc.constant('add'), n: fc.oneof(fc.nat(3), fc.double({ noNaN: true, noDefaultInfinity: true })) }),
      fc.record({
        t: fc.constant('set'),
        v: fc.oneof(fc.nat(3), fc.double({ noNaN: true, noDefaultInfinity: true })),
        seen: fc.constant({}),
        g: fc.constant(0),
      }),
    ) as fc.Arbitrary<Change>;
    holds(changes, (change) => {
      const arrived = JSON.parse(JSON.stringify(op(change)));
      const result = parseOp(arrived);
      // JSON brings -0 back as 0, the one thing that a device refuses and the server never sees.
      const refused = checkChange(JSON.parse(JSON.stringify(change)));
      expect(result).toEqual(refused ? { ok: false, status: 'rejected', code: refused } : { ok: true, op: arrived });
    });
  });
});

describe('whatever comes in', () => {
  it('is answered, never thrown at', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json({ maxDepth: 6 }),
      fc
        .record({ field: fc.constantFrom(...Object.keys(request())), value: fc.jsonValue() })
        .map(({ field, value }) => JSON.stringify(request({ [field]: value }))),
      fc
        .dictionary(
          fc.constantFrom('t', 'n', 'v', 'f', 'seen', 'g', 'lines', 'orderId', 'c', 'k', 'bh', 'fb'),
          fc.jsonValue(),
        )
        .map((change) => JSON.stringify(request({ ops: [op(change)] }))),
    );
    let taken = 0;
    holds(anything, (text) => {
      const parsed = parseSyncBody(text);
      if (!parsed.ok) return expect(parsed.detail).not.toBe('');
      taken++;
      for (const each of parsed.request.ops) expect(typeof parseOp(each).ok).toBe('boolean');
    });
    expect(taken).toBeGreaterThan(0);
  });
});
