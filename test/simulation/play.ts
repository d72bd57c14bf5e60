// Plays histories from the command line: `node test/simulation/play.ts --seed 7 --histories 1 --trace`.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript } from '../../src/testing/script.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '1' },
    steps: { type: 'string', default: '60' },
    trace: { type: 'boolean', default: false },
  },
});

const env = {
  sha256: (text: string): Uint8Array => createHash('sha256').update(text, 'utf8').digest(),
  settle: () => new Promise<void>((done) => setImmediate(done)),
};
const first = Number(values.seed);
const started = performance.now();
let events = 0;
let failed = 0;
for (let seed = first; seed < first + Number(values.histories); seed++) {
  const outcome = await runScript(makeScript(seed, { steps: Number(values.steps) }), env);
  events += outcome.events;
  if (values.trace) console.log(outcome.trace.join('\n'));
  if (!outcome.finding) continue;
  failed++;
  console.log(`seed ${seed}: ${JSON.stringify(outcome.finding).slice(0, 600)}`);
}
const seconds = (performance.now() - started) / 1000;
console.log(`${values.histories} histories, ${events} events, ${failed} failed, ${seconds.toFixed(1)} s`);
