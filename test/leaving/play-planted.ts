// `node test/leaving/play-planted.ts FAULT [SIGN-OUTS]`: plays sign-outs with that fault in the product, until one finds it.
import { registerHooks } from 'node:module';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { faulty, root } from '../conformance/with-fault.ts';
import { planted } from './planted.ts';

const [id, most = '200'] = argv.slice(2);
const fault = planted.find((one) => one.id === id);
if (!fault) throw new Error(`no fault is called ${id}`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== root + fault.file) return loaded;
    return { ...loaded, source: faulty(fault, String(loaded.source)) };
  },
});

// Behind the hook: what is loaded before it is as it stands.
const { runSignOut } = await import('./run-sign-out.ts');
const { planSignOut } = await import('./sign-out-plan.ts');

for (let seed = 1; seed <= Number(most); seed++) {
  const { faults } = await runSignOut(planSignOut(seed));
  if (!faults.length) continue;
  console.log(`sign-out ${seed}: ${faults[0]}`);
  exit(0);
}
console.log(`${most} sign-outs did not show it`);
exit(1);
