import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Says of each survivor at once where it is: a whole group takes long. */
class SurvivorReporter {
  onMutantTested({ status, fileName, location, mutatorName, replacement = '' }) {
    if (status !== 'Survived' && status !== 'NoCoverage') return;
    const [, path] = /((?:src|test)\/.*)$/.exec(fileName) ?? ['', fileName];
    const is = replacement.replace(/\s+/g, ' ').slice(0, 160);
    console.log(`${status}: ${path}:${location.start.line}:${location.start.column} ${mutatorName} → ${is}`);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', SurvivorReporter)];
