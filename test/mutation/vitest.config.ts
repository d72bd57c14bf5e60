import { defineConfig } from 'vitest/config';
import { groups } from './groups.ts';

// What each mutant is run against: the tests of its group, without coverage, in one order.
const name = process.env['RELEVO_MUTATION'] ?? 'core';

export default defineConfig({
  test: {
    include: [...(groups[name]?.tests ?? [])],
    // One worker with one copy of each module for all files of a run, made anew for each mutant: a third of the work.
    isolate: false,
    testTimeout: 10_000,
    hookTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
