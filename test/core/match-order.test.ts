import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { matchOrder, type OrderableLine } from '../../src/core/match-order.ts';
import { holds } from './property.ts';

const line = (key: string, sku: string, quantity: number, more: Partial<OrderableLine> = {}): OrderableLine => ({
  key,
  sku,
  quantity,
  properties: undefined,
  since: 0,
  isSeen: true,
  isParked: false,
  ...more,
});
const matched = (...args: Parameters<typeof matchOrder>) => Object.fromEntries(matchOrder(...args));

describe('what an order takes', () => {
  it('is all of a line of which it bought as many as a cart shows at most', () => {
    const lines = [line('a', 'SCREW', 1_200), line('b', 'SCREW', 5, { since: 1 })];
    expect(matched(lines, [{ sku: 'SCREW', quantity: limits.maxQuantity }])).toEqual({ a: 1_200 });
    expect(matched(lines, [{ sku: 'SCREW', quantity: limits.maxQuantity - 1 }])).toEqual({ a: 998 });
    expect(matched(lines, [{ sku: 'SCREW', quantity: 1_203 }])).toEqual({ a: 1_200, b: 3 });
  });
  it('is the line of the same sku and properties', () => {
    const lines = [
      line('oak', 'SOFA', 2, { properties: { colour: 'oak' } }),
      line('ash', 'SOFA', 2, { properties: { colour: 'ash' }, since: 1 }),
    ];
    expect(matched(lines, [{ sku: 'SOFA', properties: { colour: 'ash' }, quantity: 1 }])).toEqual({ ash: 1 });
  });
  it('is a line of the same sku, the oldest first, where the properties fit none', () => {
    const lines = [
      line('ash', 'SOFA', 2, { properties: { colour: 'ash' }, since: 7 }),
      line('oak', 'SOFA', 1, { properties: { colour: 'oak' }, since: 3 }),
    ];
    expect(matched(lines, [{ sku: 'SOFA', quantity: 2 }])).toEqual({ oak: 1, ash: 1 });
  });
  it('is first what fits exactly, for all that was bought', () => {
    const lines = [line('plain', 'SOFA', 1), line('oak', 'SOFA', 1, { properties: { colour: 'oak' }, since: 5 })];
    const bought = [
      { sku: 'SOFA', properties: { colour: 'red' }, quantity: 1 },
      { sku: 'SOFA', quantity: 1 },
    ];
    expect(matched(lines, bought)).toEqual({ plain: 1, oak: 1 });
  });
  it('takes properties that are absent, null or {} for the same', () => {
    expect(
      matched([line('a', 'SOFA', 1, { properties: { gift: null } })], [{ sku: 'SOFA', properties: {}, quantity: 1 }]),
    ).toEqual({ a: 1 });
    const oak = line('oak', 'SOFA', 1, { properties: { colour: 'oak' } });
    for (const properties of [undefined, null, {}])
      expect(
        matched([oak, line('plain', 'SOFA', 1, { properties, since: 1 })], [{ sku: 'SOFA', quantity: 1 }]),
      ).toEqual({ plain: 1 });
  });
  it('is decided by key between lines of the same age', () => {
    const [a, b] = [line('a', 'SOFA', 1), line('b', 'SOFA', 1)];
    for (const lines of [
      [a, b],
      [b, a],
    ])
      expect(matched(lines, [{ sku: 'SOFA', quantity: 1 }])).toEqual({ a: 1 });
  });
  it('is, where it says no properties, in the cart of the device that bought before what others have', () => {
    const lines = [
      line('plain', 'SOFA', 2, { isSeen: false }),
      line('ash', 'SOFA', 1, { properties: { colour: 'ash' }, since: 9 }),
    ];
    expect(matched(lines, [{ sku: 'SOFA', quantity: 1 }])).toEqual({ ash: 1 });
    expect(matched(lines, [{ sku: 'SOFA', quantity: 2 }])).toEqual({ ash: 1, plain: 1 });
  });
  it('is what it says the properties of, also where only others have that', () => {
    const lines = [
      line('oak', 'SOFA', 2, { properties: { colour: 'oak' }, isSeen: false, since: 9 }),
      line('ash', 'SOFA', 1, { properties: { colour: 'ash' } }),
    ];
    const bought = { sku: 'SOFA', properties: { colour: 'oak' } };
    expect(matched(lines, [{ ...bought, quantity: 1 }])).toEqual({ oak: 1 });
    expect(matched(lines, [{ ...bought, quantity: 3 }])).toEqual({ oak: 2, ash: 1 });
  });
  it('is nothing that is set aside, but where it was in the cart of the device that bought', () => {
    const aside = line('aside', 'SOFA', 2, { isParked: true });
    expect(matched([{ ...aside, isSeen: false }, line('b', 'SOFA', 1)], [{ sku: 'SOFA', quantity: 3 }])).toEqual({
      b: 1,
    });
    expect(matched([aside], [{ sku: 'SOFA', quantity: 1 }])).toEqual({ aside: 1 });
  });
  it('names no line of which it takes none', () => {
    expect(matched([line('a', 'SOFA', 0), line('b', 'SOFA', 1)], [{ sku: 'SOFA', quantity: 2 }])).toEqual({ b: 1 });
  });
  it('is found by reading the properties of each line once, however much was bought', () => {
    let reads = 0;
    const properties = (n: number) => ({
      get size() {
        reads++;
        return n;
      },
    });
    const lines = Array.from({ length: 30 }, (_, n) => line(`line_${n}`, 'SOFA', 1, { properties: properties(n) }));
    const bought = lines.map((_, n) => ({ sku: 'SOFA', properties: { size: 29 - n }, quantity: 1 }));
    expect(matched(lines, bought)).toEqual(Object.fromEntries(lines.map(({ key }) => [key, 1])));
    expect(reads).toBe(30);
  });
  it('is nothing for an unknown sku', () => {
    expect(matched([line('a', 'SOFA', 1)], [{ sku: 'LAMP', quantity: 3 }])).toEqual({});
  });
  it('is never more than was bought, never more than there is, and all that can be', () => {
    const skus = fc.constantFrom('SOFA', 'LAMP');
    const properties = fc.constantFrom(undefined, { colour: 'oak' }, { colour: 'ash' });
    const lines = fc.array(
      fc.record({ sku: skus, properties, quantity: fc.nat(3), since: fc.nat(3), isSeen: fc.boolean() }),
      {
        maxLength: 5,
      },
    );
    const bought = fc.array(fc.record({ sku: skus, quantity: fc.integer({ min: 1, max: 4 }) }), { maxLength: 3 });
    holds(fc.tuple(lines, bought), ([some, wanted]) => {
      const cart = some.map((each, index) => ({ ...each, key: `k${index}`, isParked: false }));
      const taken = matchOrder(cart, wanted);
      for (const { key, quantity } of cart) expect(taken.get(key) ?? 0).toBeLessThanOrEqual(quantity);
      for (const sku of ['SOFA', 'LAMP']) {
        const sum = (items: readonly { sku: string; quantity: number }[]) =>
          items.filter((item) => item.sku === sku).reduce((total, { quantity }) => total + quantity, 0);
        const took = cart
          .filter((each) => each.sku === sku)
          .reduce((total, { key }) => total + (taken.get(key) ?? 0), 0);
        expect(took).toBe(Math.min(sum(cart), sum(wanted)));
      }
    });
  });
});
