import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScript } from '../../src/testing/run-script.ts';
import { makeScript } from '../../src/testing/script.ts';
import { simulationEnv } from './env.ts';
import { reportFailure } from './report-failure.ts';

const histories = Number(process.env['RELEVO_HISTORIES'] ?? 100);
const firstSeed = Number(process.env['RELEVO_SEED'] ?? 1);
const steps = 60;

const stray: unknown[] = [];
const keepStray = (reason: unknown) => void stray.push(reason);
beforeAll(() => void process.on('unhandledRejection', keepStray));
afterAll(() => void process.off('unhandledRejection', keepStray));

const faults = new Map<string, number>();
const evaluated = new Map<string, number>();
const count = (counts: Map<string, number>, more: ReadonlyMap<string, number>) => {
  for (const [name, times] of more) counts.set(name, (counts.get(name) ?? 0) + times);
};

test(`${histories} histories from seed ${firstSeed}: what must hold holds`, {
  timeout: 7_200_000,
}, async () => {
  let events = 0;
  const startedMs = performance.now();
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const script = makeScript(seed, { steps });
    const outcome = await runScript(script, simulationEnv);
    events += outcome.events;
    count(faults, outcome.faults);
    count(evaluated, outcome.evaluated);
    if (outcome.finding) expect.fail(await reportFailure(script, outcome.finding));
    expect(stray, `RELEVO_SEED=${seed} leaves rejections that nobody holds`).toEqual([]);
  }
  const table = (counts: Map<string, number>) =>
    [...counts]
      .sort()
      .map(([name, times]) => `${name} ${times}`)
      .join(', ');
  const perSecond = (histories / (performance.now() - startedMs)) * 1_000;
  console.log(
    `${histories} histories, ${Math.round(events / histories)} events each, ${perSecond.toFixed(1)} a second\nfaults: ${table(faults)}\nlooked at: ${table(evaluated)}`,
  );
});

test('the same seed is the same history to the last event', async () => {
  for (let seed = firstSeed; seed < firstSeed + Math.max(5, histories / 50); seed++) {
    const [first, second] = [
      await runScript(makeScript(seed, { steps }), simulationEnv),
      await runScript(makeScript(seed, { steps }), simulationEnv),
    ];
    expect(second.hash).toBe(first.hash);
    expect(second.events).toBe(first.events);
  }
});
