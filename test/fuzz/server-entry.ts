// The server as the command line runs it, but for rates that nobody exceeds: else nearly all would be refused unread.
// RELEVO_FUZZ_PLANT puts a fault in, to see that it is found: only this file reads it.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHttpServer } from '../../src/server/http-server.ts';
import { createLog, createSyncServer, sqliteStore } from '../../src/server/index.ts';
import { plantFault } from './plant.ts';
import { sites } from './site.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How long this process could have run and got no processor: on a busy machine latency is not the server's. */
const waitedForProcessorS = (): number | undefined => {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e9;
  } catch {
    // Linux alone tells.
    return undefined;
  }
};

const [path = ''] = process.argv.slice(2);
const plant = plantFault(process.env['RELEVO_FUZZ_PLANT']);
const never = { burst: 1e9, perSecond: 1e9 };
const rates = { customer: never, address: never, site: never };
const sync = createSyncServer({
  sites,
  rates,
  store: plant.store(sqliteStore({ path })),
  log: createLog('info'),
});
const server = createHttpServer(plant.sync(sync));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on('message', () => {
  collectGarbage();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({
    maxRssMib: Math.round(maxRSS / 1_024),
    heapMib: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    cpuS: (userCPUTime + systemCPUTime) / 1e6,
    waitedS: waitedForProcessorS(),
    sockets: sync.connections,
  });
});
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void sync.close().then(() => process.exit(0));
});
// Whoever started it has gone.
process.on('disconnect', () => process.exit(1));
