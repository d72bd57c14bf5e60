import { expect, test } from 'vitest';
import { addToCounter, type Counter, emptyCounter, setCounter } from '../../src/core/counter.ts';
import type { EntryState, Kind } from '../../src/core/entry.ts';
import { isSpent } from '../../src/core/spent-entry.ts';
import type { Stamp } from '../../src/core/stamp.ts';

const h: Stamp = [1, 0, 'r', 1];
const two = addToCounter(emptyCounter, { replica: 'r', n: 2 });
const none: Counter = setCounter(two, { v: 0, seen: { r: 2 }, g: 0, h });

test.each<readonly [Kind, EntryState[Kind], boolean]>([
  ['reg', { v: null, h }, true],
  ['reg', { v: false, h }, false],
  ['map', { a: [null, h], b: [null, h] }, true],
  ['map', { a: [null, h], b: [0, h] }, false],
  ['flag', { n: 2 }, true],
  ['flag', { n: 3 }, false],
  ['auth', { v: null, h }, false],
  ['ctr', none, true],
  ['ctr', two, false],
  ['line', { q: none, d: { sku: ['A', h] } }, true],
  ['line', { q: two, d: {} }, false],
])('an entry of kind %s that is %j shows nothing: %s', (kind, state, spent) => {
  expect(isSpent(kind, state)).toBe(spent);
});
