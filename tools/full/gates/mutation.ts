import { groups, least } from '../../../test/mutation/groups.ts';
import type { Gate } from '../gate.ts';

const mutated = Object.keys(groups);

/** What the tests of a room run: its own files and those that it may import. The engine's run all of the product. */
const runBy: Readonly<Record<string, readonly string[]>> = {
  core: ['src/core'],
  protocol: ['src/core', 'src/protocol'],
  server: ['src/core', 'src/protocol', 'src/server'],
  client: ['src'],
};
const roomOf = (file = ''): string => file.split('/')[1] ?? '';

/** One part for each group of files and their tests; a part uses both cores by itself. */
export const mutation: Gate = {
  name: 'mutation',
  minutes: 90,
  of: ['src'],
  parts: Object.entries(groups).map(([name, { mutate, tests }]) => ({
    name,
    command: ['node', 'test/mutation/run.ts', name],
    of: [...(runBy[roomOf(mutate[0])] ?? ['src']), ...new Set(tests.map((pattern) => pattern.replace(/\/\*.*/, '')))],
  })),
  quick: [],
  promises: [
    ...mutated.map((name) => ({
      what: `mutants of ${name} that tests notice, %`,
      of: `mutation score: ${name}`,
      least,
    })),
    { what: 'survivors without a reason', of: 'survivors without a reason', most: 0 },
  ],
};
