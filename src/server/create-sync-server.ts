import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RelevoError } from '../core/relevo-error.ts';
import { createApp } from './app.ts';
import { createReadToken, ownToken } from './auth.ts';
import { createChannelRoutes } from './channel-routes.ts';
import { channelSecrets } from './channel-secrets.ts';
import { ConfigError, type ConfigInput, parseConfig, siteRules, tokenRules } from './config.ts';
import { refuseDevKeys } from './dev-keys.ts';
import { localFanout } from './fanouts/local.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { createLiveSockets } from './live-sockets.ts';
import { brokenOff, bytesToText, sendReply, toHttpRequest } from './node-http.ts';
import { listedOrigins, type OriginRule } from './origins.ts';
import type { Clock, Fanout, Hooks, Log } from './ports.ts';
import { type Buckets, createRateLimit, defaultBuckets } from './rate-limit.ts';
import { systemClock, systemIds } from './real-ports.ts';
import { findSdkFile } from './routes/sdk-route.ts';
import type { Store } from './store.ts';
import { createSyncCore } from './sync-core.ts';

export type SyncServerOptions = ConfigInput & {
  /** `sqliteStore({ path })` or `memoryStore()`. Closed by `close()`. */
  readonly store: Store;
  /** Default: among the connections of this process. */
  readonly fanout?: Fanout;
  /** Default: silent. */
  readonly log?: Log;
  readonly hooks?: Hooks;
  /** Default {@link defaultBuckets}; null for none. */
  readonly rates?: Buckets | null;
  /** Default the system's. */
  readonly clock?: Clock;
  /** Where secrets named by the configuration are looked up. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What `--dev` adds: tokens for whoever asks. Refused under NODE_ENV=production. */
  readonly dev?: { readonly origin: OriginRule; readonly token: (customerId: string) => Promise<string> };
};

export type SyncServer = {
  /** Answers a request of the Fetch standard. Other paths than ours are 404. It does not say whose address it comes from: rates per address are the host's then. */
  fetch(request: Request): Promise<Response>;
  /** A handler for `node:http`, Express and the like; calls `next` for paths that are not ours. */
  node(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** For the `upgrade` event of a `node:http` server; false when the path is not ours. Without it devices poll. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Live channels that are open now. */
  readonly connections: number;
  /** Ends after the requests that were begun: live channels close with 1012, then the store. */
  close(): Promise<void>;
};

const silent: Log = { info() {}, warn() {}, error() {} };

/**
 * The reference sync server, to mount in an existing one.
 * @throws ConfigError when the sites are not configured right, or have demo keys under NODE_ENV=production.
 */
export const createSyncServer = (options: SyncServerOptions): SyncServer => {
  const { store, fanout = localFanout(), log = silent, hooks = {}, clock = systemClock, env = process.env } = options;
  const { sites, trustProxy } = parseConfig({
    sites: options.sites,
    ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
  });
  if (options.dev && env.NODE_ENV === 'production') {
    throw new ConfigError('`dev` gives tokens to whoever asks: it is refused under NODE_ENV=production.');
  }
  const perSite = <T>(make: (site: (typeof sites)[string]) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(sites).map(([key, site]) => [key, make(site)]));
  const rules = perSite((site) => tokenRules(site, env));
  for (const ofSite of Object.values(rules)) refuseDevKeys(ofSite, env);
  const secrets = channelSecrets(sites, env);
  const readToken = createReadToken(rules, clock);
  const rateLimit = options.rates === null ? undefined : createRateLimit(clock, options.rates ?? defaultBuckets);
  const origins = perSite(({ origins: listed }) => options.dev?.origin ?? listedOrigins(listed));
  const core = createSyncCore({
    store,
    clock,
    ids: systemIds,
    fanout,
    hooks,
    log,
    ...(rateLimit ? { rateLimit } : {}),
    verifyToken: async (site, token) => ownToken(await readToken(site, token)),
    sites: perSite(siteRules),
  });
  const app = createApp({
    core,
    clock,
    log,
    origins,
    rateLimit,
    sdkFile: findSdkFile(),
    devToken: options.dev?.token,
    routes: createChannelRoutes({ ...core, secrets, readToken, origins, clock, ids: systemIds, rateLimit }),
  });
  const sockets = createLiveSockets({ live: core.live, clock, origins });
  const stopRetention = core.retention.start();
  const running = new Set<Promise<unknown>>();

  const handle = (request: HttpRequest): Promise<HttpReply> => {
    const work = app.handle(request);
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  };

  return {
    async fetch(request) {
      const reply = await handle(fromFetch(request));
      // A copy with a buffer of its own, as the Fetch types want it.
      const body = reply.body === null || typeof reply.body === 'string' ? reply.body : new Uint8Array(reply.body);
      return new Response(body, { status: reply.status, headers: reply.headers });
    },
    node(message, response, next) {
      const request = toHttpRequest(message, { trustProxy });
      if (next && !app.owns(request.path)) {
        next();
        return;
      }
      void handle(request).then((reply) => sendReply(message, response, reply));
    },
    upgrade: (message, socket, head) => sockets.upgrade(message, socket, head),
    get connections() {
      return core.live.count;
    },
    async close() {
      stopRetention();
      await Promise.allSettled(running);
      core.live.close();
      await sockets.close();
      fanout.close();
      await store.close();
    },
  };
};

const fromFetch = (request: Request): HttpRequest => ({
  method: request.method,
  path: new URL(request.url).pathname,
  header: (name) => request.headers.get(name) ?? undefined,
  query: (name) => new URL(request.url).searchParams.get(name) ?? undefined,
  address: undefined,
  async text(maxBytes) {
    if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new RelevoError('request/too-large');
    return bytesToText(await readBytes(request.body, maxBytes));
  },
});

const readBytes = async (body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop early cancels the body.
    for await (const chunk of body ?? []) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw brokenOff();
  }
  if (size > maxBytes) throw new RelevoError('request/too-large');
  return Buffer.concat(chunks);
};
