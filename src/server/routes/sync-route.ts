import { RelevoError } from '../../core/relevo-error.ts';
import type { WireError } from '../../protocol/messages.ts';
import { bearerOf, type HttpReply, type HttpRequest, type Trace } from '../http.ts';
import type { OriginRule } from '../origins.ts';
import type { RateLimit } from '../ports.ts';
import { readText } from '../read-body.ts';
import type { CoreReply, SyncCore } from '../sync-core.ts';

export type SyncRouteOptions = {
  readonly core: SyncCore;
  /** By site key. */
  readonly origins: Readonly<Record<string, OriginRule>>;
  readonly rateLimit: RateLimit | undefined;
};

const isError = (body: CoreReply['body']): body is WireError => body !== null && 'code' in body;

/** `POST /v1/sync` and `POST /v1/beacon`. */
export const createSyncRoute =
  ({ core, origins, rateLimit }: SyncRouteOptions) =>
  async (request: HttpRequest, trace: Trace): Promise<HttpReply> => {
    const text = await readText(request);
    const origin = request.header('origin');
    const admit = (site: string) => {
      trace.site = site;
      if (origin !== undefined && !origins[site]?.(origin)) throw new RelevoError('site/origin');
      const waitMs = rateLimit?.take('site', site) ?? 0;
      if (waitMs > 0) throw new RelevoError('request/rate', { retryable: true, retryAfterMs: waitMs });
    };
    const answer = request.path === '/v1/beacon' ? core.beacon : core.sync;
    const { status, body, retryAfterMs } = await answer(text, { bearer: bearerOf(request), admit });
    if (isError(body)) trace.code = body.code;
    else if (body) {
      trace.changes = body.acks.length;
      trace.rows = body.ent.length;
    }
    return {
      status,
      headers: {
        ...(body ? { 'content-type': 'application/json; charset=utf-8' } : {}),
        ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
      },
      body: body ? JSON.stringify(body) : null,
    };
  };
