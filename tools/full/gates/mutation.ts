import { groups, least } from '../../../test/mutation/groups.ts';
import type { Gate } from '../gate.ts';

const mutated = Object.keys(groups);

/** One part for each group of files and their tests; a part uses both cores by itself. */
export const mutation: Gate = {
  name: 'mutation',
  minutes: 90,
  of: ['src'],
  parts: Object.entries(groups).map(([name, { tests }]) => ({
    name,
    command: ['node', 'test/mutation/run.ts', name],
    of: ['src', ...new Set(tests.map((pattern) => pattern.replace(/\/\*.*/, '')))],
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
