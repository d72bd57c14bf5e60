import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { internalNames, shortNames } from '../../tools/internal-names.ts';
import { root } from './file-map.ts';

const listed: { readonly [name: string]: string } = JSON.parse(
  readFileSync(`${root}tools/internal-names.json`, 'utf8'),
);

let found: ReadonlyMap<string, number>;
beforeAll(() => {
  found = internalNames();
});

describe('tools/internal-names.json, the names that bundles shorten (else: node tools/internal-names.ts)', () => {
  test('lists no name that is public, sent, stored, in a string, or known to browsers and packages', () => {
    expect(Object.keys(listed).filter((name) => !found.has(name))).toEqual([]);
  });

  test('gives each name one short name that nothing else has', () => {
    const free = new Set(shortNames());
    expect(new Set(Object.values(listed)).size).toBe(Object.keys(listed).length);
    expect(Object.values(listed).filter((short) => !free.has(short))).toEqual([]);
  });
});

describe('the rules of that list', () => {
  test.each([
    ['a public name', 'setQuantity'],
    ['a field of the wire', 'claimAcks'],
    ['a member of a stored record', 'epoch'],
    ['a record stored elsewhere', 'echoes'],
    ['an error field', 'retryAfterMs'],
    ['a method of IndexedDB', 'createObjectStore'],
    ['an option of Web Locks', 'ifAvailable'],
    ['an option of IndexedDB', 'durability'],
    ['a callback of idb', 'upgrade'],
    ['a language built-in', 'fromEntries'],
    ['a word that a string holds', 'guest'],
  ])('keep %s: %s', (_, name) => {
    expect(found.has(name)).toBe(false);
  });

  test('let go of what only the engine sees', () => {
    expect([...found.keys()]).toEqual(expect.arrayContaining(['partition', 'isLocked', 'guestRows']));
  });
});
