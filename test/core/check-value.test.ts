import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { checkChange } from '../../src/core/check-change.ts';
import { checkQuantity, checkValue, isWellFormed } from '../../src/core/check-value.ts';
import { limits } from '../../src/core/limits.ts';
import { utf8Length } from '../../src/core/utf8-length.ts';
import { json } from './arbitraries.ts';
import { holds } from './property.ts';

const nested = (depth: number): unknown => Array.from({ length: depth }).reduce((inner) => [inner], 'core' as unknown);
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const sparse = [1, 2, 3];
delete sparse[1];
const disguised = [1, 2];
delete disguised[0];
Object.assign(disguised, { named: 3 });
const twice = Array.from({ length: 8 }).reduce<unknown>((inner) => Array(50).fill(inner), 1);
const throwing = {
  get price() {
    throw new Error('not now');
  },
};

describe('a value', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['a fraction', 0.1],
    ['a large whole number', Number.MAX_SAFE_INTEGER],
    ['an empty text', ''],
    ['a text with NUL, a bidi override and a picture', 'a\0\u202e😀'],
    ['the longest text', 'x'.repeat(limits.maxStringLength)],
    ['a decomposed letter', 'e\u0301'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an absent member', { a: undefined }],
    ['a member of any name', { 'a b/ä': 1, toString: 2 }],
    ['the deepest nesting', nested(limits.maxDepth)],
    ['the most members', Array(limits.maxMembers).fill(0)],
    ['the same object in two places', [{ a: 1 }, { a: 1 }]],
    ['a transparent proxy, as view libraries make them', new Proxy({ a: [1] }, {})],
  ])('may be %s', (_, value) => {
    expect(checkValue(value)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'change/bad-value'],
    ['NaN', Number.NaN, 'change/bad-value'],
    ['Infinity', Number.POSITIVE_INFINITY, 'change/bad-value'],
    ['a number that JSON reads as infinite', JSON.parse('1e400'), 'change/bad-value'],
    ['a whole number that floating point has changed', JSON.parse('9007199254740993'), 'change/bad-value'],
    ['minus zero, which JSON does not bring back', -0, 'change/bad-value'],
    ['a large whole number of its own type', 1n, 'change/bad-value'],
    ['a symbol', Symbol('s'), 'change/bad-value'],
    ['a function', () => 1, 'change/bad-value'],
    ['a date', new Date(0), 'change/bad-value'],
    ['a Map', new Map(), 'change/bad-value'],
    ['bytes', new Uint8Array(2), 'change/bad-value'],
    ['a boxed number', Object(1), 'change/bad-value'],
    ['an instance of a class', new (class A {})(), 'change/bad-value'],
    ['a member that is a function', { toJSON: () => 1 }, 'change/bad-value'],
    ['undefined in a list', [undefined], 'change/bad-value'],
    ['a list with a gap', sparse, 'change/bad-value'],
    ['a list with a gap and a name', disguised, 'change/bad-value'],
    ['a getter that throws', throwing, 'change/bad-value'],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
      'change/bad-value',
    ],
    ['a cycle', cycle, 'change/too-deep'],
    ['one level too many', nested(limits.maxDepth + 1), 'change/too-deep'],
    ['depth 5,001', nested(5_001), 'change/too-deep'],
    ['depth 200,000', nested(200_000), 'change/too-deep'],
    ['half a surrogate pair', 'a\ud800b', 'change/bad-text'],
    ['the other half', '\udc00', 'change/bad-text'],
    ['half a pair as a name', { '\ud800': 1 }, 'change/bad-text'],
    ['a text of one character too many', 'x'.repeat(limits.maxStringLength + 1), 'change/too-large'],
    ['a text a hundred times too long', 'x'.repeat(limits.maxStringLength * 100), 'change/too-large'],
    ['one member too many', Array(limits.maxMembers + 1).fill(0), 'change/too-large'],
    ['a few lists that name each other: 50 to the 8th members', twice, 'change/too-large'],
    ['a name of 129 characters', { ['x'.repeat(129)]: 1 }, 'change/bad-key'],
    ['prototype as a name', { prototype: 1 }, 'change/bad-key'],
  ])('may not be %s', (_, value, code) => {
    expect(checkValue(value)).toBe(code);
  });

  it.each(['__proto__', 'prototype', 'constructor'])(
    'may not name %s at any depth, and prototypes stay as they are',
    (name) => {
      for (let depth = 0; depth < limits.maxDepth; depth++) {
        const text = `${'{"a":'.repeat(depth)}{"${name}":{"polluted":true}}${'}'.repeat(depth)}`;
        expect(checkValue(JSON.parse(text))).toBe('change/bad-key');
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('of hostile make is refused or survives JSON as it is, and never throws', () => {
    const hostile = fc.anything({
      maxDepth: 10,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: false,
      key: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', '\ud800'), fc.string({ unit: 'binary' })),
    } as fc.ObjectConstraints);
    let kept = 0;
    holds(fc.oneof(hostile, json), (value) => {
      if (checkValue(value) !== undefined) return;
      kept++;
      const text = JSON.stringify(value);
      expect(JSON.parse(text)).toEqual(value);
      expect(isWellFormed(text)).toBe(true);
    });
    expect(kept).toBeGreaterThan(0);
  });
});

describe('a quantity', () => {
  it.each([1, 2, 999, limits.maxChangeQuantity])('of %j may be added and set', (quantity) => {
    expect([checkQuantity(quantity, 1), checkQuantity(quantity, 0)]).toEqual([undefined, undefined]);
  });
  it('of 0 may be set, not added', () => {
    expect([checkQuantity(0, 1), checkQuantity(0, 0)]).toEqual(['change/bad-quantity', undefined]);
  });
  it.each([
    -1,
    0.5,
    1e9,
    limits.maxChangeQuantity + 1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '2',
    null,
    undefined,
    [1],
    1n,
  ])('of %s is refused', (quantity) => {
    expect([checkQuantity(quantity, 1), checkQuantity(quantity, 0)]).toEqual([
      'change/bad-quantity',
      'change/bad-quantity',
    ]);
  });
});

describe('the content of a change', () => {
  const large = Array(5).fill('x'.repeat(4_000));
  it.each<[string, Change]>([
    ['a value', { t: 'put', v: { a: [1] } }],
    ['fields', { t: 'patch', f: { title: 'Sofa', gone: null } }],
    ['a count', { t: 'add', n: 1 }],
    ['a count with fields', { t: 'add', n: 1, f: { sku: 'SOFA-3' } }],
    ['a quantity of 0', { t: 'set', v: 0, seen: {}, g: 0 }],
    [
      'an order',
      {
        t: 'order',
        orderId: '#1001',
        lines: [
          { sku: 'S', quantity: 1 },
          { sku: 'S', properties: { a: 1 }, quantity: 2 },
        ],
        seen: {},
      },
    ],
    ['a wish', { t: 'want', on: true, n: 0 }],
    ['nothing', { t: 'nop' }],
  ])('may be %s', (_, change) => {
    expect(checkChange(change)).toBeUndefined();
  });
  it.each<[string, Change, string]>([
    ['a value that is none', { t: 'put', v: Number.NaN }, 'change/bad-value'],
    ['a value over 16 KiB', { t: 'put', v: large }, 'change/too-large'],
    [
      'fields over 16 KiB',
      { t: 'patch', f: Object.fromEntries(large.map((text, at) => [`f${at}`, text])) },
      'change/too-large',
    ],
    ['a field that is no key', { t: 'patch', f: { 'a b': 1 } }, 'change/bad-key'],
    ['a good field and one that is no key', { t: 'patch', f: { a: 1, 'a b': 1 } }, 'change/bad-key'],
    ['a field named constructor', { t: 'add', n: 1, f: { constructor: 1 } as never }, 'change/bad-key'],
    ['a field with a bad value', { t: 'patch', f: { a: 'a\ud800' } }, 'change/bad-text'],
    ['a count of 0', { t: 'add', n: 0 }, 'change/bad-quantity'],
    ['a quantity of -1', { t: 'set', v: -1, seen: {}, g: 0 }, 'change/bad-quantity'],
    ['a quantity with a bad field', { t: 'set', v: 1, seen: {}, g: 0, f: { '': 1 } }, 'change/bad-key'],
    ['an order id that is half a character', { t: 'order', orderId: '\ud800', lines: [], seen: {} }, 'change/bad-text'],
    [
      'an order of half a sofa',
      { t: 'order', orderId: '1', lines: [{ sku: 'S', quantity: 0.5 }], seen: {} },
      'change/bad-quantity',
    ],
    [
      'an order of a sofa and half a lamp',
      {
        t: 'order',
        orderId: '1',
        lines: [
          { sku: 'S', quantity: 1 },
          { sku: 'L', quantity: 0.5 },
        ],
        seen: {},
      },
      'change/bad-quantity',
    ],
    [
      'an order of a bad sku',
      { t: 'order', orderId: '1', lines: [{ sku: '\ud800', quantity: 1 }], seen: {} },
      'change/bad-text',
    ],
    [
      'an order with a bad property',
      { t: 'order', orderId: '1', lines: [{ sku: 'S', properties: { a: Number.NaN }, quantity: 1 }], seen: {} },
      'change/bad-value',
    ],
    [
      'an order over 16 KiB',
      { t: 'order', orderId: '1', lines: large.map((sku) => ({ sku, quantity: 1 })), seen: {} },
      'change/too-large',
    ],
  ])('may not be %s', (_, change, code) => {
    expect(checkChange(change)).toBe(code);
  });
  it('is measured in bytes, at the limit and one above', () => {
    const sized = (bytes: number, letter: string) => [
      ...Array(4).fill('x'.repeat(4_000)),
      letter,
      'x'.repeat(bytes - 16_019 - utf8Length(letter)),
    ];
    for (const letter of ['e', 'é', '😀']) {
      expect(utf8Length(JSON.stringify(sized(limits.maxChangeBytes, letter)))).toBe(limits.maxChangeBytes);
      expect(checkChange({ t: 'put', v: sized(limits.maxChangeBytes, letter) })).toBeUndefined();
      expect(checkChange({ t: 'put', v: sized(limits.maxChangeBytes + 1, letter) })).toBe('change/too-large');
    }
  });
});

describe('a value as deep as may be', () => {
  const around = (inner: unknown) => Array.from({ length: limits.maxDepth }).reduce((value) => [value], inner);
  it('is refused for what it holds, not for its depth', () => {
    expect([around(1), around(() => 1), around([])].map(checkValue)).toEqual([
      undefined,
      'change/bad-value',
      'change/too-deep',
    ]);
  });
});

describe('the name of a member', () => {
  it('has 128 characters at most', () => {
    const named = (length: number) => ({ ['x'.repeat(length)]: 1 });
    expect([checkValue(named(128)), checkValue(named(129))]).toEqual([undefined, 'change/bad-key']);
  });
});

describe('a list', () => {
  it('with a hole is refused, also when a name makes up for its length', () => {
    const holed: unknown[] = [1, 2];
    delete holed[1];
    expect(checkValue(Object.assign(holed, { x: 1 }))).toBe('change/bad-value');
  });
  it('may hold as many members in all as a change has bytes, and no more', () => {
    const lists = (last: number) => [...Array.from({ length: 63 }, () => Array(255).fill(0)), Array(last).fill(0)];
    expect([checkValue(lists(255)), checkValue(lists(256))]).toEqual([undefined, 'change/too-large']);
    expect(64 + 64 * 255).toBe(limits.maxChangeBytes);
  });
});

describe('the length of a text in UTF-8', () => {
  it('is that of the encoder', () => {
    holds(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    });
    expect(utf8Length('a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff😀')).toBe(2 + 4 + 3 * 4 + 4);
  });
});
