import { afterAll, expect, it } from 'vitest';
import { createRandom } from '../../src/testing/random.ts';
import { figures } from '../../tools/full/figures.ts';
import { tempFolder } from '../server/temp-folder.ts';
import { audit } from './audit.ts';
import { spawnServer, startServer } from './server-process.ts';
import { createClaimer } from './workers/claimer.ts';
import { createShopper } from './workers/shopper.ts';
import { tokenOf } from './workers/wire.ts';
import { createWriter } from './workers/writer.ts';

const kills = Number(process.env['RELEVO_KILLS'] ?? 20);
const seed = Number(process.env['RELEVO_SEED'] ?? 7);
const folder = tempFolder();
afterAll(() => folder.remove());

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

it(`loses nothing it acknowledged and counts nothing twice, killed ${kills} times under 16 writers`, async () => {
  const random = createRandom(seed).next;
  const database = folder.path('relevo.db');
  let server = await startServer({ database });
  const { port: fixed } = server;
  const port = () => fixed;
  const writers = Array.from({ length: 6 }, (_, n) => createWriter(`writer_${n}`, port));
  // Two customers with three devices each, and four places where guests sign in.
  const shoppers = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (n) =>
      createShopper({
        name: `shopper_${n}`,
        auth: await tokenOf(`customer_${n % 2}`),
        port,
        random: createRandom(seed + n).next,
      }),
    ),
  );
  const claimers = await Promise.all(
    [0, 1, 2, 3].map((n) => createClaimer({ name: `claimer_${n}`, port, random: createRandom(seed + 10 + n).next })),
  );
  const workers = [...writers, ...shoppers, ...claimers];
  const acked = () => sum(workers.map((worker) => worker.acked));
  let isDone = false;
  let failure: unknown;
  const running = Promise.all(workers.map(({ run }) => run(() => isDone || failure !== undefined))).catch((error) => {
    failure = error;
  });
  const readyMs: number[] = [];
  let startKills = 0;
  for (let kill = 0; kill < kills; kill++) {
    // Killed in the middle of the work: not before this life of the server has acknowledged something.
    const wanted = acked() + 20 + random() * 100;
    while (acked() < wanted && !failure) await wait(5);
    await server.kill('SIGKILL');
    // While it starts, too: it may be reading its write-ahead log back, or just begin to listen.
    while (random() < 0.3) {
      const starting = spawnServer({ database, port: fixed });
      await wait(random() * 600);
      await starting.kill('SIGKILL');
      startKills++;
    }
    server = await startServer({ database, port: fixed });
    readyMs.push(server.readyMs);
    if (failure) break;
  }
  isDone = true;
  await running;
  if (failure) {
    await server.kill('SIGKILL');
    throw failure;
  }
  const wrongs = (await Promise.all(workers.map((worker) => worker.wrongs()))).flat();
  await server.kill('SIGTERM');
  const [claims, cutClaims] = [sum(claimers.map((c) => c.claims)), sum(claimers.map((c) => c.cutClaims))];
  const [orders, signOuts] = [sum(shoppers.map((s) => s.orders)), sum(shoppers.map((s) => s.signOuts))];
  const cut = sum(workers.map((worker) => worker.cut));
  figures.sum('server: kills', kills);
  figures.sum('server: kills while it starts', startKills);
  figures.sum('server: acknowledged', acked());
  figures.sum('server: requests cut off', cut);
  figures.sum('server: claims', claims);
  figures.sum('server: claims cut off and sent again', cutClaims);
  figures.sum('server: acknowledged and lost, or counted twice', wrongs.length);
  figures.max('server: ready in ms', Math.round(Math.max(...readyMs)));
  expect(wrongs).toEqual([]);
  expect(audit(database)).toEqual([]);
  expect(Math.min(...workers.map((worker) => worker.acked))).toBeGreaterThan(0);
  expect(cut).toBeGreaterThanOrEqual(kills);
  console.log(
    `server: ${kills} kills under load, ${startKills} while it started; ${acked()} changes acknowledged (${claims} sign-ins with a guest, ${cutClaims} of them cut off; ${orders} orders, ${signOuts} sign-outs), ${cut} requests cut off; 0 lost, 0 twice; ready in ${Math.round(Math.max(...readyMs))} ms at most (seed ${seed})`,
  );
}, 560_000);
