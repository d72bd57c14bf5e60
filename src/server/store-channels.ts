import type { Json } from '../core/json.ts';

/** Who read or wrote a customer's state through REST, or reported an order. The customer can read it. */
export type AuditRow = {
  readonly id: string;
  /** When it was first done, epoch milliseconds. */
  readonly at: number;
  /** By what they were let in. */
  readonly by: 'key' | 'agent' | 'webhook';
  /** The name of the server key. */
  readonly key?: string;
  /** What they say who they are, within that. */
  readonly actor: string;
  readonly channel: string;
  /** The rows that a new one may push out. */
  readonly shelf: string;
  readonly act: 'read' | 'write' | 'order' | 'refused';
  /** `*` for others than those. */
  readonly collections: readonly string[];
  /** How often within some minutes. */
  readonly times: number;
};

/** The answer to a request that may come again under the same key. */
export type IdempotentRow = {
  /** Of what was asked: another request under the same key is refused. */
  readonly hash: string;
  readonly reply: Json;
  readonly at: number;
};

export type ChannelReads = {
  /** The latest first; `before` goes on after one of them. */
  audit(
    space: string,
    page: { readonly before?: Pick<AuditRow, 'at' | 'id'> | undefined; readonly limit: number },
  ): Promise<readonly AuditRow[]>;
  idempotent(site: string, key: string): Promise<IdempotentRow | undefined>;
  /** Whether any, of whatever site, is from before `sinceMs`. */
  hasIdempotent(sinceMs: number): Promise<boolean>;
};

export type ChannelWrites = {
  /** In place of the one of that time and id. Keeps the `most` latest of its shelf, and of all none from before `sinceMs`. */
  putAudit(space: string, row: AuditRow, kept: { readonly most: number; readonly sinceMs: number }): Promise<void>;
  /** Forgets what is from before `sinceMs`; gives the time of the oldest that stays. */
  forgetAudit(space: string, sinceMs: number): Promise<number | undefined>;
  putIdempotent(site: string, key: string, row: IdempotentRow): Promise<void>;
  /** Forgets those of all sites from before `sinceMs`. */
  forgetIdempotent(sinceMs: number): Promise<void>;
};
