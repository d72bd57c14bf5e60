import type { Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Row } from '../protocol/messages.ts';
import type { MergePolicies } from './site.ts';

// What the sync core touches outside itself, besides the store. The server passes the real ones,
// the simulator its doubles: the core itself knows no time, no randomness and no network.

export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `ms`; the result cancels. */
  timer(ms: number, callback: () => void): () => void;
};

export type Ids = {
  /** A fresh unguessable id of at least 126 bits in A-Z a-z 0-9 _ -. */
  random(): string;
  readonly sha256: Sha256;
  /** Keyed hash of a text, base64url. */
  hmac(key: string, text: string): string;
  /** Equality in constant time. */
  equal(a: string, b: string): boolean;
};

export type Verified = {
  /** The customer, as the site's token names it. */
  readonly customer: string;
  /** When the token ends, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** When the customer signed in for it, or it was issued. Without, a device that was revoked does not come back by it. */
  readonly bornAtMs?: number | undefined;
  /** It has ended, and all else of it is proven: good for nothing but to hear that this device was revoked. */
  readonly isOver?: true;
};

/** Checks a site's token. Rejects with a `RelevoError` of an `auth/…` code, nothing else. */
export type VerifyToken = (site: string, token: string) => Promise<Verified>;

/** What the processes of one server tell each other after a commit. Hints: they may be lost or come late. */
export type Poke =
  | {
      readonly kind: 'rows';
      readonly space: string;
      readonly prev: number;
      readonly v: number;
      /** The cursor at `v`. */
      readonly cur: string;
      readonly rows: readonly Row[];
      /** The device that wrote and that has the rows from its reply. */
      readonly origin: string | undefined;
    }
  | { readonly kind: 'signout'; readonly space: string; readonly device: string };

export type Fanout = {
  publish(poke: Poke): void;
  subscribe(space: string, listener: (poke: Poke) => void): () => void;
  close(): void;
};

/** Keys that may appear in the log. Nothing else is written: no bodies, tokens, ids of people or carts. */
export type LogFields = {
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  readonly site?: string;
  readonly ms?: number;
  readonly bytes?: number;
  readonly changes?: number;
  readonly rows?: number;
  readonly sockets?: number;
  readonly port?: number;
  readonly detail?: string;
};

export type Log = {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
};

export type MergeContext = {
  readonly site: string;
  readonly customer: string;
  readonly guest: string;
  /** On what occasion they signed in: `browse`, or `checkout`. */
  readonly during: 'browse' | 'checkout';
  /** The guest's entries by collection and key, with the last changes that came with the sign-in. */
  readonly collections: { readonly [collection: string]: { readonly [key: string]: Json } };
  /** The guest's cart, by line key: `collections.cart`. */
  readonly cart: { readonly [lineKey: string]: Json };
  readonly customerCart: { readonly [lineKey: string]: Json };
  /** Aborted when the sign-in is answered without the merge: what the hook still finds comes too late. */
  readonly signal: AbortSignal;
};

/** What a site says of one merge. */
export type MergeDecision = {
  /** Other policies than the site's, by collection. */
  readonly policy?: MergePolicies;
  /** Collections of the guest's that stay behind, or all. */
  readonly veto?: readonly string[] | true;
};

export type Hooks = {
  /**
   * Runs before a guest is merged, outside any transaction, and may say how, or what is not. Throwing, or taking too
   * long, postpones the merge; sign-in goes on.
   */
  readonly beforeMerge?: (context: MergeContext) => Promise<MergeDecision | void> | MergeDecision | void;
};

/** One try is taken from a bucket. Returns the milliseconds to wait, 0 when the try is allowed. */
export type RateLimit = { take(kind: 'customer' | 'address' | 'site' | 'key', name: string): number };
