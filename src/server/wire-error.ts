import { sdkErrors, serverErrors } from '../core/error-registry.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { WireError } from '../protocol/messages.ts';

const statusByCode: Readonly<Record<string, number>> = {
  'request/malformed': 400,
  'request/not-found': 404,
  'request/method': 405,
  'request/too-large': 413,
  'request/encoding': 415,
  'request/version': 426,
  'request/rate': 429,
  'site/unknown': 404,
  'site/origin': 403,
  'auth/guest-claimed': 410,
  'auth/revoked': 403,
  'auth/scope': 403,
  'webhook/signature': 401,
  'webhook/time': 401,
  'request/idempotency': 422,
  'checkout/unknown': 404,
  'auth/unknown-device': 404,
  'auth/keys': 503,
  'sync/cursor': 409,
  'server/busy': 503,
  'merge/unknown': 404,
  'merge/too-late': 409,
};

const words: Readonly<Record<string, string>> = { ...sdkErrors, ...serverErrors };

export type Refusal = { readonly status: number; readonly body: WireError; readonly retryAfterMs?: number };

/** Any error in the one shape of the wire. What is not ours is `server/internal`, and tells nothing about itself. */
export const errorToRefusal = (error: unknown): Refusal => {
  if (!(error instanceof RelevoError)) {
    return {
      status: 500,
      body: { code: 'server/internal', message: serverErrors['server/internal'], retryable: true },
    };
  }
  const { code, retryAfterMs } = error;
  const status = statusByCode[code] ?? (code.startsWith('auth/') ? 401 : 500);
  const prefix = `${code}: `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length).trim() : error.message;
  const known = words[code] ?? '';
  return {
    status,
    body: {
      code,
      message: message.startsWith(known) ? message : `${known} ${message}`.trim(),
      retryable: error.retryable,
      ...(error.known ? { known: [...error.known] } : {}),
      ...(error.space === undefined ? {} : { space: error.space }),
    },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
};
