// `npm run test:full`             runs every full gate within its time, then prints one table from the saved results
// `npm run test:full -- --table`  only the table
import { spawnSync } from 'node:child_process';
import { gates } from './gates.ts';
import { printTable } from './table.ts';

const [first] = process.argv.slice(2);
if (first !== '--table')
  for (const { name } of gates)
    spawnSync('node', ['tools/full/run.ts', name, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(printTable(gates) ? 0 : 1);
