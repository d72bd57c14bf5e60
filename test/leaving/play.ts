import { runSignOut } from './run-sign-out.ts';
import { planSignOut } from './sign-out-plan.ts';
const [from, to] = process.argv.slice(2).map(Number) as [number, number];
let failed = 0;
const met = new Map<string, number>();
for (let seed = from; seed <= to; seed++) {
  const plan = planSignOut(seed);
  const { faults, met: m } = await runSignOut(plan);
  for (const x of m) met.set(x, (met.get(x) ?? 0) + 1);
  if (faults.length) { failed++; console.log(seed, faults.join('; ').slice(0, 900), JSON.stringify(plan)); }
}
console.log(failed, 'failed', JSON.stringify([...met]));
