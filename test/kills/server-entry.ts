// The built server as one ships it, without rate limits, which the workers of these tests would hit at
// once. RELEVO_TEST_SYNCHRONOUS=OFF is the negative control: only this file reads it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSyncServer, sqliteStore } from 'relevo-server';
import { killSites } from './workers/kill-sites.ts';

const [path = '', port = '0'] = process.argv.slice(2);
const synchronous = process.env.RELEVO_TEST_SYNCHRONOUS === 'OFF' ? 'OFF' : 'FULL';

const sync = createSyncServer({ sites: killSites, rates: null, store: sqliteStore({ path, synchronous }) });
const server = createServer((request, response) => sync.node(request, response));
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`port ${(server.address() as AddressInfo).port} process ${process.pid}`);
});
process.once('SIGTERM', async () => {
  // A clean stop: what the log holds goes into the file.
  server.closeAllConnections();
  server.close();
  await sync.close();
  process.exit();
});
