import { groups } from './groups.ts';

// RELEVO_MUTATION names the group; RELEVO_MUTATE takes some of its files instead of all.
const name = process.env['RELEVO_MUTATION'] ?? 'core';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: process.env['RELEVO_MUTATE']?.split(',') ?? groups[name].mutate,
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/survivor-reporter.mjs'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env['RELEVO_MUTATION_WORKERS'] ?? 2),
  // It reads tsconfig.json with a compiler interface that TypeScript 7 does not have. A file that is not there is no
  // trouble: nothing here needs to be rewritten for a sandbox.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  // Well over a test's own limit, so that a busy machine does not pass for a mutant that hangs.
  timeoutMS: 20_000,
  tempDirName: `.cache/mutation-${name}`,
  ignorePatterns: [
    '.cache',
    '.full',
    'tools/full/results',
    'examples',
    'reports',
    'test/native',
    'test/browser',
    'test/package',
  ],
  reporters: ['survivors', 'progress-append-only', 'json'],
  // With chosen files or tests the rest would be forgotten.
  incremental: !process.env['RELEVO_MUTATE'] && !process.env['RELEVO_MUTATION_TESTS'],
  incrementalFile: `reports/mutation/${name}.earlier.json`,
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  warnings: { slow: false },
  logLevel: 'warn',
};
