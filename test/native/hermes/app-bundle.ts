import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyFolder, install, root, run, tarball } from '../../package/workbench.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const tools = fileURLToPath(new URL('../node_modules', import.meta.url));

/** How React Native's Babel preset writes: for today's Hermes with its classes, or for Hermes 0.12 without. */
export type Profile = 'default' | 'hermes-stable';

/** The app of most tests, or the one that also has React and the hooks. */
export type Entry = 'app.js' | 'hooks-app.js';

export type AppBundle = { readonly path: string; readonly source: string };

/**
 * The test's app with the packed package in it: the tarball installed in an empty folder, bundled by
 * Metro. What was bundled from the same files before is taken as it is.
 *
 * @param exports `no-exports`: as Metro was before React Native 0.79, without the package's `exports`.
 */
export const appBundle = (profile: Profile, entry: Entry = 'app.js', exports = ''): AppBundle => {
  const path = join(tools, '.cache', 'relevo', fingerprint(), `${profile}${exports}.${entry}`);
  if (!existsSync(path)) makeBundle(path, profile, entry, exports);
  return { path, source: readFileSync(path, 'utf8') };
};

const makeBundle = (path: string, profile: Profile, entry: Entry, exports: string): void => {
  const project = emptyFolder();
  try {
    install(project, tarball('relevo'));
    cpSync(join(here, entry), join(project.path, entry));
    const out = join(project.path, 'out.js');
    run(project.path, process.execPath, join(here, 'bundle-app.mjs'), project.path, entry, out, profile, exports);
    mkdirSync(dirname(path), { recursive: true });
    // Whole or not at all, should two test files bundle at once.
    const whole = `${path}.${process.pid}`;
    cpSync(out, whole);
    renameSync(whole, path);
  } finally {
    project.remove();
  }
};

/** Of all that goes into a bundle. */
const fingerprint = (): string => {
  const hash = createHash('sha256');
  const dist = join(root, 'dist');
  const built = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const files = built.sort().map((name) => join(dist, name));
  const own = ['app.js', 'hooks-app.js', 'bundle-app.mjs'].map((name) => join(here, name));
  for (const path of [...files, join(root, 'package.json'), ...own]) {
    hash.update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
};

export type Compiled = { readonly status: number | null; readonly text: string; readonly path: string };

/** Compiles a bundle to bytecode with the compiler of today's React Native, or with that of Hermes 0.12. */
export const compile = ({ path }: AppBundle, compiler: 'current' | '0.12'): Compiled => {
  const binary = compiler === 'current' ? 'hermes-compiler/hermesc/linux64-bin' : 'hermes-engine-cli/linux64-bin';
  const out = path.replace(/\.js$/, `.${compiler}.hbc`);
  // As React Native's release builds: what would be debug information goes into the source map.
  const args = ['-w', '-O', '-output-source-map', '-emit-binary', `-out=${out}`, path];
  const { status, stderr, error } = spawnSync(join(tools, binary, 'hermesc'), args, { encoding: 'utf8' });
  return { status, text: `${stderr}${error?.message ?? ''}`, path: out };
};
