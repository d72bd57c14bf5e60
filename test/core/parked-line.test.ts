import { expect, it } from 'vitest';
import type { FieldMap } from '../../src/core/field-map.ts';
import {
  besideOf,
  detailsOfWhole,
  displacedKey,
  parkedFor,
  placed,
  takenShare,
  undoneShare,
} from '../../src/core/parked-line.ts';
import { compareStamps, type Stamp } from '../../src/core/stamp.ts';

const now: Stamp = [5, 0, 'srv:r', 0];
const later: Stamp = [9, 0, 'phone', 3];

it('a line is set aside after whatever was said of that before, and once', () => {
  expect(placed({}, 'sold', now)).toEqual({ parked: ['sold', now] });
  const back = placed({ parked: ['sold', later] }, null, now);
  expect(parkedFor({ d: back })).toBeNull();
  expect(compareStamps(back.parked?.[1] ?? now, later)).toBeGreaterThan(0);
  expect(placed(back, null, now)).toBe(back);
  expect(placed({}, null, now)).toEqual({});
});

it('a line that stands beside another says which, if anything that could be a key', () => {
  expect(besideOf({ beside: ['k1', now] })).toBe('k1');
  expect([besideOf({}), besideOf({ beside: [null, now] })]).toEqual([undefined, undefined]);
});

it('taken back it says what the whole says: where it stood aside is no detail of that', () => {
  const d: FieldMap = { sku: ['SOFA', now], beside: ['k1', now], parked: ['merge/checkout', now], fork: [{}, now] };
  expect(detailsOfWhole(d)).toEqual({ sku: ['SOFA', now] });
});

it('what is taken back, what an undo brings back and what was displaced have names that no guest has', () => {
  expect([takenShare('k1'), undoneShare('r1'), displacedKey('k1')]).toEqual(['a:k1', 'u:r1', 'a:k1']);
});
