import { RelevoError } from '../core/relevo-error.ts';
import { compressReply } from './compress.ts';
import type { HttpReply, HttpRequest, Trace } from './http.ts';
import type { OriginRule } from './origins.ts';
import type { Clock, Log, RateLimit } from './ports.ts';
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
};

type Route = {
  readonly method: 'GET' | 'POST';
  readonly run: (request: HttpRequest, trace: Trace) => Promise<HttpReply> | HttpReply;
};

export type App = {
  /** Whether a path is one of ours; a host passes others on. */
  owns(path: string): boolean;
  /** Answers a request. Never rejects. */
  handle(request: HttpRequest): Promise<HttpReply>;
};

const json = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

export const createApp = (options: AppOptions): App => {
  const { clock, log, rateLimit, devToken } = options;
  const sync: Route = { method: 'POST', run: createSyncRoute(options) };
  const sdk: Route = { method: 'GET', run: createSdkRoute(options.sdkFile) };
  const health: Route = { method: 'GET', run: () => json(200, { status: 'ok' }) };
  const dev: Route | undefined = devToken && {
    method: 'POST',
    async run(request) {
      const body: unknown = parseJson(await request.text(1_024));
      const customerId = (body as { customerId?: unknown } | null)?.customerId;
      if (typeof customerId !== 'string' || customerId === '') {
        throw new RelevoError('request/malformed', { detail: 'customerId: a text.' });
      }
      return json(200, { token: await devToken(customerId) });
    },
  };

  const find = (path: string): Route | undefined => {
    if (path === '/v1/sync' || path === '/v1/beacon') return sync;
    if (path === '/healthz') return health;
    if (path === '/dev/token') return dev;
    return /^\/relevo(-[0-9a-f]{16})?\.js$/.test(path) ? sdk : undefined;
  };

  const isListed = (origin: string): boolean => Object.values(options.origins).some((isAllowed) => isAllowed(origin));

  /** Browsers learn the answer only when the origin is listed, errors included. No credentials: nothing rides along. */
  const cors = (request: HttpRequest): Record<string, string> => {
    const origin = request.header('origin');
    if (origin === undefined || !isListed(origin)) return { vary: 'Origin' };
    return { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Retry-After' };
  };

  const preflight = (request: HttpRequest): HttpReply => ({
    status: 204,
    headers: {
      ...cors(request),
      'access-control-allow-methods': 'POST, GET',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '7200',
    },
    body: null,
  });

  const route = async (request: HttpRequest, trace: Trace): Promise<HttpReply> => {
    const found = find(request.path);
    if (!found) throw new RelevoError('request/not-found');
    if (request.method === 'OPTIONS') return preflight(request);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== found.method) throw new RelevoError('request/method');
    const waitMs = rateLimit && request.address !== undefined ? rateLimit.take('address', request.address) : 0;
    if (waitMs > 0) throw new RelevoError('request/rate', { retryable: true, retryAfterMs: waitMs });
    const reply = await found.run(request, trace);
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
    const reply = json(status, body);
    return { ...reply, headers: { ...cors(request), ...reply.headers, ...retryAfter } };
  };

  return {
    owns: (path) => find(path) !== undefined,
    async handle(request) {
      const startMs = clock.now();
      const trace: Trace = { route: find(request.path) ? request.path : 'unknown' };
      const reply = await route(request, trace).catch((error) => refusal(request, error, trace));
      const { method } = request;
      log.info('request', { method, ...trace, status: reply.status, ms: clock.now() - startMs });
      return { ...reply, headers: { 'cache-control': 'no-store', ...reply.headers } };
    },
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new RelevoError('request/malformed', { detail: 'The body is no JSON.' });
  }
};
