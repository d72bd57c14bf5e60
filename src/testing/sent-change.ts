import type { Counts } from '../core/counter.ts';
import type { Stamp } from '../core/stamp.ts';

/** A change as it was sent. */
export type Sent = {
  readonly t: string;
  readonly c: string;
  readonly k: string;
  readonly n?: number;
  readonly v?: unknown;
  /** How many orders a quantity had seen. */
  readonly g?: number;
  readonly bh?: Stamp;
  readonly again?: boolean;
  readonly late?: boolean;
  readonly orderId?: string;
  /** Of a quantity; of an order by line. */
  readonly seen?: Counts | Readonly<Record<string, Counts>>;
  /** Earlier replicas of its device. */
  readonly mine?: readonly string[];
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly at: number;
  readonly a: number;
};
