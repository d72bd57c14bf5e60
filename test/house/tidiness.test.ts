import { describe, expect, test } from 'vitest';
import { readFiles } from './file-map.ts';
import { foreignWords, impurities, overlongFiles, pathsOutside } from './tidiness.ts';

const files = readFiles();

describe('the project', () => {
  test('is read whole by these checks', () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(['package.json', '.ci/run', 'src/core/counter.ts']));
  });

  test('keeps every code file under its ceiling', () => {
    expect(overlongFiles(files)).toEqual([]);
  });

  test('points to nothing outside the clone', () => {
    expect(pathsOutside(files)).toEqual([]);
  });

  test('names no machine, registry host or note to self', () => {
    expect(foreignWords(files)).toEqual([]);
  });

  test('keeps time, randomness and switched-off checks out of core, protocol, client and the server’s core', () => {
    expect(impurities(files)).toEqual([]);
  });
});

describe('the checks', () => {
  const lines = (count: number): string => 'x\n'.repeat(count);

  test('catch the 301st line, in schemas the 401st', () => {
    expect(overlongFiles(new Map([['src/core/a.ts', lines(300)]]))).toEqual([]);
    expect(overlongFiles(new Map([['src/core/a.ts', lines(301)]]))).toEqual(['src/core/a.ts has 301 lines']);
    expect(overlongFiles(new Map([['src/protocol/messages.ts', lines(400)]]))).toEqual([]);
    expect(overlongFiles(new Map([['src/protocol/messages.ts', lines(401)]]))).toHaveLength(1);
  });

  test.each([
    ['docs/A.md', 'see [the design](../../elsewhere/DESIGN.md)'],
    ['package.json', '{ "files": ["../x"] }'],
    ['src/core/a.ts', `import '${'../'.repeat(3)}x.ts';`],
  ])('catch a path in %s that leaves the clone', (path, text) => {
    expect(pathsOutside(new Map([[path, text]]))).toHaveLength(1);
  });

  test('let paths inside the clone pass', () => {
    expect(pathsOutside(new Map([['src/core/a.ts', "import '../../test/x.ts';"]]))).toEqual([]);
  });

  test.each([`/${'work'}/main`, `https://registry.${'npmjs'}.org`, `// TO${'DO'} later`])(
    'catch the words %j',
    (text) => {
      expect(foreignWords(new Map([['docs/A.md', text]]))).toHaveLength(1);
    },
  );

  test.each([
    'const now = Date.now();',
    'const a = new Date(0);',
    'const r = Math.random();',
    'setTimeout(go, 10);',
    '// biome-ignore lint: because',
    '  // @ts-expect-error it is so',
  ])('catch %j in the kernel', (text) => {
    expect(impurities(new Map([['src/core/a.ts', text]]))).toHaveLength(1);
    expect(impurities(new Map([['src/platform/browser/a.ts', text]]))).toEqual([]);
  });

  test('catch the time in what the server’s core loads, and only there', () => {
    const files = new Map([
      ['src/server/sync-core.ts', "import { a } from './a.ts';"],
      ['src/server/a.ts', 'export const a = () => Date.now();'],
      ['src/server/b.ts', 'export const b = () => Date.now();'],
    ]);
    expect(impurities(files)).toHaveLength(1);
  });

  test.each([
    '/** No functions, no Date. */',
    ' * the performance of it',
    "  'change/bad-value': 'No Date here.',",
    'const updated = 1; // not a Date',
    'type Dated = { readonly updatedAt: number };',
  ])('let %j pass', (text) => {
    expect(impurities(new Map([['src/core/a.ts', text]]))).toEqual([]);
  });
});
