import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../../docs/blocks.ts';
import { root } from '../../package/workbench.ts';

/** Where `documents.test.tsx` finds the blocks. */
const folder = join(root, 'reports/native-blocks');

/** Writes every block that a document marks `native`, as a file of the name of its document and line. */
export const writeNativeBlocks = (): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  for (const path of documents.filter((name) => name.endsWith('.md'))) {
    const blocks = blocksOf(path, readFileSync(join(root, path), 'utf8'));
    for (const { line, language, text } of blocks.filter(({ words }) => words.includes('native'))) {
      writeFileSync(join(folder, `${path.replaceAll(/\W/g, '-')}-${line}.${language}`), text);
    }
  }
};
