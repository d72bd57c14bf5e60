import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { checkChange } from '../../src/core/check-change.ts';
import { parseOp } from '../../src/protocol/parse.ts';
import { holds } from './property.ts';

const head = { q: 1, i: 'change_one', a: 0, at: 0, c: 'cart', k: 'order' };
const order = { t: 'order', orderId: 'o-1', lines: [{ sku: 'SOFA', quantity: 1 }], seen: {} };

it('an order that the content check takes is one on the wire, whatever a page puts into it', () => {
  const odd = fc.constantFrom<unknown>(undefined, null, true, 0, 42, '', 'red', [], [1], {}, { a: 1 }, { a: [null] });
  const text = fc.oneof(odd, fc.string({ maxLength: 200 }));
  const line = fc.record({
    sku: text,
    quantity: fc.oneof(odd, fc.integer({ min: -1, max: 2_000_000 })),
    properties: fc.oneof(odd, fc.dictionary(fc.string(), fc.jsonValue())),
  });
  const lines = fc.oneof(
    fc.array(line, { maxLength: 3 }),
    fc.integer({ min: 195, max: 205 }).map((count) => Array(count).fill({ sku: 'S', quantity: 1 })),
  );
  const orderId = fc.oneof(
    text,
    fc.integer({ min: 120, max: 135 }).map((length) => 'x'.repeat(length)),
  );
  let taken = 0;
  holds(fc.record({ orderId, lines }), (fields) => {
    const change = { ...order, ...fields } as unknown as Change;
    if (checkChange(change)) return;
    taken++;
    expect(parseOp(JSON.parse(JSON.stringify({ ...head, ...change })))).toMatchObject({ ok: true });
  });
  expect(taken).toBeGreaterThan(20);
});

it.each([
  ['an order id of 128 characters', { orderId: 'x'.repeat(128) }, undefined],
  ['one of 129', { orderId: 'x'.repeat(129) }, 'change/bad-key'],
  ['a checkout id of 128 characters', { checkoutId: 'x'.repeat(128) }, undefined],
  ['a checkout id of 129', { checkoutId: 'x'.repeat(129) }, 'change/bad-key'],
  ['200 lines', { lines: Array(200).fill({ sku: 'S', quantity: 1 }) }, undefined],
  ['201', { lines: Array(201).fill({ sku: 'S', quantity: 1 }) }, 'change/too-large'],
  ['properties that are an object', { lines: [{ sku: 'S', quantity: 1, properties: { size: 'L' } }] }, undefined],
  ['properties that are a text', { lines: [{ sku: 'S', quantity: 1, properties: 'red' }] }, 'change/bad-value'],
  ['properties that are null', { lines: [{ sku: 'S', quantity: 1, properties: null }] }, 'change/bad-value'],
])('of an order: %s', (_, fields, refused) => {
  expect(checkChange({ ...order, ...fields } as unknown as Change)).toBe(refused);
});

it('refuses a patch that names no fields', () => {
  expect(checkChange({ t: 'patch', f: undefined as never, fb: {} })).toBe('change/bad-value');
});
