import { groups, least, productOf } from '../../../test/mutation/groups.ts';
import type { Gate } from '../gate.ts';

const mutated = Object.keys(groups);

/** One part for each group of files and their tests; a part uses both cores by itself. */
export const mutation: Gate = {
  name: 'mutation',
  minutes: 90,
  of: ['test/mutation/groups.ts', 'test/mutation/stryker.config.mjs', 'test/mutation/vitest.config.ts'],
  parts: Object.entries(groups).map(([name, group]) => ({
    name,
    command: ['node', 'test/mutation/run.ts', name],
    of: [...productOf(group), ...new Set(group.tests.map((pattern) => pattern.replace(/\/\*.*/, '')))],
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
