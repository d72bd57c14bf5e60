// A stretch of histories for `npm run test:simulation`: what struck, what was looked at, which seeds failed.
//   node test/simulation/full.ts --from 1 --count 2000
import { parseArgs } from 'node:util';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript } from '../../src/testing/script.ts';
import { figures } from '../../tools/full/figures.ts';
import { simulationEnv } from './env.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    steps: { type: 'string', default: '60' },
  },
});

// A line for each of them would be millions.
const sums = new Map<string, number>();
const add = (name: string, times: number) => void sums.set(name, (sums.get(name) ?? 0) + times);
let fewestEvents = Number.POSITIVE_INFINITY;
const stray: unknown[] = [];
process.on('unhandledRejection', (reason) => void stray.push(reason));

const from = Number(values.from);
let failed = 0;
for (let seed = from; seed < from + Number(values.count); seed++) {
  const { finding, events, faults, evaluated } = await runScript(
    makeScript(seed, { steps: Number(values.steps) }),
    simulationEnv,
  );
  add('histories', 1);
  add('events', events);
  fewestEvents = Math.min(fewestEvents, events);
  for (const [kind, times] of faults) add(`fault: ${kind}`, times);
  for (const [id, times] of evaluated) add(`looked at: ${id}`, times);
  if (!finding && !stray.length) continue;
  failed++;
  const { invariant, detail, event } = finding ?? { invariant: 'no stray rejection', detail: String(stray), event: 0 };
  stray.length = 0;
  figures.text('failing seeds', `${seed} ${invariant}`);
  console.log(
    `RELEVO_SEED=${seed} INVARIANT=${invariant} EVENT=${event}, replay with: node test/simulation/play.ts --seed ${seed}\n${detail.slice(0, 600)}`,
  );
}
for (const [name, times] of sums) figures.sum(name, times);
figures.min('events of the shortest history', fewestEvents);
figures.sum('failing histories', failed);
process.exitCode = failed ? 1 : 0;
