import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Rollup plugin: the licences of the packages whose code went into a bundle, which their terms ask
 * to travel with it, as a text beside the bundle.
 */
export const thirdParty = (fileName) => ({
  name: 'third-party',
  generateBundle(_, bundle) {
    const folders = Object.values(bundle).flatMap((chunk) =>
      Object.entries(chunk.modules ?? {}).flatMap(([id, { renderedLength }]) => {
        const folder = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
        return folder && renderedLength > 0 ? [folder] : [];
      }),
    );
    const texts = [...new Set(folders)].sort().map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      const words = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : license;
      return `${name} ${version} (${license})\n\n${words}\n`;
    });
    if (texts.length > 0) this.emitFile({ type: 'asset', fileName, source: texts.join(`\n${'-'.repeat(72)}\n\n`) });
  },
});
