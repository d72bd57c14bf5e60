/**
 * What a merge of a guest's cart into the customer's did, the same on all devices. Written out here
 * and not inferred from the wire schema: the SDK's declarations must not need the schema library.
 */
export type Receipt = {
  readonly id: string;
  readonly guest: string;
  /** When, epoch milliseconds by the server's clock. */
  readonly atMs: number;
  readonly policy: string;
  /** Line keys that only the guest had, or had in the cart: what the customer had set aside of them gave way. */
  readonly added: readonly string[];
  /** Lines whose quantity rose: `[key, from, to]`. */
  readonly raised: readonly (readonly [string, number, number])[];
  /** Lines whose quantity fell, since the guest's cart goes on or the guest took away of their own copy: `[key, from, to]`. */
  readonly lowered: readonly (readonly [string, number, number])[];
  /** Lines that both had and that stayed as the customer had them. */
  readonly kept: readonly string[];
  /** Lines that were set aside, in sight and with the reason. */
  readonly parked: readonly string[];
  /** Lines over the maximum: `[key, wanted, got]`. */
  readonly clamped: readonly (readonly [string, number, number])[];
  /** Guest lines that the policy left behind. */
  readonly dropped: readonly string[];
  /** Why, by line key, where there is more to say than the lists do: `merge/…`, see docs/ERRORS.md. */
  readonly reasons: { readonly [lineKey: string]: string };
  /** When it was taken back, epoch milliseconds by the server's clock. */
  readonly undoneAtMs?: number;
};

/** Whether a guest's cart goes on as it is by this merge policy, by the site's word or at a checkout, and the customer's gives way. */
export const guestGoesOn = (policy: string | undefined): boolean => policy === 'guest' || policy === 'checkout';
