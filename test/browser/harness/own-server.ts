import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig, signDevToken } from '../../../src/server/cli/dev-site.ts';
import { createSyncServer } from '../../../src/server/create-sync-server.ts';
import type { Hooks } from '../../../src/server/ports.ts';
import { systemClock } from '../../../src/server/real-ports.ts';
import type { Store } from '../../../src/server/store.ts';
import { sqliteStore } from '../../../src/server/stores/sqlite.ts';
import { type SyncServer, talkingTo } from './sync-server.ts';

export type OwnServer = SyncServer & {
  /** Its file, without what a test put before it. */
  readonly store: Store;
  /** The server's clock is so much further. */
  jump(ms: number): void;
};

/** The real server of the demo site over a SQLite file, in this process: with a hook and a store of the test's. */
export const startOwnServer = async ({
  hooks,
  over,
}: {
  readonly hooks: Hooks;
  over(store: Store): Store;
}): Promise<OwnServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-own-server-'));
  const store = sqliteStore({ path: join(folder, 'relevo.db') });
  let skewMs = 0;
  const server = createSyncServer({
    ...devConfig({}),
    store: over(store),
    hooks,
    clock: { ...systemClock, now: () => systemClock.now() + skewMs },
    dev: { origin: () => true, token: signDevToken },
  });
  const http = createServer(server.node);
  http.on('upgrade', (request, socket, head) => {
    if (!server.upgrade(request, socket, head)) socket.destroy();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    ...talkingTo((http.address() as AddressInfo).port),
    store,
    jump(ms) {
      skewMs += ms;
    },
    async close() {
      http.close();
      http.closeAllConnections();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
