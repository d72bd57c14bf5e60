import { type Gate, type Part, vitest } from '../gate.ts';

/** A server of its own, requests and frames from one seed. */
const load = ({ seed, requests, frames }: { seed: number; requests: number; frames: number }): Part => ({
  name: `seed ${String(seed).padStart(2, '0')}`,
  command: vitest('fuzz', 'fuzz.test'),
  env: {
    RELEVO_SEED: String(seed),
    RELEVO_FUZZ_REQUESTS: String(requests),
    RELEVO_FUZZ_FRAMES: String(frames),
  },
});

const planted: Part = { name: 'faults put in', command: vitest('fuzz', 'planted.test') };

export const fuzz: Gate = {
  name: 'fuzz',
  minutes: 20,
  of: ['src', 'test/fuzz', 'package-lock.json'],
  parts: [planted, ...Array.from({ length: 40 }, (_, n) => load({ seed: 1 + n, requests: 25_000, frames: 5_000 }))],
  quick: [planted, load({ seed: 1, requests: 20_000, frames: 4_000 })],
  promises: [
    { what: 'fuzzed requests', of: 'fuzzed requests', least: 1_000_000 },
    { what: 'fuzzed frames of live channels', of: 'fuzzed frames', least: 200_000 },
    { what: 'answers 5xx', of: 'answers 5xx', most: 0 },
    { what: 'times the server ended', of: 'server ended', most: 0 },
    { what: 'answers that hung for 5 s', of: 'hangs', most: 0 },
    { what: 'other findings', of: 'findings', most: 0 },
    { what: 'requests that were taken and written, %', of: 'written, %', least: 15 },
    { what: 'a polite client beside it, p99, ms', of: 'polite p99, ms', most: 250 },
    { what: 'memory of the server, MiB', of: 'largest RSS, MiB', most: 512 },
    { what: 'of which is held after it, MiB', of: 'heap after it, MiB', most: 64 },
  ],
};
