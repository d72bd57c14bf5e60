import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttpServer } from '../../src/server/http-server.ts';
import { createSyncServer, sqliteStore } from '../../src/server/index.ts';
import { checkAnswer } from '../fuzz/check-answer.ts';
import { checkDatabase } from '../fuzz/check-database.ts';
import { readCorpus, toShot } from '../fuzz/corpus.ts';
import { createHttpClient } from '../fuzz/http-client.ts';
import { sendRaw } from '../fuzz/raw-requests.ts';
import { sites } from '../fuzz/site.ts';
import { tempFolder } from './temp-folder.ts';

const folder = tempFolder();
const database = folder.path('relevo.db');
const sync = createSyncServer({ sites, rates: null, store: sqliteStore({ path: database }) });
const server = createHttpServer(sync);
let port: number;
const http = createHttpClient(() => port, 1);
const canary = 'canary-of-nobody';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  http.close();
  server.close();
  server.closeAllConnections();
  await sync.close();
  expect(checkDatabase(database)).toMatchObject({ faults: [] });
  folder.remove();
});

it.each(readCorpus())('what the fuzzer found once is answered as it must be: $what', async ({ shots }) => {
  expect(shots.length).toBeGreaterThan(0);
  for (const kept of shots) {
    if ('raw' in kept) {
      const { statuses, finding } = await sendRaw([Buffer.from(kept.raw, 'latin1')], { port, canary, quietMs: 4_000 });
      expect([finding, statuses.length]).toEqual([undefined, 1]);
    } else {
      const shot = toShot(kept);
      expect(checkAnswer(await http.send(shot), { ...shot, canary })).toBeUndefined();
    }
  }
});
