import { cells } from '../../../src/testing/coverage.ts';
import { faultKinds } from '../../../src/testing/fault-kinds.ts';
import { invariants } from '../../../src/testing/invariants.ts';
import { type Gate, vitest } from '../gate.ts';

// A larger nursery for short-lived objects: a tenth faster.
const histories = (from: number, count: number, ...more: readonly string[]): readonly string[] => [
  'node',
  '--max-semi-space-size=64',
  'test/simulation/full.ts',
  '--from',
  String(from),
  '--count',
  String(count),
  ...more,
];

const stretch = 2_000;
const stretchesFrom = (first: number, length: number) => Array.from({ length }, (_, n) => first + n * stretch);
const plantedFile = 'test/simulation/planted.test.ts';

/**
 * 100 parts of 2,000 histories with two groups of sudden faults at most in each, the planted faults, and a thousand seeds
 * played twice. Ten more parts have everything at once; of these some fail, see docs/TESTING.md: that they do not become
 * more is promised.
 */
export const simulation: Gate = {
  name: 'simulation',
  minutes: 60,
  of: ['src', 'test/simulation', ':!test/simulation/corpus', 'test/fixtures/sdk'],
  atOnce: 2,
  parts: [
    { name: 'planted faults', command: vitest('quick', plantedFile) },
    { name: 'the same seed twice', command: histories(1_000_001, 1_000, '--twice') },
    ...stretchesFrom(1, 100).map((from) => ({
      name: `histories from ${from}`,
      command: histories(from, stretch, '--together', '2'),
    })),
    ...stretchesFrom(300_001, 10).map((from) => ({
      name: `histories with everything at once from ${from}`,
      command: histories(from, stretch, '--allow', '6'),
    })),
  ],
  quick: [1, 1_001].map((from) => ({
    name: `histories from ${from}`,
    command: histories(from, 1_000, '--complete'),
  })),
  promises: [
    { what: 'histories', of: 'histories', least: 200_000 },
    { what: 'failing histories', of: 'failing histories', most: 0 },
    { what: 'with everything at once', of: 'histories with everything at once', least: 20_000 },
    { what: 'failing of these', of: 'failing histories with everything at once', most: 20 },
    { what: 'events of the shortest history', of: 'events of the shortest history', least: 300 },
    { what: 'planted faults found', of: 'planted faults found', least: 71 },
    { what: 'histories until the slowest of them was found', of: 'histories until a planted fault is found', most: 80 },
    { what: 'seeds played twice', of: 'seeds played twice', least: 1_000 },
    { what: 'of them with another hash', of: 'seeds that differ', most: 0 },
    { what: 'faults × states of the engine', of: 'pairs of fault and state', least: cells.length },
    ...faultKinds.map((kind) => ({ what: `struck: ${kind}`, of: `fault: ${kind}`, least: 1_000 })),
    ...Object.keys(invariants)
      .filter((id) => id !== 'no stray rejection')
      .map((id) => ({ what: `looked at: ${id}`, of: `looked at: ${id}`, least: 1 })),
  ],
};
