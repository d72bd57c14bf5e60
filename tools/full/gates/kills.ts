import { type Gate, type Part, type Promised, vitest } from '../gate.ts';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

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
export const kills: Gate = {
  name: 'kills',
  minutes: 45,
  of: ['src', 'test/kills', 'test/browser/harness', 'package-lock.json'],
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
