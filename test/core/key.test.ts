import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/core/hash.ts';
import { idToKey, isKey, isPrototypeName, isText } from '../../src/core/key.ts';
import { lineKey } from '../../src/core/line.ts';
import { holds } from './property.ts';
import { sha256 } from './sha256.ts';

describe('a short name of a text', () => {
  it('is the first 120 bits of its SHA-256 in lower-case base 32', () => {
    // SHA-256("abc") = ba7816bf8f01cfea414140de5dae22 23b003…
    expect(hashText(sha256, 'abc')).toBe('xj4bnp4pahh6uqkbidpf3lrc');
    const bytes = Buffer.from('ba7816bf8f01cfea414140de5dae22', 'hex');
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const letters = bits.match(/.{5}/g)?.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)]);
    expect(letters?.join('')).toBe('xj4bnp4pahh6uqkbidpf3lrc');
  });
  it('is a key, and another one for another text', () => {
    holds(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), ([a, b]) => {
      expect(isKey(hashText(sha256, a))).toBe(true);
      if (a !== b) expect(hashText(sha256, a)).not.toBe(hashText(sha256, b));
    });
  });
});

describe('a key', () => {
  it.each(['a', 'SOFA-3', 'product:SOFA.3_~', 'toString', 'x'.repeat(128)])('may be %s', (text) => {
    expect(isKey(text)).toBe(true);
  });
  it.each([
    '',
    'a b',
    'ä',
    'a/b',
    'a\n',
    'a\0',
    '\u202ea',
    '😀',
    'x'.repeat(129),
    '__proto__',
    'prototype',
    'constructor',
    7,
    null,
    undefined,
    ['a'],
    { toString: () => 'a' },
  ])('may not be %j', (text) => {
    expect(isKey(text)).toBe(false);
  });
  it('is no prototype name', () => {
    expect(['__proto__', 'prototype', 'constructor', 'proto', 'toString'].filter(isPrototypeName)).toEqual([
      '__proto__',
      'prototype',
      'constructor',
    ]);
  });
});

describe('the key of an id', () => {
  it('is the id when it fits', () => {
    expect(idToKey(sha256, 'SOFA-3')).toBe('SOFA-3');
  });
  it.each(['', 'Sofa für 3', '__proto__', 'x'.repeat(129)])('is ~ and a hash when it does not: %j', (id) => {
    expect(idToKey(sha256, id)).toBe(`~${hashText(sha256, id)}`);
  });
  it('is hashed when it begins with ~: no id passes for the hash of another', () => {
    const hashed = idToKey(sha256, 'Sofa für 3');
    expect(idToKey(sha256, hashed)).not.toBe(hashed);
  });
  it('is a key, and another one for another id', () => {
    const ids = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', '~a', 'constructor', '__proto__'));
    holds(fc.tuple(ids, ids), ([a, b]) => {
      expect(isKey(idToKey(sha256, a))).toBe(true);
      if (a !== b) expect(idToKey(sha256, a)).not.toBe(idToKey(sha256, b));
    });
  });
  it('keeps composed and decomposed letters apart', () => {
    expect(idToKey(sha256, 'caf\u00e9')).not.toBe(idToKey(sha256, 'cafe\u0301'));
  });
});

describe('the key of a cart line', () => {
  const key = (identity: Parameters<typeof lineKey>[1]) => lineKey(sha256, identity);
  const sofa = key({ sku: 'SOFA-3' });

  it('does not change between releases', () => {
    expect(sofa).toBe(hashText(sha256, '["SOFA-3",{},null,null]'));
    expect(key({ sku: 'SOFA-3', properties: { colour: 'oak', size: 3 }, seller: 's1', sellingPlan: 'monthly' })).toBe(
      hashText(sha256, '["SOFA-3",{"colour":"oak","size":3},"s1","monthly"]'),
    );
  });
  it.each([
    { sku: 'SOFA-3', properties: {} },
    { sku: 'SOFA-3', properties: undefined },
    { sku: 'SOFA-3', properties: { gift: null } },
    { sku: 'SOFA-3', seller: undefined, sellingPlan: undefined },
  ])('is the same for properties that are absent, null or {}: %j', (identity) => {
    expect(key(identity)).toBe(sofa);
  });
  it('is the same in whatever order properties are written', () => {
    expect(key({ sku: 'S', properties: { a: 1, b: 2 } })).toBe(key({ sku: 'S', properties: { b: 2, a: 1 } }));
  });
  it('differs by sku, properties, seller and selling plan', () => {
    const identities = [
      { sku: 'SOFA-3' },
      { sku: 'SOFA-4' },
      { sku: 'SOFA-3', properties: { gift: true } },
      { sku: 'SOFA-3', properties: { gift: 'true' } },
      { sku: 'SOFA-3', seller: 'x' },
      { sku: 'SOFA-3', sellingPlan: 'x' },
      { sku: 'SOFA-3', seller: '' },
    ];
    expect(new Set(identities.map(key)).size).toBe(identities.length);
  });
});

it.each([
  ['ana', true],
  [' ', true],
  ['', false],
  [0, false],
  [null, false],
  [undefined, false],
  [['ana'], false],
])('%j is a text that says something: %s', (value, says) => {
  expect(isText(value)).toBe(says);
});
