import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSameAt } from '../../tools/full/results.ts';
import { parseResults, printResults, type Results } from '../../tools/full/results-file.ts';

describe('the results of a gate as a file', () => {
  const made = { commit: 'abc1234', date: '2026-11-28T00:00:00.000Z', seconds: 7 };
  const results: Results = {
    'histories from 1': {
      ...made,
      isGreen: true,
      figures: [
        { how: 'sum', name: 'histories', value: 2_000 },
        { how: 'min', name: 'events', value: 0 },
      ],
    },
    'histories from 2001': {
      ...made,
      isGreen: false,
      figures: [
        { how: 'text', name: 'machine', value: '2 cores\n"fast"' },
        { how: 'sum', name: 'histories', value: 1_999 },
      ],
    },
    planted: { ...made, isGreen: true, figures: [] },
  };

  it('are what they were', () => {
    const read = parseResults(printResults(results));
    const byName = (all: Results) =>
      Object.entries(all).map(([part, { figures, ...rest }]) => ({
        part,
        ...rest,
        figures: figures.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      }));
    expect(byName(read)).toEqual(byName(results));
  });

  it('join what a part told many times', () => {
    const told = (value: number) => ({ how: 'sum', name: 'planted faults found', value }) as const;
    const part = { ...made, isGreen: true, figures: [told(1), told(1), told(1)] };
    expect(parseResults(printResults({ part }))).toEqual({ part: { ...part, figures: [told(3)] } });
  });

  it('have a line for each part, and name a figure once', () => {
    const text = printResults(results);
    expect(text.split('\n').filter((line) => line.includes(made.commit))).toHaveLength(3);
    expect(text.match(/"histories"/g)).toHaveLength(1);
  });
});

describe('a result', () => {
  let folder: string;
  let commit: string;
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd: folder })
      .toString()
      .trim();
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const commitAll = () => git('add', '.') + git('commit', '-qm', 'x');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-results-'));
    git('init', '-q');
    for (const file of ['code.ts', 'notes.md']) write(file, 'first');
    commitAll();
    commit = git('rev-parse', '--short', 'HEAD');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('holds at a later commit that changed other files', () => {
    write('notes.md', 'second');
    commitAll();
    expect(isSameAt(commit, ['code.ts'], folder)).toBe(true);
  });

  it('holds no longer when a file changed that it was of, committed or not', () => {
    write('code.ts', 'second');
    expect(isSameAt(commit, ['code.ts'], folder)).toBe(false);
    commitAll();
    expect(isSameAt(commit, ['code.ts'], folder)).toBe(false);
  });

  it('holds nowhere when it was made with changes that no commit has, or at a commit that nobody has', () => {
    expect(isSameAt(`${commit}+`, ['code.ts'], folder)).toBe(false);
    expect(isSameAt('0000000', ['code.ts'], folder)).toBe(false);
  });
});
