// `npm test`: builds what is stale, checks the types, runs every quick test, and a short pass in a
// real browser where the machine has one.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const run = (name, args) => {
  const { status } = spawnSync(name, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

run('node', ['tools/build.mjs', '--if-stale']);
run('tsc', ['--noEmit']);
run('tsc', ['--noEmit', '--project', 'tsconfig.neutral.json']);
run('tsc', ['--noEmit', '--project', 'tsconfig.native.json']);
run('vitest', ['run', '--project', 'quick', ...process.argv.slice(2)]);

if (process.argv.length > 2) process.exit(0);
if (onPath('chromium')) run('vitest', ['run', '--project', 'browser', '--no-file-parallelism', 'host-page']);
else
  console.log(
    'Left out: real browsers. Get them with `apt-get install chromium firefox-esr`, then run `npm run test:browser`.',
  );
