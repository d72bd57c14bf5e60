import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyFolder, install, root, run, tarball } from './workbench.ts';

const folder = emptyFolder();
const installed = join(folder.path, 'node_modules/relevo-server');
afterAll(() => folder.remove());
beforeAll(() => install(folder, tarball('relevo-server'), '@types/node@24'));

test('the tarball of relevo-server holds built files and papers only', () => {
  const files = run(root, 'tar', '-tf', tarball('relevo-server')).trim().split('\n');
  const expected =
    /^package\/(dist\/(index|cli|relevo|chunks\/[\w-]+)\.js|dist\/THIRD-PARTY\.txt|dist\/types\/[\w/-]+\.d\.ts|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  expect(files.filter((file) => !expected.test(file))).toEqual([]);
  expect(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))).not.toHaveProperty('scripts');
});

test('its types resolve, are not any, and need no more than what is installed', () => {
  const compile = (text: string): string => {
    folder.write('consumer.ts', text);
    const flags = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--types', 'node', '--target', 'es2022'];
    const mode = ['--module', 'nodenext', '--moduleResolution', 'nodenext'];
    try {
      return run(folder.path, join(root, 'node_modules/.bin/tsc'), ...flags, ...mode, 'consumer.ts');
    } catch (error) {
      return String(error);
    }
  };
  const mount = `import { createServer } from 'node:http';
    import { createSyncServer, memoryStore } from 'relevo-server';
    const sync = createSyncServer({ sites: {}, store: memoryStore() });
    export const server = createServer((request, response) => sync.node(request, response)).on('upgrade', sync.upgrade);`;
  expect(compile(mount)).toBe('');
  expect(compile(mount.replace('memoryStore()', '1'))).toContain('error TS2322');
});

test('the installed relevo-server starts, answers, serves the script tag and stops', async () => {
  const child = spawn(
    join(folder.path, 'node_modules/.bin/relevo-server'),
    ['--dev', '--port', '0', '--db', 'shop.db'],
    {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const closed = new Promise((resolve) => child.once('close', resolve));
    let origin: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      origin = /http:\/\/[\w.:[\]]+:\d+/.exec(line)?.[0];
      if (origin) break;
    }
    expect(origin).toBeTypeOf('string');
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const script = await (await fetch(`${origin}/relevo.js`)).text();
    expect(script).toBe(readFileSync(join(root, 'dist/relevo.js'), 'utf8'));
    child.kill('SIGTERM');
    expect(await closed).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
