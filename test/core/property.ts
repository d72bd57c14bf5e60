import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, vi } from 'vitest';

// A property is one test of many cases; on a busy machine the full gate's 20,000 take longer than a test's usual 5 s.
vi.setConfig({ testTimeout: 120_000 });

/**
 * How many random cases each property of the kernel sees: 20,000 in the full gate, 2,000 while
 * developing, or `RELEVO_RUNS`. The seed is fixed, so a failure comes back; `RELEVO_SEED` tries another.
 */
export const runs = Number(process.env.RELEVO_RUNS ?? (process.env.CI ? 20_000 : 2_000));
const seed = Number(process.env.RELEVO_SEED ?? 42);

// What an assertion returns is no verdict: fast-check would take `false` for a failure.
const property = <T>(cases: fc.Arbitrary<T>, check: (value: T) => unknown) =>
  fc.property(cases, (value) => {
    check(value);
  });

/** The check throws for no case. */
export const holds = <T>(cases: fc.Arbitrary<T>, check: (value: T) => unknown): void => {
  fc.assert(property(cases, check), { numRuns: runs, seed });
};

/** A negative control: the same check must fail for a model with a fault in it, or it proves nothing. */
export const isCaught = <T>(cases: fc.Arbitrary<T>, check: (value: T) => unknown): void => {
  const { failed, numRuns } = fc.check(property(cases, check), { numRuns: 20_000, seed, endOnFailure: true });
  expect(failed, `not caught in ${numRuns} cases`).toBe(true);
};

/** Equal, by a comparison that is fast enough for each of 20,000 cases; the slow one words the failure. */
export const same = (actual: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
};
