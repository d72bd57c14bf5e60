import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../server/temp-folder.ts';
import { startServer } from './server-process.ts';
import { type Flushes, readFlushes } from './strace-log.ts';
import { createWriter } from './writer.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const folder = tempFolder();
afterAll(() => folder.remove());

let runs = 0;

/** Lets writers write under strace; kill -9 cannot show durability, since the page cache outlives the process. */
const trace = async (options: { writers: number; changes: number; synchronous: 'FULL' | 'OFF' }): Promise<Flushes> => {
  const name = `run-${++runs}`;
  const log = folder.path(`${name}.strace`);
  const server = await startServer({
    database: folder.path(`${name}.db`),
    env: { RELEVO_TEST_SYNCHRONOUS: options.synchronous },
    under: ['strace', '-f', '-s', '40', '-e', 'trace=read,write,writev,fdatasync,fsync', '-o', log],
  });
  const writers = Array.from({ length: options.writers }, (_, n) => createWriter(`w${n}_${name}`, () => server.port));
  const total = () => writers.reduce((sum, { acked }) => sum + acked, 0);
  // The first request makes the keys of the data set: a flush of its own, before the measurement.
  await writers[0]?.run(() => total() >= 1);
  const before = readFlushes(readFileSync(log, 'utf8'));
  await Promise.all(writers.map(({ run }) => run(() => total() >= options.changes)));
  const after = readFlushes(readFileSync(log, 'utf8'));
  await server.kill('SIGTERM');
  return {
    replies: after.replies - before.replies,
    unflushed: after.unflushed - before.unflushed,
    flushes: after.flushes - before.flushes,
  };
};

it('has strace, or says that it is missing', () => {
  if (!hasStrace) console.log('strace is missing: the flush tests were left out. Get it with: apt-get install strace');
  expect(hasStrace || process.env.CI !== '1').toBe(true);
});

describe.runIf(hasStrace)('the server under strace', () => {
  it('flushes to the disk before each reply', async () => {
    const { replies, unflushed } = await trace({ writers: 1, changes: 100, synchronous: 'FULL' });
    expect(replies).toBeGreaterThanOrEqual(99);
    expect(unflushed).toBe(0);
  }, 120_000);

  it('flushes once for many writers, and still before each reply', async () => {
    const { replies, unflushed, flushes } = await trace({ writers: 20, changes: 1_000, synchronous: 'FULL' });
    expect(replies).toBeGreaterThanOrEqual(999);
    expect(unflushed).toBe(0);
    expect(replies / flushes).toBeGreaterThanOrEqual(4);
    console.log(
      `server: ${(replies / flushes).toFixed(1)} changes a flush with 20 writers (${replies} changes, ${flushes} flushes)`,
    );
  }, 120_000);

  it('without synchronous=FULL is caught: every reply goes out before a flush', async () => {
    const { replies, unflushed } = await trace({ writers: 1, changes: 50, synchronous: 'OFF' });
    expect(replies).toBeGreaterThanOrEqual(49);
    expect(unflushed).toBe(replies);
  }, 120_000);
});
