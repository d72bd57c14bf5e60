import { expect, test } from 'vitest';
import type { CartLine } from '../../src/client/api.ts';
import { isLeftInView, unplacedIn } from '../../src/testing/unplaced-orders.ts';

const user = { isAlive: () => true, kill: () => {} };
const another = { ...user };

const line = (sku: string, quantity: number) => ({ key: `key of ${sku}`, sku, quantity }) as CartLine;

const ordered = [
  { user, orderId: 'o1', items: [{ sku: 'A', quantity: 2 }] },
  { user: another, orderId: 'o2', items: [{ sku: 'B', quantity: 1 }] },
];

const unplaced = (again: readonly string[], rows: Parameters<typeof unplacedIn>[1]['rows']) => [
  ...unplacedIn({ ordered, reports: { again: new Set(again) } }, { user, space: 'ana', rows }),
];

test('an order has no place yet while its page may still ask the store', () => {
  expect(unplaced([], [])).toEqual([['A', 2]]);
  expect(unplaced([], [[['capture', 1, 'x', 0], { orderId: 'o1' }]])).toEqual([['A', 2]]);
  expect(unplaced([], [[['out', 'eve', 1], { orderId: 'o1' }]])).toEqual([['A', 2]]);
});

test('an order that the store names has its place, unless it is told again', () => {
  expect(unplaced([], [[['out', 'ana', 1], { orderId: 'o1' }]])).toEqual([]);
  expect(unplaced([], [[['order', 'ana', 'o1'], 1]])).toEqual([]);
  expect(unplaced(['o1'], [[['order', 'ana', 'o1'], 1]])).toEqual([['A', 2]]);
});

test('at most what was bought is missed in what stays in view', () => {
  const before = [line('A', 3), line('B', 1)];
  const bought = new Map([['A', 2]]);
  expect(isLeftInView(before, before, bought)).toBe(true);
  expect(isLeftInView(before, [line('A', 1), line('B', 1)], bought)).toBe(true);
  expect(isLeftInView([line('A', 2)], [], bought)).toBe(true);
  expect(isLeftInView(before, [line('B', 1)], bought)).toBe(false);
  expect(isLeftInView(before, [line('A', 3)], bought)).toBe(false);
  expect(isLeftInView(before, [line('A', 4), line('B', 1)], bought)).toBe(false);
  expect(isLeftInView(before, [...before, line('C', 1)], bought)).toBe(false);
});
