import { fuzz } from './gates/fuzz.ts';

/** A part of a gate: one command, run anew only when it has no green result of this commit yet. */
export type Part = {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** What is promised of a figure. `of` is the figure's name as a test records it. */
export type Promised = {
  readonly what: string;
  readonly of: string;
  readonly least?: number;
  readonly most?: number;
};

export type Gate = {
  readonly name: string;
  /** What the whole gate may take on two cores. It stops after that; the next call goes on. */
  readonly minutes: number;
  /** Parts that may run at the same time. Default 1. */
  readonly atOnce?: number;
  readonly parts: readonly Part[];
  /** The short form that `.ci/run` calls. */
  readonly quick: readonly Part[];
  readonly promises: readonly Promised[];
};

const vitest = (project: string, ...files: readonly string[]): readonly string[] => [
  'vitest',
  'run',
  '--project',
  project,
  '--no-file-parallelism',
  ...files,
];

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** 100 parts of 2,000 histories each. */
const simulation: Gate = {
  name: 'simulation',
  minutes: 60,
  atOnce: 2,
  parts: range(100).map((n) => ({
    name: `histories from ${1 + n * 2_000}`,
    command: ['node', 'test/simulation/full.ts', '--from', String(1 + n * 2_000), '--count', '2000'],
  })),
  quick: [],
  promises: [
    { what: 'histories', of: 'histories', least: 200_000 },
    { what: 'failing histories', of: 'failing histories', most: 0 },
  ],
};

const kills: Gate = {
  name: 'kills',
  minutes: 45,
  parts: [],
  quick: [{ name: 'all', command: vitest('kills') }],
  promises: [],
};

export const gates: readonly Gate[] = [simulation, kills, fuzz];
