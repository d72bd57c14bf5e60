import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Gate, Part } from './gate.ts';
import { type PartResult, parseResults, printResults, type Results } from './results-file.ts';

// They are committed: whoever has the code can see what was shown of it, and a gate that takes hours goes on elsewhere.
const folder = fileURLToPath(new URL('./results/', import.meta.url));
const fileOf = (gate: string) => `${folder}${gate}.json`;

export const readResults = (gate: string): Results =>
  existsSync(fileOf(gate)) ? parseResults(readFileSync(fileOf(gate), 'utf8')) : {};

export const saveResult = (gate: string, part: string, result: PartResult): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(gate), printResults({ ...readResults(gate), [part]: result }));
};

const project = fileURLToPath(new URL('../../', import.meta.url));
const git = (cwd: string, ...args: readonly string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });

/** The commit whose files are here; with a `+` when they were changed since, results apart. */
export const currentCommit = (): string => {
  const changed = git(
    project,
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--',
    '.',
    ':!tools/full/results',
  ).stdout;
  return `${git(project, 'rev-parse', '--short', 'HEAD').stdout.trim()}${changed ? '+' : ''}`;
};

/** Whether what a part showed is true of the files that are here. */
export const isTrueHere = ({ name, of }: Gate, part: Part, { commit }: PartResult): boolean =>
  isSameAt(commit, [`tools/full/gates/${name}.ts`, ...of, ...(part.of ?? [])]);

/** Whether the files at `paths` are those of `commit`. */
export const isSameAt = (commit: string, paths: readonly string[], folder = project): boolean =>
  !commit.endsWith('+') && git(folder, 'diff', '--quiet', commit, '--', ...paths).status === 0;
