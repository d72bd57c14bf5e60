import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, install, root, run, tarball } from './workbench.ts';

const folder = emptyFolder();
const installed = join(folder.path, 'node_modules/relevo');
afterAll(() => folder.remove());
beforeAll(() => install(folder, tarball('relevo')));

const bytesIn = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);

describe('the tarball of relevo', () => {
  test('brings exactly itself, idb and nanoid, in under 1.3 megabytes', () => {
    const packages = readdirSync(join(folder.path, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(packages).toEqual(['idb', 'nanoid', 'relevo']);
    expect(bytesIn(join(folder.path, 'node_modules'))).toBeLessThan(1_300_000);
    // A third of it is relevo/testing, which no shop's bundle takes.
    expect(statSync(tarball('relevo')).size).toBeLessThan(340_000);
  });

  test('runs nothing at install and wants nothing optional', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(manifest.dependencies)).toEqual(['idb', 'nanoid']);
    for (const field of [
      'scripts',
      'devDependencies',
      'optionalDependencies',
      'bundleDependencies',
      'workspaces',
      'gypfile',
    ]) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  test('holds built files and papers only', () => {
    const files = run(root, 'tar', '-tf', tarball('relevo')).trim().split('\n');
    const expected =
      /^package\/(dist\/(browser|inert|native|react|react-native|relevo|testing|adapters\/[\w-]+|chunks\/[\w-]+)\.js|dist\/THIRD-PARTY(-MODULES)?\.txt|dist\/types\/[\w/-]+\.d\.ts|(react(-native)?\/)?package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    for (const file of [
      'dist/browser.js',
      'dist/native.js',
      'dist/react.js',
      'dist/react-native.js',
      'dist/relevo.js',
      'dist/testing.js',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ]) {
      expect(files).toContain(`package/${file}`);
    }
  });

  test('has an exports map without a fault', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    expect(messages).toEqual([]);
  });

  test('loads in Node, at module level, and does nothing there', () => {
    folder.write(
      'server-side.mjs',
      `import { createRelevo, RelevoError } from 'relevo';
       const relevo = createRelevo({ endpoint: 'http://127.0.0.1:9', site: 'pk_demo' });
       await relevo.ready;
       console.log(JSON.stringify([relevo.cart.lines, relevo.cart.count, typeof RelevoError]));`,
    );
    // No timer, socket or listener may keep the process: it has to end by itself.
    expect(JSON.parse(run(folder.path, 'timeout', '10', 'node', 'server-side.mjs'))).toEqual([[], 0, 'function']);
  });

  test('offers the same names on a server as in a browser and in React Native', () => {
    folder.write('names.mjs', "console.log(JSON.stringify(Object.keys(await import('relevo')).sort()));");
    const inNode = run(folder.path, 'node', 'names.mjs');
    for (const condition of ['browser', 'react-native'])
      expect(run(folder.path, 'node', `--conditions=${condition}`, 'names.mjs')).toBe(inNode);
    expect(JSON.parse(inNode)).toContain('createRelevo');
  });

  test('marks the hooks for server components, and imports nothing with them but React', () => {
    const text = readFileSync(join(installed, 'dist/react.js'), 'utf8');
    expect(text.startsWith("'use client';")).toBe(true);
    const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, name = '']) => name);
    expect(imported.filter((name) => !name.startsWith('./chunks/'))).toEqual(['react']);
    // The kernel's errors and line keys, and nothing of the engine: a page may load the hooks without it.
    expect(
      imported
        .filter((name) => name.startsWith('./chunks/'))
        .map((name) => name.slice(9))
        .sort(),
    ).toEqual(['line.js', 'relevo-error.js']);
  });

  test('names no module of React Native or of a storage', () => {
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    const imported = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [
        ...readFileSync(join(installed, 'dist', file), 'utf8').matchAll(
          /^(?:import|export) [^'"]*['"]([^'".][^'"]*)['"]/gm,
        ),
      ])
      .map(([, name]) => name);
    expect([...new Set(imported)].sort()).toEqual(['idb', 'nanoid', 'react']);
  });

  describe('types', () => {
    const good = `
      import { createRelevo, RelevoError, type CartLine, type Receipt, type Relevo } from 'relevo';
      import * as ga4 from 'relevo/adapters/ga4';
      import * as jsonld from 'relevo/adapters/jsonld';
      import { type ConformanceCase, conformance, createVirtualHost } from 'relevo/testing';
      const relevo: Relevo = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
      const lines: readonly CartLine[] = relevo.cart.lines;
      const at = (receipt: Receipt): number => receipt.atMs;
      const code = (error: unknown): string => (error instanceof RelevoError ? error.code : '');
      const ids = conformance.map(({ id }: ConformanceCase): string => id);
      export { at, code, createVirtualHost, ga4, ids, jsonld, lines };`;
    const bad = `
      import { createRelevo, type Receipt } from 'relevo';
      export const a: number = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
      export const b = (receipt: Receipt): string => receipt.atMs;
      createRelevo({ endpoint: 'https://sync.shop.example' });`;

    const native = `
      import { createRelevo, type CartLine } from 'relevo';
      import { type DeviceStorage, mmkvStore, reactNative, sqliteStore } from 'relevo/react-native';
      const kept = new Map<string, string>();
      const storage = {
        getItem: async (key: string) => kept.get(key) ?? null,
        setItem: async (key: string, value: string) => void kept.set(key, value),
        removeItem: async (key: string) => void kept.delete(key),
      };
      const AppState = { currentState: 'active', addEventListener: () => ({ remove() {} }) };
      const platform = reactNative({ storage, AppState, Platform: { OS: 'ios' }, random: (bytes) => bytes });
      export const lines: readonly CartLine[] = createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo', platform }).cart.lines;
      export const stores: readonly (typeof sqliteStore | typeof mmkvStore)[] = [sqliteStore, mmkvStore];
      export type Kept = DeviceStorage;`;
    const badNative = `
      import { createRelevo } from 'relevo';
      import { reactNative } from 'relevo/react-native';
      createRelevo({ endpoint: 'https://sync.shop.example', site: 'pk_demo' });
      reactNative({ storage: {} });`;

    const compile = (text: string, mode: readonly string[], lib = 'es2022,dom'): string[] => {
      folder.write('consumer.ts', text);
      // Libraries are checked too: a declaration that needs a package the user does not have is a fault.
      const flags = [
        '--strict',
        '--noEmit',
        '--skipLibCheck',
        'false',
        '--types',
        '',
        '--target',
        'es2022',
        '--lib',
        lib,
      ];
      try {
        run(folder.path, join(root, 'node_modules/.bin/tsc'), ...flags, ...mode, 'consumer.ts');
        return [];
      } catch (error) {
        return String(error)
          .split('\n')
          .filter((line) => line.includes('error TS'));
      }
    };

    test.each([
      ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler', '--customConditions', 'browser']],
      ['bundler for a server', ['--module', 'esnext', '--moduleResolution', 'bundler']],
      ['nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
    ])('resolve under %s and are not any', (_, mode) => {
      expect(compile(good, mode)).toEqual([]);
      expect(compile(bad, mode)).toHaveLength(3);
    });

    test('of React Native need no types of a browser, and want what an app has to hand over', () => {
      const mode = ['--module', 'esnext', '--moduleResolution', 'bundler', '--customConditions', 'react-native'];
      expect(compile(native, mode, 'es2022')).toEqual([]);
      expect(compile(badNative, mode, 'es2022')).toHaveLength(2);
    });
  });
});
