import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, with a trailing slash. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Path from the project's root → text. The checks take one, so that a test can hand them a planted fault. */
export type FileMap = ReadonlyMap<string, string>;

const unversionedFolders = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.cache',
  'reports',
  'packed',
  '.full',
]);
const unversionedFile = /\.(log|tgz|db|db-wal|db-shm)$/;

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return unversionedFolders.has(entry.name) ? [] : walk(path);
    return unversionedFile.test(entry.name) || !statSync(path, { throwIfNoEntry: false })?.isFile() ? [] : [path];
  });

/** All files of the project that git would keep, below `under` (default: everything). */
export const readFiles = (under = '.'): FileMap =>
  new Map(
    walk(join(root, under))
      .sort()
      .map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
  );
