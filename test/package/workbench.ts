import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the test's own `npm run` put into the environment would steer an npm started below it. */
const cleanEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

/** Runs a command to its end and returns what it printed; throws when it fails. */
export const run = (cwd: string, command: string, ...args: string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: cleanEnvironment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`);
  return stdout;
};

export type Folder = { readonly path: string; write(name: string, text: string): void; remove(): void };

/** An empty folder outside the project, as a user's is. */
export const emptyFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'relevo-package-'));
  return {
    path,
    write: (name, text) => writeFileSync(join(path, name), text),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};

const tarballs = new Map<string, string>();

/** Path of the packed `relevo` or `relevo-server`. */
export const tarball = (name: 'relevo' | 'relevo-server'): string => {
  if (tarballs.size === 0) {
    for (const line of run(root, 'node', 'tools/pack.mjs').trim().split('\n')) {
      tarballs.set(line.replace(/^packed\/|-\d.*$/g, ''), join(root, line));
    }
  }
  return tarballs.get(name) ?? '';
};

export const install = (folder: Folder, ...packages: string[]): void => {
  folder.write('package.json', '{ "type": "module", "private": true }');
  run(folder.path, 'npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...packages);
};
