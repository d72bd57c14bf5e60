// Plays histories from the command line:
//   node test/simulation/play.ts --seed 7                      one history
//   node test/simulation/play.ts --seed 7 --histories 1000     a thousand from there
//   node test/simulation/play.ts --seed 7 --only restore,line  with these kinds of faults alone
//   node test/simulation/play.ts --seed 7 --together 2         with two groups of sudden faults at most
//   node test/simulation/play.ts --seed 7 --shrink name        and what fails, made small, joins the corpus
//   node test/simulation/play.ts --script file.json --trace    a script, with all that happened
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript, type Script } from '../../src/testing/script.ts';
import { faultGroups, ownGroups } from '../../src/testing/script-faults.ts';
import { shrink } from '../../src/testing/shrink.ts';
import { corpusText } from './corpus-file.ts';
import { simulationEnv } from './env.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '1' },
    steps: { type: 'string', default: '60' },
    only: { type: 'string' },
    together: { type: 'string' },
    script: { type: 'string' },
    shrink: { type: 'string' },
    tries: { type: 'string', default: '200' },
    trace: { type: 'boolean', default: false },
  },
});

const only = values.only
  ? [...faultGroups, ...ownGroups].filter((group) => values.only?.split(',').includes(group))
  : undefined;

const scriptOf = (seed: number): Script =>
  values.script
    ? (JSON.parse(readFileSync(values.script, 'utf8')) as Script)
    : makeScript(seed, {
        steps: Number(values.steps),
        together: values.together ? Number(values.together) : undefined,
        ...(only ? { only } : {}),
      });

const first = Number(values.seed);
const startedMs = performance.now();
let events = 0;
let failed = 0;
for (let seed = first; seed < first + Number(values.histories); seed++) {
  const script = scriptOf(seed);
  const outcome = await runScript(script, simulationEnv);
  events += outcome.events;
  if (values.trace && !values.shrink) console.log(outcome.trace.join('\n'));
  if (!outcome.finding) continue;
  failed++;
  console.log(`seed ${seed}: ${JSON.stringify(outcome.finding).slice(0, 900)}`);
  if (values.shrink === undefined) continue;
  const { invariant } = outcome.finding;
  const small = await shrink(script, { env: simulationEnv, invariant, tries: Number(values.tries) });
  const { finding, trace } = await runScript(small, simulationEnv);
  if (values.trace) console.log(trace.join('\n'));
  const text = corpusText(`${invariant}: ${finding?.detail.slice(0, 200)}`, small);
  console.log(text);
  if (values.shrink) writeFileSync(new URL(`corpus/${values.shrink}.json`, import.meta.url), text);
}
const seconds = (performance.now() - startedMs) / 1000;
console.log(`${values.histories} histories, ${events} events, ${failed} failed, ${seconds.toFixed(1)} s`);
