import { beforeAll, describe, expect, it } from 'vitest';
import { figures } from '../../../tools/full/figures.ts';
import type { Outcome } from './page.ts';
import { unlessQuick } from './quick.ts';
import { casesBySuite, type SuiteName, suiteNames } from './suites.ts';

/**
 * The whole contract in one real browser, a test for each case. `runSuite` runs a suite in a page and
 * gives what came of its cases.
 */
export const contractInBrowser = ({
  browser,
  runSuite,
}: {
  browser: string;
  runSuite(suite: SuiteName): Promise<readonly Outcome[]>;
}): void => {
  // One page after another: two suites at once would put their faults into each other.
  describe.each(unlessQuick(suiteNames, (suite) => /^indexeddb$|^frame faults$/.test(suite)))(
    `in ${browser}: %s`,
    (suite) => {
      const cases = casesBySuite[suite];
      const outcomes = new Map<string, Outcome>();
      beforeAll(async () => {
        for (const outcome of await runSuite(suite)) outcomes.set(outcome.name, outcome);
        const kept = [...outcomes.values()].filter(({ failure }) => !failure).length;
        figures.min(`contract cases kept in ${browser}: ${suite}`, kept);
      });

      it.each(cases.map(({ name }) => ({ name })))('$name', ({ name }) => {
        expect(outcomes.get(name)).toEqual({ name });
      });
    },
  );
};
