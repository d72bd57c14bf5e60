import { describe, expect, it } from 'vitest';
import { collectionShape, isKeptForLater, isReservedCollection } from '../../src/core/collection.ts';

describe('a collection', () => {
  it.each([
    ['cart', 'line', 'necessary'],
    ['identity', 'map', 'necessary'],
    ['preferences', 'reg', 'necessary'],
    ['consent', 'reg', 'necessary'],
    ['~receipts', 'auth', 'necessary'],
    ['browsing', 'reg', 'personalization'],
  ])('%s is built in, of kind %s and purpose %s, whatever a site configures', (name, kind, purpose) => {
    expect(collectionShape(name)).toEqual({ kind, purpose });
    expect(collectionShape(name, { [name]: { kind: 'flag', purpose: 'marketing' } })).toEqual({ kind, purpose });
  });
  it("of a site's own is a register and necessary unless configured", () => {
    expect(collectionShape('progress')).toEqual({ kind: 'reg', purpose: 'necessary' });
    expect(collectionShape('progress', { progress: {} })).toEqual({ kind: 'reg', purpose: 'necessary' });
    expect(collectionShape('quiz', { quiz: { kind: 'map', purpose: 'personalization' } })).toEqual({
      kind: 'map',
      purpose: 'personalization',
    });
  });
  it.each(['toString', 'constructor', '__proto__'])('named %s is like any other', (name) => {
    expect(collectionShape(name, {})).toEqual({ kind: 'reg', purpose: 'necessary' });
  });
  it("of a reserved name cannot be the site's own", () => {
    const names = [
      'cart',
      'identity',
      'preferences',
      'consent',
      'browsing',
      'lists',
      'audit',
      '~receipts',
      '~other',
      'progress',
      'toString',
    ];
    expect(names.filter(isReservedCollection)).toEqual(names.slice(0, 9));
    expect(names.filter(isKeptForLater)).toEqual(['lists', 'audit']);
  });
});
