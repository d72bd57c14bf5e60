/** What is mutated together, and the tests that have to notice. Each group is a part of the gate. */
export type Group = {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
};

/** Of a group's mutants its tests have to notice so many, in %. */
export const least = 90;

const files = (folder: string, ...names: readonly string[]) => names.map((name) => `${folder}/${name}.ts`);

export const groups: Readonly<Record<string, Group>> = {
  core: {
    // The registry of errors is prose; what uses it is in the other groups.
    mutate: ['src/core/*.ts', '!src/core/error-registry.ts'],
    tests: ['test/core/**/*.test.ts'],
  },
  protocol: {
    mutate: files('src/protocol', 'messages', 'parse', 'cursor'),
    tests: ['test/protocol/**/*.test.ts'],
  },
  client: {
    mutate: files(
      'src/client',
      'outbox',
      'sync',
      'requests',
      'exchange',
      'backoff',
      'arrival',
      'pending',
      'receive-push',
    ),
    tests: ['test/client/**/*.test.ts', 'test/network/**/*.test.ts'],
  },
  server: {
    mutate: files(
      'src/server',
      'apply-changes',
      'auth',
      'cursor-codec',
      'identity',
      'log',
      'origins',
      'rate-limit',
      'tickets',
      'wire-error',
    ),
    // No mutant reaches the process that `cli.test.ts` starts; the other two take long and find none that is not found.
    tests: ['test/server/**/!(cli|fuzz|live-socket).test.ts'],
  },
};
