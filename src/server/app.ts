import { RelevoError } from '../core/relevo-error.ts';
import { compressReply } from './compress.ts';
import { type HttpReply, type HttpRequest, hasServerKey, jsonReply, type Trace } from './http.ts';
import type { OriginRule } from './origins.ts';
import type { Clock, Log, RateLimit } from './ports.ts';
import { takeAddress } from './rate-limit.ts';
import { createRouter, type Route } from './router.ts';
import { createDevTokenRoute } from './routes/dev-token-route.ts';
import { createSdkRoute, type SdkFile } from './routes/sdk-route.ts';
import { createSyncRoute } from './routes/sync-route.ts';
import type { SyncCore } from './sync-core.ts';
import { errorToRefusal } from './wire-error.ts';

export type AppOptions = {
  readonly core: SyncCore;
  readonly clock: Clock;
  readonly log: Log;
  readonly origins: Readonly<Record<string, OriginRule>>;
  readonly rateLimit: RateLimit | undefined;
  readonly sdkFile: SdkFile | undefined;
  /** `POST /dev/token`, only with `--dev`. */
  readonly devToken: ((customerId: string) => Promise<string>) | undefined;
  /** What other channels can ask. */
  readonly routes?: readonly Route[];
};

/** Headers of {@link AppOptions.routes} that a page may send. */
const channelHeaders = 'idempotency-key, relevo-site, relevo-actor, relevo-channel';

export type App = {
  /** Whether a path is one of ours; a host passes others on. */
  owns(path: string): boolean;
  /** Answers a request. Never rejects. */
  handle(request: HttpRequest): Promise<HttpReply>;
};

export const createApp = (options: AppOptions): App => {
  const { clock, log, rateLimit, devToken } = options;
  const sync = createSyncRoute(options);
  const sdk = createSdkRoute(options.sdkFile);
  const router = createRouter([
    { method: 'POST', path: '/v1/sync', run: (request, { trace }) => sync(request, trace) },
    { method: 'POST', path: '/v1/beacon', run: (request, { trace }) => sync(request, trace) },
    { method: 'GET', path: '/healthz', run: () => jsonReply(200, { status: 'ok' }) },
    { method: 'GET', path: '/relevo.js', run: sdk },
    { method: 'GET', path: '/relevo-{hash}.js', where: { hash: /^[0-9a-f]{16}$/ }, run: sdk },
    ...(devToken ? [createDevTokenRoute(devToken)] : []),
    ...(options.routes ?? []),
  ]);

  const isListed = (origin: string): boolean => Object.values(options.origins).some((isAllowed) => isAllowed(origin));

  /** Browsers learn the answer only when the origin is listed, errors included. No credentials: nothing rides along. */
  const cors = (request: HttpRequest): Record<string, string> => {
    const origin = request.header('origin');
    // A server key in a page is known to everybody who looks: no page gets to use it.
    if (origin === undefined || !isListed(origin) || hasServerKey(request)) return { vary: 'Origin' };
    return { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Retry-After' };
  };

  const preflight = (request: HttpRequest): HttpReply => ({
    status: 204,
    headers: {
      ...cors(request),
      'access-control-allow-methods': 'POST, GET',
      'access-control-allow-headers': `authorization, content-type${request.path.startsWith('/v1/customers/') ? `, ${channelHeaders}` : ''}`,
      'access-control-max-age': '7200',
    },
    body: null,
  });

  const route = async (request: HttpRequest, trace: Trace): Promise<HttpReply> => {
    if (request.method === 'OPTIONS' && router.templateOf(request.path) !== undefined) return preflight(request);
    const found = router.match(request.method === 'HEAD' ? 'GET' : request.method, request.path);
    if (rateLimit && !found.route.isKeyed) takeAddress(rateLimit, request);
    const reply = await found.route.run(request, { params: found.params, trace });
    const vary = { ...cors(request), ...reply.headers };
    return compressReply({ ...reply, headers: vary }, request.header('accept-encoding'));
  };

  const refusal = (request: HttpRequest, error: unknown, trace: Trace): HttpReply => {
    const { status, body, retryAfterMs } = errorToRefusal(error);
    trace.code = body.code;
    // Words of our own may be said; those of anything else may hold what no log should.
    const detail = error instanceof RelevoError ? body.message : error instanceof Error ? error.name : 'unknown';
    if (status === 500) log.error('request-failed', { detail });
    const retryAfter = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
    // RFC 9110 asks for it.
    const allow = status === 405 ? { allow: router.methodsOf(request.path).join(', ') } : {};
    const reply = jsonReply(status, body);
    return { ...reply, headers: { ...cors(request), ...reply.headers, ...retryAfter, ...allow } };
  };

  return {
    owns: (path) => router.templateOf(path) !== undefined,
    async handle(request) {
      const startMs = clock.now();
      const trace: Trace = { route: router.templateOf(request.path) ?? 'unknown' };
      const reply = await route(request, trace).catch((error) => refusal(request, error, trace));
      const { method } = request;
      log.info('request', { method, ...trace, status: reply.status, ms: clock.now() - startMs });
      return { ...reply, headers: { 'cache-control': 'no-store', ...reply.headers } };
    },
  };
};
