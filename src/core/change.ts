import type { Counts } from './counter.ts';
import type { Json } from './json.ts';
import type { Stamp } from './stamp.ts';

/** Line details or traits by field; `null` deletes a field. */
export type Fields = { readonly [field: string]: Json };

export type OrderLine = {
  readonly sku: string;
  readonly properties?: { readonly [name: string]: Json };
  readonly quantity: number;
};

/**
 * What a change does to one entry. `fb` names, by field, the stamp it saw; `bh` the stamp of the base it saw; `mine` the
 * earlier replicas of its device: it has seen all their adds.
 */
export type Change =
  /** `reg`: a value; `null` deletes. */
  | { readonly t: 'put'; readonly v: Json; readonly bh?: Stamp }
  /** `map`, and a line's details. */
  | { readonly t: 'patch'; readonly f: Fields; readonly fb?: { readonly [field: string]: Stamp } }
  /** `ctr` and lines: more of it. Details may ride along. */
  | { readonly t: 'add'; readonly n: number; readonly f?: Fields; readonly fb?: { readonly [field: string]: Stamp } }
  /** `ctr` and lines: exactly so many. */
  | {
      readonly t: 'set';
      readonly v: number;
      readonly seen: Counts;
      readonly g: number;
      readonly mine?: readonly string[];
      readonly bh?: Stamp;
      readonly f?: Fields;
      readonly fb?: { readonly [field: string]: Stamp };
    }
  /** `flag`: present or not, as seen at length `n`. */
  | { readonly t: 'want'; readonly on: boolean; readonly n: number }
  /** `cart`: what an order bought; `seen` by line key. The change's key is the order id's key. */
  | {
      readonly t: 'order';
      readonly orderId: string;
      readonly lines: readonly OrderLine[];
      readonly seen: { readonly [lineKey: string]: Counts };
      readonly mine?: readonly string[];
      /** The checkout that was paid for; without `lines` all that was in it. */
      readonly checkoutId?: string;
    }
  /** Takes a sequence number and does nothing: a change withdrawn after it was numbered. */
  | { readonly t: 'nop' };
