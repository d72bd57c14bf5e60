import { defineConfig } from 'vitest/config';

// One project per gate. A folder decides which one a test belongs to; all that is in none of the
// heavy folders is quick and runs in `npm test`. The storage of browsers is a gate of its own.
const heavy = ['browser', 'kills', 'fuzz', 'package', 'native'] as const;
const storage = 'test/browser/storage/**';

const gate = (name: string, testTimeout: number, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude, testTimeout, hookTimeout: testTimeout },
});

// .ci/run counts from these; one file a run, since a gate may start several.
const reportsFolder = process.env['RELEVO_REPORTS'];

export default defineConfig({
  test: {
    environment: 'node',
    reporters: reportsFolder
      ? ['default', ['json', { outputFile: `${reportsFolder}/${process.pid}.json` }]]
      : ['default'],
    restoreMocks: true,
    unstubGlobals: true,
    sequence: { shuffle: true },
    coverage: {
      provider: 'v8',
      include: ['src/core/**/*.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
    projects: [
      gate('quick', 30_000, ['test/**/*.test.ts'], ['**/node_modules/**', ...heavy.map((name) => `test/${name}/**`)]),
      ...heavy.map((name) => gate(name, 120_000, [`test/${name}/**/*.test.ts`], ['**/node_modules/**', storage])),
      gate('storage', 120_000, [`${storage}/*.test.ts`]),
    ],
  },
});
