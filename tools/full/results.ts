import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';

/** What became of one part of a gate. */
export type PartResult = {
  readonly commit: string;
  /** Day and time, ISO 8601. */
  readonly date: string;
  readonly seconds: number;
  readonly isGreen: boolean;
  readonly figures: readonly Figure[];
};

/** Results by the name of the part. */
export type Results = Readonly<Record<string, PartResult>>;

const folder = fileURLToPath(new URL('../../.full/', import.meta.url));
const fileOf = (gate: string) => `${folder}${gate}.json`;

export const readResults = (gate: string): Results =>
  existsSync(fileOf(gate)) ? (JSON.parse(readFileSync(fileOf(gate), 'utf8')) as Results) : {};

export const saveResult = (gate: string, part: string, result: PartResult): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(gate), `${JSON.stringify({ ...readResults(gate), [part]: result }, null, 1)}\n`);
};

const git = (...args: readonly string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim();

/** The commit whose files are here; with a `+` when they were changed since. */
export const currentCommit = (): string =>
  `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
