// `npm run test:conformance`: every case in virtual time and over HTTP. With `-- --faults`: each fault by itself, whose case
// must fail; `-- --faults C1a W2b` takes these only.
import { spawnSync } from 'node:child_process';
import { argv, exit } from 'node:process';
import { faults } from './faults.ts';
import { runFault } from './run-fault.ts';

const [first, ...ids] = argv.slice(2);
if (first !== '--faults') {
  const args = [
    'run',
    '--project',
    'quick',
    'test/conformance/in-memory.test.ts',
    'test/conformance/over-http.test.ts',
  ];
  exit(spawnSync('vitest', args, { stdio: 'inherit' }).status ?? 1);
}

const wanted = ids.length ? faults.filter(({ id }) => ids.includes(id)) : faults;
const missed: string[] = [];
for (const fault of wanted) {
  const { status, words } = await runFault(fault);
  if (status !== 'failed') missed.push(fault.id);
  console.log(`${fault.id.padEnd(5)} ${status === 'failed' ? 'noticed' : status}: ${words}`);
}
console.log(`${wanted.length - missed.length} of ${wanted.length} faults noticed.`);
if (missed.length) console.log(`Not noticed: ${missed.join(', ')}`);
exit(missed.length || !wanted.length ? 1 : 0);
