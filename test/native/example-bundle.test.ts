import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../docs/blocks.ts';
import { emptyFolder, type Folder, install, root, run, tarball } from '../package/workbench.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const example = join(root, 'examples/react-native');

/** `expo` itself is a command line and a build system; this is what an app's bundle takes of it. */
const expoInBundle = `
import { AppRegistry } from 'react-native';
export * from 'expo-modules-core';
export const registerRootComponent = (App) => AppRegistry.registerComponent('main', () => App);
`;

/** An app's folder with the packed package in it. */
const newProject = (): Folder => {
  const project = emptyFolder();
  install(project, tarball('relevo'));
  mkdirSync(join(project.path, 'node_modules/expo'));
  project.write('node_modules/expo/index.js', expoInBundle);
  return project;
};

/** Bundles its `index.ts` whole; the path of the bundle. */
const bundleOf = (project: Folder): string => {
  const bundle = join(project.path, 'bundle.js');
  run(project.path, process.execPath, join(here, 'bundle-example.mjs'), project.path, bundle);
  return bundle;
};

describe('the README’s lines for React Native', () => {
  it('are all that Metro needs beside the packed package', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [block, ...others] = blocksOf('README.md', readme).filter(({ words }) => words.includes('native'));
    expect([block?.language, others.length]).toEqual(['ts', 0]);
    const project = newProject();
    try {
      project.write('index.ts', block?.text ?? '');
      const source = readFileSync(bundleOf(project), 'utf8');
      for (const part of ['platform/no-random', 'RNCAsyncStorage', 'ExpoCrypto']) expect(source).toContain(part);
      expect(source).not.toContain('indexedDB');
    } finally {
      project.remove();
    }
  }, 300_000);
});

describe('examples/react-native with the packed package', () => {
  let project: Folder;
  let bundle: string;
  beforeAll(() => {
    project = newProject();
    for (const name of ['src', 'index.ts']) cpSync(join(example, name), join(project.path, name), { recursive: true });
    bundle = bundleOf(project);
  }, 300_000);
  afterAll(() => project.remove());

  it('is bundled by Metro, React Native and all, with nothing in it for a browser', () => {
    const source = readFileSync(bundle, 'utf8');
    for (const part of ['platform/no-random', 'Relevo shop', 'RNCNetInfo', 'ExpoCrypto'])
      expect(source).toContain(part);
    expect(source).not.toContain('indexedDB');
  });

  it('is compiled by the compiler of today’s React Native', () => {
    const compiler = join(here, 'node_modules/hermes-compiler/hermesc/linux64-bin/hermesc');
    const bytecode = join(project.path, 'bundle.hbc');
    run(project.path, compiler, '-w', '-O', '-emit-binary', `-out=${bytecode}`, bundle);
    console.info(`${statSync(bundle).size} bytes of bundle, ${statSync(bytecode).size} bytes of bytecode`);
    expect(readFileSync(bytecode).subarray(0, 8).toString('hex')).toBe('c61fbc03c103191f');
  });

  it('names the versions that it is tried with here', () => {
    const versionsIn = (path: string, kind: string): { [name: string]: string } =>
      JSON.parse(readFileSync(path, 'utf8'))[kind];
    const { expo, relevo, ...wanted } = versionsIn(join(example, 'package.json'), 'dependencies');
    expect(versionsIn(join(here, 'package.json'), 'devDependencies')).toMatchObject(wanted);
    // The SDK's number is that of its modules.
    expect(expo?.split('.')[0]).toBe(wanted['expo-crypto']?.split('.')[0]);
    expect(relevo).toBe(`file:../../${relative(root, tarball('relevo'))}`);
  });
});
