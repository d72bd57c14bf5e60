import { expect, it } from 'vitest';
import { parkedFor, placed } from '../../src/core/parked-line.ts';
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
