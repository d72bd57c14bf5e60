// A stretch of histories for `npm run test:simulation`: what struck, what was looked at, which seeds failed.
//   node test/simulation/full.ts --from 1 --count 2000
//   node test/simulation/full.ts --from 1 --count 2000 --with age    of them those that age, or have another group of faults
//   node test/simulation/full.ts --from 1 --count 2000 --together 2    with two groups of sudden faults at most in each
//   node test/simulation/full.ts --from 1 --count 2000 --allow 4       with any number of them, of which so many may fail
//   node test/simulation/full.ts --from 1 --count 1000 --twice       each seed twice, with the same hash
//   node test/simulation/full.ts --from 1 --count 1000 --complete    every fault kind and every invariant has its turn
import { parseArgs } from 'node:util';
import { cells } from '../../src/testing/coverage.ts';
import { faultKinds } from '../../src/testing/fault-kinds.ts';
import { invariants } from '../../src/testing/invariants.ts';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript, type Script } from '../../src/testing/script.ts';
import { figures } from '../../tools/full/figures.ts';
import { simulationEnv } from './env.ts';
import { reportFailure } from './report-failure.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    steps: { type: 'string', default: '60' },
    with: { type: 'string' },
    together: { type: 'string' },
    allow: { type: 'string' },
    twice: { type: 'boolean', default: false },
    complete: { type: 'boolean', default: false },
  },
});

// A line for each of them would be millions.
const sums = new Map<string, number>();
const add = (name: string, times: number) => void sums.set(name, (sums.get(name) ?? 0) + times);
const covered = new Set<string>();
let fewestEvents = Number.POSITIVE_INFINITY;
const stray: unknown[] = [];
process.on('unhandledRejection', (reason) => void stray.push(reason));

/** Where everything may go wrong at once some histories are known to fail: they are counted for themselves. */
const allowed = Number(values.allow ?? 0);
const kind = values.allow ? 'histories with everything at once' : 'histories';
const together = values.together ? Number(values.together) : undefined;
const fewest = 300;
const mostSteps = 960;

/** The same, with every restore announced. */
const announced = (script: Script): Script => ({
  ...script,
  steps: script.steps.map((step) => (step.do === 'server restored' ? { ...step, isSaid: true } : step)),
});

/**
 * The history of a seed. One that a silent restore ends, because no device noticed it, is played again with the restore
 * announced; one in which little happens is played again with more steps.
 */
const play = async (seed: number) => {
  for (let steps = Number(values.steps); ; steps *= 2) {
    let script = makeScript(seed, { steps, together });
    if (values.with && !script.enabled.includes(values.with)) return undefined;
    let outcome = await runScript(script, simulationEnv);
    if (!outcome.finding && [...outcome.faults.keys()].some((kind) => kind.startsWith('excused'))) {
      add('silent restores that nobody noticed', 1);
      script = announced(script);
      outcome = await runScript(script, simulationEnv);
    }
    if (outcome.finding || outcome.events >= fewest || steps >= mostSteps) return { script, outcome };
  }
};

const from = Number(values.from);
const startedMs = performance.now();
let failed = 0;
for (let seed = from; seed < from + Number(values.count); seed++) {
  const played = await play(seed);
  if (!played) continue;
  const { script } = played;
  const { finding, events, hash, faults, evaluated, covered: struck } = played.outcome;
  add(kind, 1);
  add('events', events);
  for (const [kind, times] of faults) add(`fault: ${kind}`, times);
  for (const [id, times] of evaluated) add(`looked at: ${id}`, times);
  for (const cell of struck.keys()) covered.add(cell);
  if (values.twice) {
    const again = await runScript(script, simulationEnv);
    add('seeds played twice', 1);
    if (again.hash !== hash || again.events !== events) {
      add('seeds that differ', 1);
      console.log(`RELEVO_SEED=${seed} plays another way the second time: ${hash} and ${again.hash}`);
    }
  }
  if (!finding && !stray.length) {
    // One that failed ends where it failed.
    fewestEvents = Math.min(fewestEvents, events);
    continue;
  }
  failed++;
  const found = finding ?? ({ invariant: 'no stray rejection', detail: String(stray), event: 0 } as const);
  figures.text('failing seeds', `${seed} ${found.invariant}`);
  // A stretch with a defect in each history need not make all of them small.
  console.log(
    failed > 3 ? `RELEVO_SEED=${seed} INVARIANT=${found.invariant}` : await reportFailure(script, found, together),
  );
  stray.length = 0;
}

const struckBy = (kind: string) => sums.get(`fault: ${kind}`) ?? 0;
const looked = (id: string) => (id === 'no stray rejection' ? sums.get(kind) : sums.get(`looked at: ${id}`)) ?? 0;
const missing = [
  ...faultKinds.filter((kind) => !struckBy(kind)),
  ...Object.keys(invariants).filter((id) => !looked(id)),
];
for (const [name, times] of sums) figures.sum(name, times);
figures.min('events of the shortest history', fewestEvents);
figures.sum(`failing ${kind}`, failed);
figures.sum('seeds that differ', 0);
figures.max('pairs of fault and state', cells.filter((cell) => covered.has(cell)).length);
const played = sums.get(kind) ?? 0;
const perSecond = (played / (performance.now() - startedMs)) * 1_000;
console.log(
  `${played} histories from ${from}: ${failed} failed, ${Math.round((sums.get('events') ?? 0) / played)} events each, at least ${fewestEvents}, ${perSecond.toFixed(1)} a second`,
);
const open = cells.filter((cell) => !covered.has(cell));
console.log(
  `faults × states of the engine: ${cells.length - open.length} of ${cells.length} came up; not: ${open.join(', ') || 'none'}`,
);
if (values.complete && missing.length) console.log(`never: ${missing.join(', ')}`);
const isIncomplete = values.complete && missing.length > 0;
process.exitCode = failed > allowed || isIncomplete || sums.get('seeds that differ') ? 1 : 0;
