import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareStamps,
  laterStamp,
  type Stamp,
  type StampRequest,
  stampChange,
  zeroStamp,
} from '../../src/core/stamp.ts';
import { stamps } from './arbitraries.ts';
import { holds, isCaught } from './property.ts';

const compare = (a: Stamp, b: Stamp) => Math.sign(compareStamps(a, b));

describe('the order of stamps', () => {
  it('goes by wall time, then counter, then replica, then number', () => {
    const ascending: Stamp[] = [
      zeroStamp,
      [0, 0, '-', 1],
      [1, 0, 'a', 1],
      [1, 1, 'B', 9],
      [1, 1, 'a', 2],
      [1, 1, 'a', 10],
      [2, 0, '', 0],
    ];
    expect([...ascending].reverse().sort(compareStamps)).toEqual(ascending);
  });
  it('is total: one of two different stamps is later, and later than later is later', () => {
    holds(fc.tuple(stamps, stamps, stamps), ([a, b, c]) => {
      expect(compare(a, b) + compare(b, a)).toBe(0);
      expect(compare(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
    });
  });
  it('gives the later of two', () => {
    expect(laterStamp([1, 0, 'a', 1], [2, 0, 'a', 2])).toEqual([2, 0, 'a', 2]);
    expect(laterStamp([2, 0, 'a', 2], [1, 0, 'a', 1])).toEqual([2, 0, 'a', 2]);
  });
});

const nowMs = 1_800_000_000_000;
const stamp = (request: Partial<StampRequest>): Stamp =>
  stampChange({ nowMs, ageMs: 0, base: zeroStamp, replica: 'r', seq: 3, ...request });

const changes = fc
  .record({
    nowMs: fc.integer({ min: 1, max: 50 }),
    ageMs: fc.double({ min: -60, max: 60, noNaN: true }),
    wallMs: fc.nat(49),
    counter: fc.nat(2),
  })
  .map(
    ({ nowMs, ageMs, wallMs, counter }): StampRequest => ({
      nowMs,
      ageMs,
      base: [Math.min(wallMs, nowMs), counter, 'other', 4],
      replica: 'r',
      seq: 3,
    }),
  );

describe('the stamp of a change', () => {
  it("is the server's time less the age, whole milliseconds", () => {
    expect(stamp({ ageMs: 1_000.25 })).toEqual([nowMs - 1_001, 0, 'r', 3]);
  });
  it('is now at the latest, whatever the device says: a clock nine years ahead wins nothing', () => {
    expect(stamp({ ageMs: -9 * 365 * 86_400_000 })).toEqual([nowMs, 0, 'r', 3]);
  });
  it('is 1 at the earliest: older than all the time there is still comes after nothing', () => {
    expect(stamp({ ageMs: 1e300 })).toEqual([1, 0, 'r', 3]);
    expect(compareStamps(stamp({ ageMs: 1e300 }), zeroStamp)).toBeGreaterThan(0);
  });
  it('comes right after what the change had seen, when its age alone would put it before', () => {
    expect(stamp({ ageMs: 5_000, base: [nowMs - 10, 4, 'other', 9] })).toEqual([nowMs - 10, 5, 'r', 3]);
  });
  it('comes after what the change had seen also when that is the very stamp it would have had', () => {
    expect(stamp({ base: [nowMs, 0, 'r', 3] })).toEqual([nowMs, 1, 'r', 3]);
  });
  it('is never later than now and always after what the change had seen', () => {
    holds(changes, (change) => {
      const made = stampChange(change);
      expect(made[0]).toBeLessThanOrEqual(change.nowMs);
      expect(Number.isInteger(made[0])).toBe(true);
      expect(compareStamps(made, change.base)).toBeGreaterThan(0);
    });
  });
  it('would be caught trusting the age alone', () => {
    isCaught(changes, (change) => {
      const made: Stamp = [Math.min(change.nowMs, Math.max(1, change.nowMs - change.ageMs)), 0, 'r', 3];
      expect(compareStamps(made, change.base)).toBeGreaterThan(0);
    });
  });
});
