import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { groups } from './groups.ts';

const { mutate = [], tests = [] } = groups[process.env['RELEVO_MUTATION'] ?? 'core'] ?? {};
const mutated = new Set(mutate.map((path) => path.replace(/.*\/|\.ts$/g, '')));

/**
 * Most mutants are found by the tests of their own file, which are small: those first, then by size. A mutant is done
 * with at the first test that fails.
 */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      statSync(moduleId).size * (mutated.has(moduleId.replace(/.*\/|\.test\.ts$/g, '')) ? 1 : 1_000);
    return [...files].sort((a, b) => rank(a) - rank(b));
  }
}

// What each mutant is run against: the tests of its group, without coverage, in one order.
export default defineConfig({
  test: {
    include: process.env['RELEVO_MUTATION_TESTS']?.split(',') ?? [...tests],
    // One worker with one copy of each module for all files of a run, made anew for each mutant: a third of the work.
    isolate: false,
    sequence: { sequencer: NearestFirst },
    testTimeout: 10_000,
    hookTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
