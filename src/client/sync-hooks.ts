import type { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';

/** What sync tells the engine. */
export type SyncHooks = {
  status(): void;
  /** Rows came that this page did not write. */
  arrived(cause: 'restore' | 'remote'): void;
  /** The server's answer to a merge that it owed. */
  merged(reply: SyncReply): Promise<void>;
  /** The space may not be read any more, or belongs to somebody else now. */
  lost(error: RelevoError): Promise<void>;
  error(error: unknown): void;
};
