import type { Server } from 'node:http';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { createSyncServer, type SyncServer } from '../create-sync-server.ts';
import { devSecret, devServerKey, devWebhookSecret } from '../dev-keys.ts';
import { createHttpServer } from '../http-server.ts';
import { createLog } from '../log.ts';
import { localOrigins } from '../origins.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import { devConfig, devSiteKey, signDevToken } from './dev-site.ts';
import type { Env } from './main.ts';
import type { Settings } from './settings.ts';

/** How long requests that were begun may take after SIGTERM. */
const drainMs = 5_000;

/** Other ports that `--dev` tries when the wanted one is taken. */
const portTries = 20;

/** Serves until SIGTERM or SIGINT. */
export const serve = async (settings: Settings, env: Env): Promise<number> => {
  const config = settings.dev ? devConfig(env) : readConfig(settings.config);
  if (settings.dev && !isOwnMachine(settings.host)) {
    throw new ConfigError(
      `--dev listens on this machine only, not on ${settings.host}: it gives everybody tokens for any customer.`,
    );
  }
  const log = createLog(settings.dev ? 'warn' : 'info');
  const sync = openSync(settings, { config, env, log });
  const server = createHttpServer(sync);
  const port = await listen(server, settings).catch(async (error: unknown) => {
    await sync.close();
    throw error;
  });
  // Before it is said that the server is there: whoever reads that may stop it at once.
  const signalled = untilSignal();
  announce(settings, port);
  log.info('listening', { port });
  await signalled;
  log.info('stopping');
  await stop(server, sync);
  return 0;
};

const isOwnMachine = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);

const openSync = (
  settings: Settings,
  { config, env, log }: { config: Config; env: Env; log: ReturnType<typeof createLog> },
): SyncServer => {
  let store: ReturnType<typeof sqliteStore>;
  try {
    store = sqliteStore({ path: settings.db });
  } catch (error) {
    throw new ConfigError(
      `The database ${settings.db} cannot be opened: ${error instanceof Error ? error.message : ''}`,
    );
  }
  const dev = settings.dev ? { dev: { origin: localOrigins, token: signDevToken } } : {};
  return createSyncServer({ ...config, store, log, env, ...dev });
};

const listen = async (server: Server, { port, host, dev }: Settings): Promise<number> => {
  for (let tried = port; ; tried++) {
    const taken = await tryListen(server, { port: tried, host });
    if (!taken) {
      const address = server.address();
      return typeof address === 'object' && address ? address.port : tried;
    }
    if (!dev || tried - port >= portTries || tried === 65_535) {
      throw new ConfigError(`Port ${tried} of ${host} is taken. Pass another one with --port.`);
    }
    console.log(`Port ${tried} is taken, trying ${tried + 1}.`);
  }
};

/** True when the port is taken. */
const tryListen = (server: Server, { port, host }: { port: number; host: string }): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      if (error.code === 'EADDRINUSE') resolve(true);
      else reject(new ConfigError(`Cannot listen on ${host}:${port}: ${error.message}`));
    };
    const listening = () => {
      server.off('error', failed);
      resolve(false);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen(port, host);
  });

const announce = ({ dev, host, db }: Settings, port: number) => {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  console.log(`relevo-server listens on ${url}, database ${db}`);
  if (!dev) return;
  console.log(`  site          ${devSiteKey}`);
  console.log(`  token secret  ${devSecret}  (HS256, issuer relevo-dev, audience relevo)`);
  console.log(`  server key    ${devServerKey}`);
  console.log(`  webhooks      ${devWebhookSecret}`);
  console.log('  origins       localhost, 127.0.0.1, [::1] on any port');
  console.log(`  a token       curl -d '{"customerId":"ana"}' ${url}/dev/token`);
  console.log('Demo keys: everybody knows them. For real use: relevo-server init');
};

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    const stopNow = () => {
      process.off('SIGTERM', stopNow);
      process.off('SIGINT', stopNow);
      resolve();
    };
    process.on('SIGTERM', stopNow);
    process.on('SIGINT', stopNow);
  });

const stop = async (server: Server, sync: SyncServer) => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await sync.close();
  server.closeIdleConnections();
  await closed;
  clearTimeout(late);
};
