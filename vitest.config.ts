import { defineConfig } from 'vitest/config';

// One project per gate. A folder decides which one a test belongs to; all that is in none of the
// heavy folders is quick and runs in `npm test`.
const heavy = ['browser', 'kills', 'package', 'build'] as const;

const gate = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude },
});

export default defineConfig({
  test: {
    environment: 'node',
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
      gate(
        'quick',
        ['test/**/*.test.ts'],
        heavy.map((name) => `test/${name}/**`),
      ),
      ...heavy.map((name) => gate(name, [`test/${name}/**/*.test.ts`])),
    ],
  },
});
