// Builds both packages: bundles by rollup, declarations by tsc, side by side. `--if-stale` does
// nothing when neither a source nor the way of building has changed since the last build.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const stampFile = 'node_modules/.cache/relevo-build';
const outputs = ['dist', 'src/server/dist'];
const inputs = [
  'src/**/*.ts',
  '{package,package-lock,tsconfig,tsconfig.build}.json',
  'src/server/{package,tsconfig.build}.json',
  'rollup.config.mjs',
  'tools/{build,lean-packages,terser-options,third-party}.mjs',
  'tools/internal-names.json',
];

const fingerprint = () => {
  const hash = createHash('sha256');
  const files = globSync(inputs, { exclude: (path) => path === 'src/server/dist' }).sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
};

const run = (name, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ${args.join(' ')} failed`))));
  });

const wanted = fingerprint();
const fresh =
  process.argv.includes('--if-stale') &&
  outputs.every((folder) => existsSync(`${folder}/relevo.js`)) &&
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === wanted;

if (!fresh) {
  const startedMs = Date.now();
  rmSync(stampFile, { force: true });
  const results = await Promise.allSettled([
    run('rollup', ['--config', '--silent']),
    run('tsc', ['--project', 'tsconfig.build.json']),
    run('tsc', ['--project', 'src/server/tsconfig.build.json']),
  ]);
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length > 0) {
    for (const { reason } of failed) console.error(reason.message);
    process.exit(1);
  }
  // Afterwards and not before: what serves the last build goes on serving it. Half a second for coarse clocks.
  for (const file of globSync(outputs.map((folder) => `${folder}/**/*.*`))) {
    if (statSync(file).isFile() && statSync(file).mtimeMs < startedMs - 500) rmSync(file);
  }
  mkdirSync('node_modules/.cache', { recursive: true });
  writeFileSync(stampFile, wanted);
  console.log(`Built dist and src/server/dist in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
}
