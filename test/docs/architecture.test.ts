import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../house/file-map.ts';
import { layers } from '../house/layers.ts';
import { tableOf } from './tables.ts';

const page = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');

const filesNamedIn = (text: string): string[] =>
  [...text.matchAll(/`(src\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);

/** Folders below src that hold sources, as the page names them: `server/stores`. */
const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('dist'))
  .map(({ parentPath }) => parentPath.slice(join(root, 'src/').length))
  .filter((folder) => !folder.includes('node_modules'));

const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('docs/ARCHITECTURE.md', () => {
  test('names only files that exist', () => {
    const named = filesNamedIn(page);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names every folder of src', () => {
    expect([...new Set(folders)].filter((folder) => !page.includes(`\`${folder}\``))).toEqual([]);
  });

  test('says who may import whom as the walked table does', () => {
    const said = tableOf(page, 'room').map(([room = '', , may = '', types = '', packages = '']) => [
      names(room)[0],
      { may: names(may), types: names(types), packages: names(packages) },
    ]);
    const walked = Object.entries(layers).map(([name, { may, mayTypes = [], packages }]) => [
      name,
      { may, types: mayTypes, packages },
    ]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(walked));
  });

  test('follows cart.add through every part that it passes, in order', () => {
    const way = filesNamedIn(page.slice(page.indexOf('## One `cart.add`')));
    const stations = [
      'src/client/cart.ts',
      'src/client/writer.ts',
      'src/client/partition.ts',
      'src/platform/browser/idb-store.ts',
      'src/client/sync.ts',
      'src/client/exchange.ts',
      'src/platform/fetch-transport.ts',
      'src/server/sync-core.ts',
      'src/server/apply-changes.ts',
      'src/server/store.ts',
      'src/server/fanouts/local.ts',
      'src/server/live.ts',
      'src/client/live.ts',
      'src/client/shop-cart.ts',
    ];
    expect(way.filter((path, at) => stations.includes(path) && way.indexOf(path) === at)).toEqual(stations);
  });
});
