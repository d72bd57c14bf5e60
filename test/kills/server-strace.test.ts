import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/testing/random.ts';
import { figures } from '../../tools/full/figures.ts';
import { tempFolder } from '../server/temp-folder.ts';
import { startServer } from './server-process.ts';
import { type Proofs, readProofs, straceArguments } from './strace-log.ts';
import { createClaimer } from './workers/claimer.ts';
import type { Worker } from './workers/worker.ts';
import { createWriter } from './workers/writer.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
/** Acknowledgements that each test wants, one by one. */
const changes = Number(process.env['RELEVO_ACKNOWLEDGEMENTS'] ?? 200);
const folder = tempFolder();
afterAll(() => folder.remove());

let runs = 0;

type Trace = {
  readonly workers: (name: string, port: () => number) => Promise<readonly Worker[]>;
  readonly changes: number;
  readonly synchronous?: 'FULL' | 'OFF';
};

/** Lets workers work under strace; kill -9 cannot show durability, since the page cache outlives the process. */
const trace = async ({ workers: make, changes, synchronous = 'FULL' }: Trace): Promise<Proofs> => {
  const name = `run_${++runs}`;
  const log = folder.path(`${name}.strace`);
  const server = await startServer({
    database: folder.path(`${name}.db`),
    env: { RELEVO_TEST_SYNCHRONOUS: synchronous },
    under: straceArguments(log),
  });
  const workers = await make(name, () => server.port);
  const total = () => workers.reduce((sum, { acked }) => sum + acked, 0);
  await Promise.all(workers.map(({ run }) => run(() => total() >= changes)));
  await server.kill('SIGTERM');
  const proofs = readProofs(readFileSync(log, 'latin1'));
  rmSync(log);
  return proofs;
};

const writers = (count: number) => async (name: string, port: () => number) =>
  Array.from({ length: count }, (_, n) => createWriter(`${name}_w${n}`, port));

const record = ({ acknowledged, unproved }: Proofs) => {
  figures.sum('strace: acknowledgements', acknowledged);
  figures.sum('strace: not after their flush', unproved.length);
};

it('has strace, or says that it is missing', () => {
  if (!hasStrace) console.log('strace is missing: the flush tests were left out. Get it with: apt-get install strace');
  expect(hasStrace || process.env['CI'] !== '1').toBe(true);
});

describe.runIf(hasStrace)('the server under strace', () => {
  it(`flushes each of ${changes} changes to the disk before its reply`, async () => {
    const proofs = await trace({ workers: writers(1), changes });
    record(proofs);
    expect(proofs.unproved).toEqual([]);
    expect(proofs.acknowledged).toBeGreaterThanOrEqual(changes);
    expect(proofs.flushes).toBeGreaterThanOrEqual(changes);
  }, 300_000);

  it('flushes once for many writers, and still before each reply', async () => {
    const many = Math.max(changes, 400);
    const proofs = await trace({ workers: writers(20), changes: many });
    record(proofs);
    expect(proofs.unproved).toEqual([]);
    expect(proofs.acknowledged).toBeGreaterThanOrEqual(many);
    const each = proofs.acknowledged / proofs.flushes;
    figures.min('strace: changes a flush, 20 writers', Math.round(each * 10) / 10);
    expect(each).toBeGreaterThanOrEqual(4);
    console.log(
      `server: ${each.toFixed(1)} changes a flush with 20 writers (${proofs.acknowledged} changes, ${proofs.flushes} flushes)`,
    );
  }, 300_000);

  it('flushes a merge before its receipt and before what the claim carried is acknowledged', async () => {
    const claimers = (name: string, port: () => number) =>
      Promise.all(
        [0, 1, 2, 3].map((n) => createClaimer({ name: `${name}_c${n}`, port, random: createRandom(n).next })),
      );
    const proofs = await trace({ workers: claimers, changes });
    record(proofs);
    expect(proofs.unproved).toEqual([]);
    // Three changes and a receipt for each sign-in.
    expect(proofs.acknowledged).toBeGreaterThanOrEqual((changes * 4) / 3);
  }, 300_000);

  it('without synchronous=FULL is caught: every reply goes out before a flush', async () => {
    const { acknowledged, unproved } = await trace({ workers: writers(1), changes: 50, synchronous: 'OFF' });
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    expect(unproved).toHaveLength(acknowledged);
  }, 120_000);
});
