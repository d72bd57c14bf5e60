import { afterAll, expect, it } from 'vitest';
import { tempFolder } from '../server/temp-folder.ts';
import { startServer } from './server-process.ts';
import { createWriter } from './writer.ts';

const kills = Number(process.env.RELEVO_KILLS ?? 20);
const seed = Number(process.env.RELEVO_SEED ?? 7);
const folder = tempFolder();
afterAll(() => folder.remove());

/** A small seeded generator, so that a run can be repeated. */
const seeded = (start: number) => {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const random = seeded(seed);

it(`loses nothing it acknowledged and counts nothing twice, killed ${kills} times under 16 writers`, async () => {
  const database = folder.path('relevo.db');
  let server = await startServer({ database });
  const { port } = server;
  let isDone = false;
  const writers = Array.from({ length: 16 }, (_, n) => createWriter(`writer_${n}`, () => port));
  const running = Promise.all(writers.map(({ run }) => run(() => isDone)));
  const readyMs: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const startAcked = writers.reduce((sum, { acked }) => sum + acked, 0);
    // Killed in the middle of the work: not before this life of the server has acknowledged something.
    while (writers.reduce((sum, { acked }) => sum + acked, 0) < startAcked + 20 + random() * 100) {
      await new Promise((done) => setTimeout(done, 5));
    }
    await server.kill('SIGKILL');
    server = await startServer({ database, port });
    readyMs.push(server.readyMs);
  }
  isDone = true;
  await running;
  const counts = await Promise.all(writers.map(({ settle }) => settle()));
  await server.kill('SIGTERM');
  const acked = writers.map((writer) => writer.acked);
  expect(counts).toEqual(acked);
  expect(Math.min(...acked)).toBeGreaterThan(0);
  const total = acked.reduce((sum, n) => sum + n, 0);
  console.log(
    `server: ${kills} kills, ${total} changes acknowledged, 0 lost, 0 twice; ready in ${Math.round(Math.max(...readyMs))} ms at most (seed ${seed})`,
  );
}, 600_000);
