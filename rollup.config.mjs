import { readFileSync } from 'node:fs';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import esbuild from 'rollup-plugin-esbuild';
import { idbWithoutExtras, sha256WithoutState } from './tools/lean-packages.mjs';
import { terserOptions } from './tools/terser-options.mjs';
import { thirdParty } from './tools/third-party.mjs';

const manifest = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const sdk = manifest('package.json');
const server = manifest('src/server/package.json');

const isOneOf = (names) => (id) => names.some((name) => id === name || id.startsWith(`${name}/`));
const isOwnDependency = isOneOf([...Object.keys(sdk.dependencies), ...Object.keys(sdk.peerDependencies)]);
const isServerDependency = isOneOf(Object.keys(server.dependencies));

const plugins = ({ target, browser, ...more }) => [
  nodeResolve({ browser, extensions: ['.ts', '.js'] }),
  // One target for our code and the bundled packages, so that nothing newer than it slips through.
  esbuild({ target, include: /\.[jt]s$/, exclude: [], tsconfig: false, ...more }),
];

/**
 * Properties that only our own code sees get short names, the same in every file: no bundler of a shop
 * can know that it may. tools/internal-names.ts says which those are.
 */
const internalNames = manifest('tools/internal-names.json');
const shortened = {
  mangleProps: new RegExp(`^(?:${Object.keys(internalNames).join('|')})$`),
  mangleCache: internalNames,
};

// An external package that nothing uses must not leave a bare import behind.
const treeshake = { moduleSideEffects: 'no-external' };

const onwarn = (warning, warn) => {
  // zod 4's comments hold /*@__PURE__*/ where rollup does not look for it.
  if (warning.code === 'INVALID_ANNOTATION' && /node_modules.zod/.test(warning.id ?? '')) return;
  if (warning.code === 'UNRESOLVED_IMPORT' || warning.code === 'CIRCULAR_DEPENDENCY') throw new Error(warning.message);
  warn(warning);
};

const names = { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js', hoistTransitiveImports: false };

/** The npm package: ES modules to be read, but for the short names, since a shop's own bundler minifies. What entries share is one chunk, so RelevoError is one class. */
const modules = {
  input: {
    browser: 'src/entries/browser.ts',
    inert: 'src/entries/inert.ts',
    native: 'src/entries/native.ts',
    'react-native': 'src/entries/react-native.ts',
    react: 'src/react/index.ts',
    'adapters/ga4': 'src/adapters/ga4.ts',
    'adapters/jsonld': 'src/adapters/jsonld.ts',
  },
  // Bundlers of servers drop directives when they join files; Next.js wants this one first in what uses hooks.
  output: {
    dir: 'dist',
    format: 'es',
    ...names,
    banner: ({ name }) => (name === 'react' ? "'use client';" : ''),
    plugins: [thirdParty('THIRD-PARTY-MODULES.txt')],
  },
  external: isOwnDependency,
  plugins: [sha256WithoutState, ...plugins({ target: 'es2022', browser: true, ...shortened })],
  treeshake,
  onwarn,
};

/** Cases and virtual devices for tests: with an engine of its own, all names as they are, since a server that was built apart is handed to it. */
const testing = {
  input: { testing: 'src/entries/testing.ts' },
  output: { dir: 'dist', format: 'es', ...names },
  plugins: plugins({ target: 'es2022', browser: false }),
  treeshake,
  onwarn,
};

/** One file for a `<script>`, everything inside; the server's package carries a copy to serve at /relevo.js. */
const scriptTag = {
  input: 'src/entries/script-tag.ts',
  output: ['dist/relevo.js', 'src/server/dist/relevo.js'].map((file) => ({
    file,
    format: 'iife',
    banner: `/*! relevo ${sdk.version} MIT, with idb (ISC), nanoid and @stablelib/sha256 (MIT) */`,
    plugins: [terser(terserOptions()), thirdParty('THIRD-PARTY.txt')],
  })),
  plugins: [
    idbWithoutExtras,
    sha256WithoutState,
    ...plugins({ target: 'es2022', browser: true, minifySyntax: true, ...shortened }),
  ],
  treeshake,
  onwarn,
};

/** The server's package: core and protocol inside, its dependencies outside. */
const serverModules = {
  input: { index: 'src/server/index.ts', cli: 'src/server/cli.ts' },
  output: { dir: 'src/server/dist', format: 'es', ...names },
  external: (id) => id.startsWith('node:') || isServerDependency(id),
  plugins: plugins({ target: 'node22', browser: false }),
  treeshake,
  onwarn,
};

export default [modules, testing, scriptTag, serverModules];
