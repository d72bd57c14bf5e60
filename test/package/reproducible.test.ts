import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root, run } from './workbench.ts';

const hashes = (): string[] =>
  ['dist', 'src/server/dist'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${relative(root, path)}`),
  );

test('two builds of the same source are the same, byte for byte', () => {
  run(root, 'node', 'tools/build.mjs');
  const first = hashes();
  run(root, 'node', 'tools/build.mjs');
  expect(first.length).toBeGreaterThan(10);
  expect(hashes()).toEqual(first);
});
