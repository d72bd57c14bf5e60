import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { internalNames, keptNames, shortNames } from '../../tools/internal-names.ts';
import { root } from './file-map.ts';

const listed: { readonly [name: string]: string } = JSON.parse(
  readFileSync(`${root}tools/internal-names.json`, 'utf8'),
);

let kept: ReadonlySet<string>;
let found: ReadonlyMap<string, number>;
beforeAll(() => {
  kept = keptNames();
  found = internalNames(kept);
});

describe('tools/internal-names.json, the names that bundles shorten (else: node tools/internal-names.ts)', () => {
  test('lists no name that is public, sent, stored, in a string, or known to browsers and packages', () => {
    expect(Object.keys(listed).filter((name) => kept.has(name))).toEqual([]);
  });

  test('lists most of what the engine alone sees', () => {
    const uses = [...found].map(([name, count]) => ({ count, isListed: Object.hasOwn(listed, name) }));
    const sum = (of: typeof uses) => of.reduce((total, { count }) => total + count, 0);
    expect(sum(uses.filter(({ isListed }) => isListed)) / sum(uses)).toBeGreaterThan(0.8);
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
    expect([kept.has(name), found.has(name)]).toEqual([true, false]);
  });

  test('let go of what only the engine sees', () => {
    expect([...found.keys()]).toEqual(expect.arrayContaining(['partition', 'isLocked', 'guestRows']));
  });
});
