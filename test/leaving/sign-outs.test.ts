import { expect, test } from 'vitest';
import { figures } from '../../tools/full/figures.ts';
import { runSignOut } from './run-sign-out.ts';
import { planSignOut } from './sign-out-plan.ts';

const count = Number(process.env['RELEVO_SIGN_OUTS'] ?? 40);
const firstSeed = Number(process.env['RELEVO_SEED'] ?? 1);

test(`${count} sign-outs with a push in flight and other tabs that write leave no trace and send nothing afterwards`, {
  timeout: 1_200_000,
}, async () => {
  const met = new Map<string, number>();
  const failed: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const plan = planSignOut(seed);
    const outcome = await runSignOut(plan);
    for (const one of outcome.met) met.set(one, (met.get(one) ?? 0) + 1);
    if (outcome.faults.length)
      failed.push(`RELEVO_SEED=${seed} RELEVO_SIGN_OUTS=1: ${outcome.faults.join('; ')}\n  ${JSON.stringify(plan)}`);
  }
  console.info(`sign-outs in virtual time: ${JSON.stringify(Object.fromEntries(met))}`);
  figures.sum('sign-outs in virtual time', count);
  figures.sum('sign-outs in virtual time: with a trace, a late request or a loss', failed.length);
  for (const [name, times] of met) figures.sum(`sign-outs in virtual time: ${name}`, times);
  expect(failed.join('\n')).toBe('');
});
