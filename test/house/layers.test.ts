import { describe, expect, test } from 'vitest';
import { readFiles } from './file-map.ts';
import { cycles, exampleFaults, layerFaults } from './layers.ts';

const source = readFiles('src');
const examples = readFiles('examples');

describe('the project', () => {
  test('imports only what its layers allow', () => {
    expect(source.size).toBeGreaterThan(20);
    expect(layerFaults(source)).toEqual([]);
  });

  test('has no import cycle at run time', () => {
    expect(cycles(source)).toEqual([]);
  });

  test('shows in its examples only what a user can import', () => {
    expect(exampleFaults(examples)).toEqual([]);
  });
});

describe('the layer check', () => {
  const planted = (extra: Record<string, string>): string[] =>
    layerFaults(new Map([...source, ...Object.entries(extra)]));

  test.each([
    [
      'core importing protocol',
      { 'src/core/x.ts': "import { protocolVersion } from '../protocol/version.ts';" },
      'core may not import protocol',
    ],
    [
      'core importing a package',
      { 'src/core/x.ts': "import { nanoid } from 'nanoid';" },
      'may not import the package nanoid',
    ],
    [
      'client importing the server, even its types',
      { 'src/client/x.ts': "import type { A } from '../server/x.ts';", 'src/server/x.ts': '' },
      'client may not import server',
    ],
    [
      'client loading zod',
      { 'src/client/x.ts': "import { opSchema } from '../protocol/messages.ts';" },
      'client would carry zod',
    ],
    [
      'client loading zod through a neighbour',
      {
        'src/client/x.ts': "import { y } from '../protocol/y.ts';",
        'src/protocol/y.ts': "export * from './messages.ts';",
      },
      'client would carry zod',
    ],
    [
      'client importing a platform',
      { 'src/client/x.ts': "import { y } from '../platform/browser/y.ts';", 'src/platform/browser/y.ts': '' },
      'client may not import platform/browser',
    ],
    [
      'one platform importing another',
      {
        'src/platform/browser/x.ts': "import { y } from '../react-native/y.ts';",
        'src/platform/react-native/y.ts': '',
      },
      'platform/browser may not import platform/react-native',
    ],
    [
      'a platform calling the engine',
      { 'src/platform/browser/x.ts': "import { y } from '../../client/y.ts';", 'src/client/y.ts': '' },
      'only its types',
    ],
    [
      'an adapter loading core',
      { 'src/adapters/x.ts': "import { hashText } from '../core/hash.ts';" },
      'only its types',
    ],
    [
      'the server importing client',
      { 'src/server/x.ts': "import { y } from '../client/y.ts';", 'src/client/y.ts': '' },
      'server may not import client',
    ],
    [
      'a driver outside its file',
      { 'src/server/x.ts': "import Database from 'better-sqlite3';" },
      'the driver better-sqlite3',
    ],
    [
      'testing reaching a driver through the server',
      {
        'src/testing/x.ts': "import { y } from '../server/y.ts';",
        'src/server/y.ts': "const z = await import('jose');",
      },
      'this brings jose',
    ],
    [
      'an import that leaves src',
      { 'src/core/x.ts': "import { y } from '../../test/y.ts';", 'test/y.ts': '' },
      'src may not import test/y.ts',
    ],
    ['an import without its extension', { 'src/core/x.ts': "import { y } from './hash';" }, 'does not exist'],
    ['a folder that the table does not know', { 'src/utils/x.ts': "import { y } from '../core/hash.ts';" }, 'no layer'],
  ])('catches %s', (_, extra, expected) => {
    const faults = planted(extra);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  test.each([
    ["import type { Op } from '../protocol/messages.ts';"],
    ["export type { Op } from '../protocol/messages.ts';"],
    ["import { protocolVersion } from '../protocol/version.ts';"],
    ["// import { nanoid } from 'nanoid';"],
    ["/**\n * import { nanoid } from 'nanoid';\n * const x = await import('jose');\n */"],
  ])('lets client write %j', (text) => {
    expect(planted({ 'src/client/x.ts': text })).toEqual([]);
  });

  test('catches a cycle, also through a re-export and an import over several lines', () => {
    const files = new Map([
      ['src/core/a.ts', "import {\n  b,\n} from './b.ts';"],
      ['src/core/b.ts', "export * from './c.ts';"],
      ['src/core/c.ts', "import { a } from './a.ts';"],
    ]);
    expect(cycles(files)).toEqual(['src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts']);
    files.set('src/core/c.ts', "import type { a } from './a.ts';");
    expect(cycles(files)).toEqual([]);
  });

  test('catches an example that reaches into the source', () => {
    const files = new Map([['examples/shop/x.ts', "import { createRelevo } from '../../src/entries/browser.ts';"]]);
    expect(exampleFaults(files)).toHaveLength(1);
  });
});
