import type { Counts } from '../core/counter.ts';
import type { Stamp } from '../core/stamp.ts';
import type { Commit } from './server-disk.ts';

/** A change as it was sent. */
export type Sent = {
  readonly t: string;
  readonly c: string;
  readonly k: string;
  readonly n?: number;
  readonly v?: unknown;
  /** Details of a line. */
  readonly f?: Readonly<Record<string, unknown>>;
  /** How many orders a quantity had seen. */
  readonly g?: number;
  readonly bh?: Stamp;
  readonly again?: boolean;
  readonly late?: boolean;
  readonly orderId?: string;
  /** Of an order, what was paid for. */
  readonly checkoutId?: string;
  /** Of a quantity; of an order by line. */
  readonly seen?: Counts | Readonly<Record<string, Counts>>;
  /** Earlier replicas of its device. */
  readonly mine?: readonly string[];
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly at: number;
  readonly a: number;
  /** When its age was said, by the server. */
  readonly as?: number;
};

/** A change that took effect in a commit. */
export type Effect = {
  readonly space: string;
  readonly replica: string;
  readonly op: Sent;
  readonly ack: readonly unknown[];
  readonly entries: Commit['entries'];
  /** A device with the engine of 0.1.0 sent it. */
  readonly isOld: boolean;
};

/**
 * After as long as deletions are kept a change may not make anew what is not there, however lately its device was heard of:
 * that one may just have begun, or another of its pages was, while this one was stuck in a store that hung. A denial may.
 */
export const isTooOldToBegin = (
  { t, c, v, a, as = Number.POSITIVE_INFINITY }: Sent,
  nowMs: number,
  deletedMs: number,
): boolean =>
  ['put', 'patch', 'set'].includes(t) &&
  !(c === 'consent' && v === 'denied') &&
  a + Math.max(0, nowMs - as) >= deletedMs;
