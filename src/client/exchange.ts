import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply, WireError } from '../protocol/messages.ts';
import type { Transport } from './ports.ts';

const requestTimeoutMs = 15_000;
const longestWaitMs = 300_000;

/** An error that the server itself answered, as opposed to a network's. */
export type Refusal = RelevoError & { readonly status: number };

/** No answer of the server: what was asked may be asked again. */
export const offline = (more?: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown }): RelevoError =>
  new RelevoError('network/offline', { retryable: true, ...more });

const isReply = (body: unknown): body is SyncReply => {
  const { from, cur, head, acks, ent, space } = (body ?? {}) as Partial<SyncReply>;
  return (
    typeof from === 'number' &&
    typeof head === 'number' &&
    typeof cur === 'string' &&
    typeof space === 'string' &&
    Array.isArray(acks) &&
    Array.isArray(ent)
  );
};

/**
 * One request to the sync server. A status acts only with the server's own JSON shape and a code of
 * its own; everything else, also a 200 with another body (a captive portal), is a network failure.
 * @throws RelevoError with the server's code and its `status`, or `network/offline`.
 */
export const exchange = async (transport: Transport, request: object): Promise<SyncReply> => {
  let status = 0;
  let body: unknown;
  let retryAfterMs: number | undefined;
  try {
    const reply = await transport.post('/v1/sync', JSON.stringify(request), { timeoutMs: requestTimeoutMs });
    ({ status } = reply);
    if (reply.retryAfterMs !== null && reply.retryAfterMs >= 0)
      retryAfterMs = Math.min(reply.retryAfterMs, longestWaitMs);
    body = JSON.parse(reply.body);
  } catch (cause) {
    throw offline({ retryAfterMs, cause });
  }
  if (status === 200 && isReply(body)) return body;
  const { code, message, retryable, known, space } = (body ?? {}) as { [field in keyof WireError]?: unknown };
  if (
    typeof code === 'string' &&
    typeof retryable === 'boolean' &&
    status >= 400 &&
    /^(request|site|auth|sync|change|server|merge)\//.test(code)
  )
    throw Object.assign(
      new RelevoError(code, {
        message: String(message),
        retryable,
        retryAfterMs,
        known: Array.isArray(known) ? (known as unknown as WireError['known']) : undefined,
        space: space as WireError['space'],
      }),
      { status },
    );
  throw offline({ retryAfterMs });
};

/** The HTTP status of the server's own refusal; 0 for a network failure. */
export const refusalStatus = (error: unknown): number => (error as Partial<Refusal>).status ?? 0;
