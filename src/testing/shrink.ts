import type { InvariantId } from './invariants.ts';
import { runScript, type SimulationEnv } from './run-script.ts';
import type { Script, Step } from './script.ts';

const withoutDevice = (script: Script, gone: number): Script => ({
  ...script,
  devices: script.devices.filter((_, d) => d !== gone),
  steps: script.steps
    .filter(({ d }) => d !== gone)
    .map((step): Step => {
      const d = step.d - Number(step.d > gone);
      return step.do === 'clone'
        ? { ...step, d, from: Math.max(0, step.from - Number(step.from > gone)) }
        : { ...step, d };
    }),
});

/** Times on a grid, the quiet between steps cut out: what is left reads like a story. */
const rounded = (script: Script, gridMs: number, longestMs: number): Script => {
  let at = 0;
  let before = 0;
  return {
    ...script,
    steps: script.steps.map((step) => {
      at += Math.ceil(Math.min(longestMs, step.at - before) / gridMs) * gridMs;
      before = step.at;
      return { ...step, at };
    }),
  };
};

/**
 * A shorter script in which the same invariant does not hold: devices go first, then stretches of
 * steps, then single ones, then odd times.
 *
 * @param options.tries How many scripts are played at most. Default 200.
 */
export const shrink = async (
  script: Script,
  { env, invariant, tries = 200 }: { env: SimulationEnv; invariant: InvariantId; tries?: number },
): Promise<Script> => {
  let best = script;
  let left = tries;

  const take = async (candidate: Script): Promise<boolean> => {
    if (left-- <= 0) return false;
    const { finding } = await runScript(candidate, env);
    if (finding?.invariant !== invariant) return false;
    best = candidate;
    return true;
  };

  for (let d = best.devices.length - 1; d >= 0 && best.devices.length > 1; d--) await take(withoutDevice(best, d));
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = Math.max(0, best.steps.length - size); from >= 0 && left > 0; from -= size) {
      const steps = best.steps.filter((_, at) => at < from || at >= from + size);
      await take({ ...best, steps });
      if (from > 0 && from < size) from = size;
    }
  }
  for (let d = 0; d < best.devices.length; d++) {
    const simpler = { tabs: 1, guest: 'synced', consent: 'granted' } as const;
    for (const [name, value] of Object.entries(simpler))
      await take({ ...best, devices: best.devices.map((spec, at) => (at === d ? { ...spec, [name]: value } : spec)) });
  }
  for (const [gridMs, longestMs] of [
    [1_000, 1_000],
    [100, 5_000],
    [10, 60_000],
  ] as const)
    if (await take(rounded(best, gridMs, longestMs))) break;
  return best;
};
