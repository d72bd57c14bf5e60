import type { Counts } from '../core/counter.ts';
import type { Json } from '../core/json.ts';

/** A line as it was when a checkout began. */
export type CheckoutLine = {
  /** The adds that it had: an order of this checkout takes no others. */
  readonly p: Counts;
  readonly quantity: number;
  readonly sku: string;
  readonly properties: Json;
};

/** What somebody began to pay for. */
export type CheckoutRow = {
  readonly site: string;
  readonly id: string;
  readonly space: string;
  readonly device: string;
  readonly channel: string;
  /** When it began, or began again with the same content; epoch milliseconds. */
  readonly openedAt: number;
  /** Equal for equal lines and quantities. */
  readonly content: string;
  readonly status: 'open' | 'completed' | 'abandoned';
  /** Ids of the orders that were placed of it, in their order. */
  readonly orders: readonly string[];
  /** One of them that had paid before for some of what the latest pays. */
  readonly duplicateOf?: string;
  readonly lines: { readonly [lineKey: string]: CheckoutLine };
  /** Some of it, or all, is of a guest whose merge with the customer of this space is owed. */
  readonly owed?: {
    /** The guest's space. */
    readonly guest: string;
    /** The adds that the guest's lines had. */
    readonly p: { readonly [lineKey: string]: Counts };
  };
};

export type CheckoutReads = {
  checkout(site: string, id: string): Promise<CheckoutRow | undefined>;
  /** Of a space, the latest first. */
  checkouts(space: string): Promise<readonly CheckoutRow[]>;
};

export type CheckoutWrites = {
  /** In place of the one of that site and id, in whatever space that was. Forgets those of the space from before `sinceMs`. */
  putCheckout(row: CheckoutRow, sinceMs: number): Promise<void>;
  dropCheckout(site: string, id: string): Promise<void>;
};
