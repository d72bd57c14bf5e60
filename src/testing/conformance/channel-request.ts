/** Who asks for a customer's state, or reports an order, without being a device of theirs. */
export type Asker =
  /** The shop's own server, with the site's server key, which is called `till`: `actor` says who of those that share it. */
  | { readonly kind: 'key'; readonly actor?: string; readonly channel?: string }
  /** A desk or a bot, with a token that the shop has signed for one customer and some collections. */
  | {
      readonly kind: 'agent';
      readonly customer: string;
      readonly actor: string;
      readonly collections: readonly string[];
      readonly issuedAtMs: number;
      readonly expiresAtMs: number;
    }
  /** The customer, with a token of their own. */
  | { readonly kind: 'customer'; readonly customer: string }
  /** The shop's own server, with a signed webhook; sent again it has the same id. */
  | { readonly kind: 'webhook'; readonly id: string };

/** What is asked, as docs/CHANNELS.md has it; of whom. */
export type ChannelRequest =
  | { readonly read: string; readonly of: string }
  | { readonly audit: string }
  | { readonly changes: readonly ChannelChange[]; readonly of: string }
  | { readonly order: OrderReport };

export type ChannelChange =
  | {
      readonly type: 'add';
      readonly collection: 'cart';
      readonly item: { readonly sku: string; readonly quantity: number };
    }
  | {
      readonly type: 'set';
      readonly collection: 'cart';
      readonly line: { readonly sku: string };
      readonly quantity: number;
    }
  | { readonly type: 'put'; readonly collection: string; readonly key: string; readonly value: string | null };

export type OrderReport = {
  readonly orderId: string;
  readonly customerId?: string;
  readonly checkoutId?: string;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
};

/** The body of the answer; a refusal has a `code` and none of the rest. */
export type ChannelReply = {
  readonly code?: string;
  readonly entries?: readonly { readonly [member: string]: unknown }[];
  readonly results?: readonly { readonly key: string; readonly status: string; readonly code?: string }[];
  readonly status?: string;
  readonly taken?: readonly { readonly key: string; readonly sku: string; readonly quantity: number }[];
  readonly left?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly duplicateOf?: string;
};
