// Packs both packages into packed/. The tarballs' manifests hold what an installer needs and nothing
// of the workshop: no scripts, no development dependencies, no workspaces. Publish these files
// (`npm publish packed/relevo-0.1.0.tgz`), not the folders.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const workshop = new Set([
  'scripts',
  'devDependencies',
  'optionalDependencies',
  'workspaces',
  'allowScripts',
  'private',
]);
const stage = 'node_modules/.cache/relevo-pack';
const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));

mkdirSync('packed', { recursive: true });
for (const folder of ['.', 'src/server']) {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  cpSync(`${folder}/dist`, `${stage}/dist`, { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) {
    const source = [`${folder}/${name}`, name].find((path) => existsSync(path));
    if (source) cpSync(source, `${stage}/${name}`);
  }
  const published = Object.fromEntries(Object.entries(manifest).filter(([key]) => !workshop.has(key)));
  writeFileSync(`${stage}/package.json`, `${JSON.stringify(published, null, 2)}\n`);
  // Metro before React Native 0.79, and every app that switched them off, knows no `exports`: folders lead the same way.
  for (const name of ['react', 'react-native']) {
    const entry = manifest.exports?.[`./${name}`];
    if (!entry) continue;
    mkdirSync(`${stage}/${name}`);
    const target = { type: 'module', main: `../${entry.default}`, types: `../${entry.types}` };
    writeFileSync(`${stage}/${name}/package.json`, `${JSON.stringify(target, null, 2)}\n`);
  }
  const out = execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve('packed')], {
    cwd: stage,
    encoding: 'utf8',
    env: Object.fromEntries(inherited),
  });
  console.log(`packed/${out.trim()}`);
}
rmSync(stage, { recursive: true, force: true });
