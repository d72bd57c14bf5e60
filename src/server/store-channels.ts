import type { Json } from '../core/json.ts';

/** Who read or wrote a customer's state through REST, or reported an order. The customer can read it. */
export type AuditRow = {
  readonly id: string;
  /** When it was first done, epoch milliseconds. */
  readonly at: number;
  readonly actor: string;
  readonly channel: string;
  readonly act: 'read' | 'write' | 'order' | 'refused';
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
};

export type ChannelWrites = {
  /** In place of the one of that time and id. Keeps the `most` latest that are not from before `sinceMs`. */
  putAudit(space: string, row: AuditRow, kept: { readonly most: number; readonly sinceMs: number }): Promise<void>;
  /** Forgets those of all sites from before `sinceMs`. */
  putIdempotent(site: string, key: string, row: IdempotentRow, sinceMs: number): Promise<void>;
};
