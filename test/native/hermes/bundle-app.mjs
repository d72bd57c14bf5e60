// Bundles an app as React Native's release build does, in a process of its own:
// node bundle-app.mjs <app's folder> <entry file> <bundle> <profile> [no-exports]
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, entry, out, profile, exports] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { runBuild } = require('metro');
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');

const tools = fileURLToPath(new URL('../node_modules', import.meta.url));
// What every app has beside the package.
const ofReactNative = ['metro-runtime', '@babel/runtime', 'react'];

const config = mergeConfig(getDefaultConfig(folder), {
  cacheStores: [],
  maxWorkers: 1,
  reporter: { update() {} },
  watchFolders: [folder, ...ofReactNative.map((name) => join(tools, name))],
  resolver: { nodeModulesPaths: [tools], unstable_enablePackageExports: exports !== 'no-exports' },
  // The native side that these set up is not here; the globals come from the bridge.
  serializer: { getModulesRunBeforeMainModule: () => [], getPolyfills: () => [] },
});

await runBuild(config, {
  entry: join(folder, entry),
  out,
  platform: 'android',
  dev: false,
  // As in release builds for Hermes: its compiler does what a minifier would.
  minify: false,
  unstable_transformProfile: profile,
});
