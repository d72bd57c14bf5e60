import { describe, expect, test } from 'vitest';
import { reactErrors, sdkErrors, serverErrors } from '../../src/core/error-registry.ts';
import { mergeReasons } from '../../src/core/merge-reasons.ts';
import { errorsPage } from '../../tools/errors-page.ts';
import { type FileMap, readFiles } from '../house/file-map.ts';

const groups = [sdkErrors, reactErrors, serverErrors, mergeReasons].map((group) => Object.keys(group));
const registry = new Set(groups.flat());
const areas = [...new Set([...registry].map((code) => code.split('/')[0]))].join('|');
const code = new RegExp(`'((?:${areas})/[a-z]+(?:-[a-z]+)*)'`, 'g');

/** Codes that the source names, outside of the registry itself. */
const namedIn = (files: FileMap): Set<string> =>
  new Set(
    [...files]
      .filter(([path]) => path.endsWith('.ts') && !/core\/(error-registry|merge-reasons)\.ts$/.test(path))
      .flatMap(([, text]) => [...text.matchAll(code)].map(([, name]) => name ?? '')),
  );

describe('the error codes', () => {
  test('stand in docs/ERRORS.md as in the registry', () => {
    expect(readFiles('docs').get('docs/ERRORS.md')).toBe(errorsPage());
  });

  test('that the source names are all in the registry', () => {
    expect([...namedIn(readFiles('src'))].filter((name) => !registry.has(name))).toEqual([]);
  });

  test('of the registry are all raised somewhere', () => {
    const named = namedIn(readFiles('src'));
    expect([...registry].filter((name) => !named.has(name))).toEqual([]);
  });

  test('are each of the SDK, of the hooks, of the server, or reasons of a merge', () => {
    expect(registry.size).toBe(groups.flat().length);
  });

  test('are found by this check when they are misspelt', () => {
    const files = new Map([['src/core/x.ts', "throw new RelevoError('change/bad-quantitty');"]]);
    expect([...namedIn(files)]).toEqual(['change/bad-quantitty']);
  });
});
