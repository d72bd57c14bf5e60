import { type ErrorCode, sdkErrors } from './error-registry.ts';

export type ErrorDetails = {
  /** What exactly, in words: appended to the registry's message. */
  detail?: string | undefined;
  /** The whole message, when the server sent one. */
  message?: string | undefined;
  /** Whether the same call can succeed later. Default false. */
  retryable?: boolean | undefined;
  /** How long to wait before the next try, milliseconds. */
  retryAfterMs?: number | undefined;
  /** Of a claimed guest: a replica, and its last number that the guest's customer has. */
  known?: readonly [replica: string, last: number] | undefined;
  /** Of `auth/revoked`: the space of whoever took the device back. */
  space?: string | undefined;
  /** Of `auth/unsynced`: how many changes the server does not have. */
  unsynced?: number | undefined;
  cause?: unknown;
};

/**
 * The one error class. Branch on `code`, which never changes; show or log `message`, which says
 * what to do and may be reworded.
 */
export class RelevoError extends Error {
  override readonly name = 'RelevoError';
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly known: ErrorDetails['known'];
  readonly space: string | undefined;
  readonly unsynced: number | undefined;

  constructor(code: ErrorCode | (string & {}), details: ErrorDetails = {}) {
    const words = details.message ?? (sdkErrors as Record<string, string>)[code] ?? '';
    super(`${code}: ${words}${details.detail ? ` ${details.detail}` : ''}`, { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.known = details.known;
    this.space = details.space;
    this.unsynced = details.unsynced;
  }
}
