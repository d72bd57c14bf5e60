import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from './file-map.ts';

const run = (command: string, args: readonly string[], cwd = root): { code: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', command), args, {
    cwd,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
};

/** Compiles a text as the project's file of settings says. */
const compiler = (settings: string, globals: readonly string[] = []) => {
  // Inside node_modules, so that neither git nor another test sees it, and @types would be found if they were let in.
  const folder = mkdtempSync(join(root, 'node_modules/.neutral-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const files = ['planted.ts', ...globals.map((path) => join(root, path))];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: `../../${settings}`, include: [], files }));
  return (text: string): string => {
    writeFileSync(join(folder, 'planted.ts'), text);
    return run('tsc', ['--noEmit', '--project', folder]).output;
  };
};
const unknownName = /TS(2304|2580|2584|2591|18004|2552)/;

describe('the neutral compile', () => {
  const compile = compiler('tsconfig.neutral.json');

  test('passes for core, protocol and client', () => {
    expect(run('tsc', ['--noEmit', '--project', 'tsconfig.neutral.json'])).toEqual({ code: 0, output: '' });
  });

  test.each(['window', 'document', 'process', 'setTimeout', 'fetch', 'crypto', 'TextEncoder', 'Buffer', 'console'])(
    'does not know %s',
    (name) => {
      expect(compile(`export const it: unknown = ${name};\n`)).toMatch(unknownName);
    },
  );

  test('knows what ES2022 has', () => {
    expect(compile('export const it: unknown = new Map([[1, 2]]).get(1);\n')).toBe('');
  });
});

describe('the compile for React Native', () => {
  const compile = compiler('tsconfig.native.json', ['src/platform/react-native/globals.d.ts']);

  test('passes for the platform and its entries', () => {
    expect(run('tsc', ['--noEmit', '--project', 'tsconfig.native.json'])).toEqual({ code: 0, output: '' });
  });

  test.each(['document', 'navigator', 'localStorage', 'TextEncoder', 'structuredClone', 'queueMicrotask', 'process'])(
    'does not know %s',
    (name) => {
      expect(compile(`export const it: unknown = ${name};\n`)).toMatch(unknownName);
    },
  );

  test('knows what React Native has', () => {
    expect(compile('export const it = [fetch, WebSocket, setTimeout, AbortController];\n')).toBe('');
  });
});

describe('the linter', () => {
  const planted = [
    ['src/core/a.ts', 'noRestrictedGlobals', 'export const a = Date.now();'],
    ['src/client/b.ts', 'noRestrictedGlobals', 'export const a = performance.now();'],
    ['src/client/c.ts', 'noRestrictedGlobals', 'queueMicrotask(() => {});'],
    ['src/core/d.ts', 'noExplicitAny', 'export const a = (b: any): number => b;'],
    ['src/core/e.ts', 'noNonNullAssertion', 'export const a = (b: string | null): string => b!;'],
    ['src/core/f.ts', 'noDefaultExport', 'export default 1;'],
    ['src/core/g.ts', 'noEnum', 'export enum A {\n  B,\n}'],
    ['src/server/h.ts', 'noFloatingPromises', 'const go = async (): Promise<void> => {};\ngo();'],
    ['test/i.test.ts', 'noFocusedTests', "import { test } from 'vitest';\n\ntest.only('a', () => {});"],
    ['test/j.test.ts', 'noSkippedTests', "import { test } from 'vitest';\n\ntest.skip('a', () => {});"],
    ['src/platform/browser/k.ts', undefined, 'export const a = Date.now();'],
  ] as const;

  const folder = mkdtempSync(join(tmpdir(), 'relevo-lint-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
  for (const [path, , text] of planted) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  const { output } = run('biome', ['lint', '--reporter=github', '--max-diagnostics=none'], folder);

  test.each(planted)('in %s: %s', (path, rule) => {
    const found = output.split('\n').filter((line) => line.includes(path) && line.startsWith('::error'));
    expect(found).toHaveLength(rule ? 1 : 0);
    if (rule) expect(found[0]).toContain(rule);
  });
});
