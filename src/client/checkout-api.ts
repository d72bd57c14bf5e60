import type { Properties, ShopItem } from './api.ts';

// The public shapes of paying. Names are a promise; docs/API.md is checked against them.

/** A line as it was when the checkout began. */
export type CheckoutLine = {
  readonly key: string;
  readonly sku: string;
  readonly properties: Properties;
  readonly quantity: number;
};

/** A checkout that began elsewhere, or with another content, and is open. */
export type OpenCheckout = {
  readonly id: string;
  readonly channel: string;
  /** Epoch milliseconds. */
  readonly openedAt: number;
};

/** What is being paid for: the cart as it was. */
export type Checkout = {
  readonly id: string;
  /** What was frozen: the same on every device. What is set aside is not in it. */
  readonly lines: readonly CheckoutLine[];
  /** Epoch milliseconds: 24 h after it began. An order of it counts for 30 days all the same. */
  readonly expiresAt: number;
  /** Others of this customer that are open: they may be about to pay there too. */
  readonly others: readonly OpenCheckout[];
};

export type PlacedOrder = {
  readonly orderId: string;
  /** Default: the latest one that this device began and that is open. */
  readonly checkoutId?: string;
  /** What was bought. Default: all that was in the checkout. */
  readonly lines?: readonly ShopItem[];
};

export type Checkouts = {
  /**
   * Freezes the cart for somebody who begins to pay. The same content on any device is the same checkout.
   * @throws RelevoError `checkout/unsynced` when the server does not have all that is in the cart, or cannot be reached.
   */
  begin(): Promise<Checkout>;
  /**
   * An order was placed: what it bought leaves the cart at once, counted once for each order id whoever reports it, and
   * resolves when the server has recorded it. `duplicateOf` is the order that was placed of the same checkout before.
   * @throws RelevoError `checkout/unknown` without lines, when there is no such checkout.
   */
  complete(order: PlacedOrder): Promise<{ readonly duplicateOf?: string }>;
  /**
   * The customer turned away. Nothing of the cart changes.
   * @throws RelevoError `checkout/unsynced` when the server cannot be reached.
   */
  abandon(checkoutId: string): Promise<void>;
};

/** What became of a checkout, on all devices of its customer. */
export type CheckoutNews = {
  readonly checkoutId: string;
  readonly status: 'open' | 'completed' | 'abandoned';
  /** Where it began. */
  readonly channel: string;
  /** The order that was placed of it last. */
  readonly orderId?: string;
  /** It was not the first: it may have been paid twice. */
  readonly code?: 'order/duplicate-snapshot';
};
