/** Who asks through REST. */
export type Principal =
  /** A server of the shop's own: a till, a desk's back end. It may ask for any customer of its site. */
  | { readonly kind: 'key'; readonly site: string; readonly actor: string }
  /** Somebody who acts for one customer, for a short while, within some collections. */
  | {
      readonly kind: 'agent';
      readonly site: string;
      readonly customer: string;
      readonly actor: string;
      readonly collections: ReadonlySet<string>;
      readonly expiresAtMs: number;
      /** The token has ended: whatever it asks is refused, where the customer sees it. */
      readonly isOver?: true;
    }
  | { readonly kind: 'customer'; readonly site: string; readonly customer: string };
