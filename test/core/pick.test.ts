import { expect, it } from 'vitest';
import { pick } from '../../src/core/pick.ts';

it('gives what a record has of the members that are named, null too, and nothing that is not there', () => {
  const record = { sku: 'SOFA', seller: undefined, title: 'A sofa', properties: null };
  expect(pick<string | null>(record, ['sku', 'properties', 'seller', 'price'])).toEqual({
    sku: 'SOFA',
    properties: null,
  });
  expect(Object.keys(pick<string | null>(record, ['sku', 'seller']))).toEqual(['sku']);
});
