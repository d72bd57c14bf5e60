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

const killed = (engine: string, parts: number): readonly Part[] =>
  range(parts).map((n) => ({
    name: `${engine} ${n + 1}`,
    command: vitest('kills', `test/kills/browser/${engine}-kill.test.ts`),
    env: { RELEVO_KILLS: '20', RELEVO_SEED: String(n + 1) },
  }));

const keptBy = (engine: string, kills: number): readonly Promised[] => [
  { what: `${engine} killed while a page writes`, of: `${engine}: kills`, least: kills },
  { what: `${engine}: reported as saved and lost`, of: `${engine}: saved and lost`, most: 0 },
  { what: `${engine}: torn`, of: `${engine}: torn`, most: 0 },
];

/** Each part starts from nothing and has a seed of its own. */
const kills: Gate = {
  name: 'kills',
  minutes: 45,
  parts: [
    {
      name: 'flushes',
      command: vitest('kills', 'test/kills/server-strace.test.ts'),
      env: { RELEVO_ACKNOWLEDGEMENTS: '1000' },
    },
    {
      name: 'damaged files',
      command: vitest('kills', 'damaged-file.test.ts', 'torn-log.test.ts', 'judge.test.ts'),
    },
    ...range(4).map((n) => ({
      name: `damaged logs ${n + 1}`,
      command: vitest('kills', 'test/kills/wal/server-wal.test.ts'),
      env: { RELEVO_OFFSETS: '510', RELEVO_SEED: String(n + 1) },
    })),
    ...range(10).map((n) => ({
      name: `server ${n + 1}`,
      command: vitest('kills', 'test/kills/server-kill.test.ts'),
      env: { RELEVO_KILLS: '50', RELEVO_SEED: String(n + 1) },
    })),
    ...killed('chromium', 10),
    ...killed('firefox', 5),
    ...killed('webkit', 5),
  ],
  quick: [{ name: 'all', command: vitest('kills') }],
  promises: [
    { what: 'server killed under load', of: 'server: kills', least: 500 },
    { what: 'server killed while it starts', of: 'server: kills while it starts', least: 100 },
    { what: 'sign-ins with a guest that a kill cut off', of: 'server: claims cut off and sent again', least: 100 },
    {
      what: 'acknowledged and lost, or counted twice',
      of: 'server: acknowledged and lost, or counted twice',
      most: 0,
    },
    { what: 'server ready after a kill, at most, ms', of: 'server: ready in ms', most: 1_000 },
    { what: 'acknowledgements proved after their flush', of: 'strace: acknowledgements', least: 1_000 },
    { what: 'acknowledgements before their flush', of: 'strace: not after their flush', most: 0 },
    { what: 'offsets at which a log was damaged', of: 'log: offsets', least: 2_000 },
    { what: 'damaged logs with another state than before the damage', of: 'log: wrong', most: 0 },
    ...keptBy('chromium', 200),
    ...keptBy('firefox', 100),
    ...keptBy('webkit', 100),
  ],
};

export const gates: readonly Gate[] = [simulation, kills, fuzz];
