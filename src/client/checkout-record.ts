/** What the server says of a checkout in its own collection. */
export type ToldCheckout = {
  readonly status: 'open' | 'completed' | 'abandoned';
  readonly device: string;
  readonly channel: string;
  readonly openedAt: number;
  readonly lines: { readonly [lineKey: string]: number };
  readonly orderId?: string;
  readonly duplicateOf?: string;
  /** What is left of the lines of a guest whose merge is owed, once an order took of them. */
  readonly owed?: { readonly [lineKey: string]: number };
  /** That guest. */
  readonly owedGuest?: string;
};
