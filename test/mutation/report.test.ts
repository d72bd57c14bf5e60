import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFiles } from '../house/file-map.ts';
import {
  type MutantResult,
  outdated,
  type Reason,
  type Report,
  scoreOf,
  survivorsOf,
  withoutReason,
} from './report.ts';

const source = `export const later = (a: number, b: number) => {
  if (a > b) return a;
  return b;
};
`;
const mutant = (more: Partial<MutantResult> = {}): MutantResult => ({
  replacement: 'a >= b',
  status: 'Survived',
  location: { start: { line: 2, column: 7 }, end: { line: 2, column: 12 } },
  ...more,
});
const report = (...mutants: readonly MutantResult[]): Report => ({ files: { 'src/a.ts': { source, mutants } } });

const known: Reason = {
  file: 'src/a.ts',
  was: 'if (a > b) return a;',
  is: 'if (a >= b) return a;',
  why: 'equivalent',
  reason: 'Of two equal numbers either is the later.',
};

describe('a survivor', () => {
  it('is a line and what became of it, whatever its number is', () => {
    const moved = { files: { 'src/a.ts': { source: `\n\n${source}`, mutants: [mutant()] } } };
    for (const { location } of moved.files['src/a.ts'].mutants) {
      Object.assign(location.start, { line: 4 });
      Object.assign(location.end, { line: 4 });
    }
    expect(survivorsOf(moved)).toEqual([{ file: 'src/a.ts', was: known.was, is: known.is }]);
    expect(survivorsOf(report(mutant()))).toEqual(survivorsOf(moved));
  });
  it('of several lines is all of them in one', () => {
    const block = mutant({
      replacement: '{}',
      location: { start: { line: 1, column: 48 }, end: { line: 4, column: 2 } },
    });
    expect(survivorsOf(report(block))).toEqual([
      {
        file: 'src/a.ts',
        was: 'export const later = (a: number, b: number) => { if (a > b) return a; return b; };',
        is: 'export const later = (a: number, b: number) => {};',
      },
    ]);
  });
  it('is also what no test runs, and nothing else', () => {
    const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError', 'RuntimeError'];
    expect(survivorsOf(report(...statuses.map((status) => mutant({ status }))))).toHaveLength(2);
  });
  it('with a reason is not named', () => {
    expect(withoutReason(survivorsOf(report(mutant())), [known])).toEqual([]);
  });
  it.each<[string, Partial<MutantResult>, Partial<Reason>]>([
    ['nobody looked at', { replacement: 'true' }, {}],
    ['has a reason in another file', {}, { file: 'src/b.ts' }],
    ['has a reason for other code', {}, { was: 'if (a > c) return a;' }],
  ])('that %s is named: the gate fails', (_, one, reason) => {
    expect(withoutReason(survivorsOf(report(mutant(one))), [{ ...known, ...reason }])).toHaveLength(1);
  });
});

describe('the score', () => {
  it('counts what was noticed among all that could be', () => {
    const statuses = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError'];
    expect(scoreOf(report(...statuses.map((status) => mutant({ status }))))).toEqual({
      killed: 2,
      timeout: 1,
      survived: 1,
      uncovered: 1,
      percent: 60,
    });
  });
  it('is rounded down, and 0 of nothing', () => {
    expect(scoreOf(report(...['Killed', 'Killed', 'Survived'].map((status) => mutant({ status })))).percent).toBe(66.6);
    expect(scoreOf(report()).percent).toBe(0);
  });
});

describe('the list of survivors', () => {
  const reasons = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8')) as readonly Reason[];

  it('speaks of code that is there', () => {
    expect(outdated(reasons, readFiles('src'))).toEqual([]);
  });
  it('would be caught speaking of code that is gone', () => {
    expect(outdated([known], new Map([['src/a.ts', source]]))).toEqual([]);
    expect(outdated([known], new Map([['src/a.ts', source.replace('a > b', 'a > c')]]))).toEqual([known]);
    expect(outdated([known], new Map())).toEqual([known]);
  });
  it('says of each why no test can or should notice it, once', () => {
    expect(reasons.filter(({ why }) => !['equivalent', 'speed', 'words'].includes(why))).toEqual([]);
    expect(reasons.filter(({ reason }) => !/^[A-Z].{10,}\.$/.test(reason))).toEqual([]);
    expect(new Set(reasons.map(({ file, was, is }) => `${file}\n${was}\n${is}`)).size).toBe(reasons.length);
  });
});
