import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { readFiles, root } from '../house/file-map.ts';

const documents = [...readFiles()].filter(([path]) => path.endsWith('.md') && !path.startsWith('test/'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Made when the demo runs. */
const madeLater = new Set(['examples/demo/.data']);

/** What a document names and the project does not have: paths in backticks, relative links, npm scripts. */
const missing = (path: string, text: string): string[] => {
  const named = [...text.matchAll(/`((?:src|test|tools|docs|examples|\.ci)\/[\w./-]+)`/g)].map(([, name = '']) => name);
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, to = '']) =>
    normalize(join(dirname(path), to)),
  );
  const run = [...text.matchAll(/`npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  return [
    ...[...named, ...linked].filter((name) => !madeLater.has(name) && !existsSync(join(root, name))),
    ...run.filter((name) => !(name in scripts)),
  ];
};

test.each(documents)('%s names only what is there', (path, text) => {
  expect(missing(path, text)).toEqual([]);
});

test('a path, a link and a script that are not there are noticed', () => {
  const text = 'See `src/core/none.ts`, [the rules](./none.md#all) and `npm run none`; `src/core/counter.ts` is there.';
  expect(missing('docs/A.md', text)).toEqual(['src/core/none.ts', 'docs/none.md', 'none']);
});
