/** What is mutated together, and the tests that have to notice. Each group is a part of the gate. */
export type Group = {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
};

/** Of a group's mutants its tests have to notice so many, in %. */
export const least = 90;

const files = (folder: string, ...names: readonly string[]) => names.map((name) => `${folder}/${name}.ts`);

// Small enough that one is done in a quarter of an hour or two: what a call has no time for, the next one does.
const kernelTests = ['test/core/**/*.test.ts'];
const clientTests = ['test/client/**/*.test.ts', 'test/network/**/*.test.ts'];
// No mutant reaches the process that `cli.test.ts` starts; the other two take long and find none that is not found.
const serverTests = ['test/server/**/!(cli|fuzz|live-socket).test.ts'];

const joins = files('src/core', 'compact-counter', 'counter', 'entry', 'flag', 'match-order', 'register', 'stamp');

export const groups: Readonly<Record<string, Group>> = {
  joins: { mutate: joins, tests: kernelTests },
  values: {
    // The registry of errors is prose; what uses it is in the other groups.
    mutate: ['src/core/*.ts', '!src/core/error-registry.ts', ...joins.map((file) => `!${file}`)],
    tests: kernelTests,
  },
  protocol: {
    mutate: files('src/protocol', 'messages', 'parse', 'cursor'),
    tests: ['test/protocol/**/*.test.ts'],
  },
  outbox: { mutate: files('src/client', 'outbox', 'pending', 'rehome'), tests: clientTests },
  sync: { mutate: files('src/client', 'sync', 'backoff', 'receive-push'), tests: clientTests },
  requests: { mutate: files('src/client', 'requests', 'exchange', 'arrival', 'offer'), tests: clientTests },
  changes: {
    mutate: files('src/server', 'apply-changes', 'outdated', 'brought', 'twins', 'cursor-codec'),
    tests: serverTests,
  },
  authorisation: {
    mutate: files('src/server', 'auth', 'identity', 'origins', 'rate-limit', 'tickets'),
    tests: serverTests,
  },
  redaction: { mutate: files('src/server', 'log', 'wire-error'), tests: serverTests },
};

const rooms: Readonly<Record<string, readonly string[]>> = {
  core: ['src/core'],
  protocol: ['src/core', 'src/protocol'],
  server: ['src/core', 'src/protocol', 'src/server'],
  // Its tests run against the server.
  client: ['src'],
};

/** The folders of the product that the tests of a group run: what becomes of a mutant there is true as long as these are the same. */
export const productOf = ({ mutate }: Group): readonly string[] => rooms[mutate[0]?.split('/')[1] ?? ''] ?? ['src'];
