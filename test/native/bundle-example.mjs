// Bundles a React Native app whole, as a release build does, in a process of its own:
// node bundle-example.mjs <app's folder> <bundle>
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, out] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { runBuild } = require('metro');
const { FileStore } = require('metro-cache');
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');

const tools = fileURLToPath(new URL('node_modules', import.meta.url));

const config = mergeConfig(getDefaultConfig(folder), {
  cacheStores: [new FileStore({ root: join(tools, '.cache/metro') })],
  maxWorkers: 2,
  reporter: { update() {} },
  watchFolders: [folder, tools],
  // expo-crypto imports `expo`, from where it lies.
  resolver: { nodeModulesPaths: [tools], extraNodeModules: { expo: join(folder, 'node_modules/expo') } },
  // Metro's configuration is newer than this React Native, and looks for a file of its own time.
  serializer: {
    getModulesRunBeforeMainModule: () => [require.resolve('react-native/Libraries/Core/InitializeCore')],
  },
});

await runBuild(config, {
  entry: join(folder, 'index.ts'),
  out,
  platform: 'android',
  dev: false,
  minify: false,
  unstable_transformProfile: 'hermes-stable',
});
