// `npm run test:native`: the packed package on a real Hermes and under jest with React Native. Their tools are
// large, so they have a manifest of their own in test/native, installed here when they are not yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const folder = 'test/native';
const stamp = `${folder}/node_modules/.relevo-lock`;
const lock = createHash('sha256')
  .update(readFileSync(`${folder}/package-lock.json`))
  .digest('hex');

const run = (name, args, cwd = '.') => {
  const { status } = spawnSync(name, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
  return status === 0;
};

const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (isInstalled || run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder)) {
  writeFileSync(stamp, lock);
  run('vitest', ['run', '--project', 'native', '--no-file-parallelism', ...process.argv.slice(2)]);
  run('node', [`${folder}/jest/run.ts`]);
}
