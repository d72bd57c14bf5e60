import type { Counts } from '../core/counter.ts';
import type { OrderRow } from '../server/store-orders.ts';

type Frozen = { readonly sku: string; readonly quantity: number; readonly p: Counts };

/** How many of what, by sku. */
export type Bought = ReadonlyMap<string, number>;

/** What somebody began to pay for. */
export type CheckoutModel = {
  readonly id: string;
  space: string;
  /** Whose it ever was. */
  readonly spaces: Set<string>;
  status: 'open' | 'completed' | 'abandoned';
  lines: ReadonlyMap<string, Frozen>;
  /** Orders that were placed of it, first to last. */
  readonly orders: string[];
};

/** An order of a space, whoever told of it. */
export type OrderModel = {
  /** The shop itself has told of it. */
  isShops: boolean;
  bought: Bought;
  /** What it took, by line. */
  readonly taken: Map<string, { readonly sku: string; readonly n: number }>;
  /** What it is of. */
  checkout: string | undefined;
  /** A guest's, who is this customer by now. */
  readonly isCopied: boolean;
};

/** What an order may take, as far as is known without the product. */
export type Report = {
  readonly orderId: string;
  /** By sku. */
  readonly left: Bought;
  /** What it had seen of a line that was paid for; of all lines, or of none that it names: as the page, or the server, had it. */
  readonly seen: ReadonlyMap<string, Counts> | 'all' | 'by page';
  took(line: { readonly key: string; readonly sku: string }, n: number): void;
  /** How many of a line the server says that it took by this report. */
  saidOf(key: string): number;
};

/** What somebody says of an order. */
export type Told = {
  readonly space: string;
  readonly orderId: string;
  /** As the server stored it by this report. */
  readonly row: OrderRow | undefined;
  readonly bought: Bought;
  readonly of: CheckoutModel | undefined;
  readonly isShops: boolean;
};

export const sumsOf = (lines: Iterable<{ readonly sku: string; readonly quantity: number }>): Bought => {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
};

export const quantitiesIn = (taken: OrderModel['taken'] | undefined) =>
  [...(taken?.values() ?? [])].filter(({ n }) => n > 0).map(({ sku, n }) => ({ sku, quantity: n }));

/** What an order bought beyond what it took. */
export const leftOf = (bought: Bought, taken: OrderModel['taken'] | undefined): Bought => {
  const had = sumsOf(quantitiesIn(taken));
  return new Map([...bought].map(([sku, n]) => [sku, Math.max(0, n - (had.get(sku) ?? 0))]));
};

/**
 * Whether somebody paid for more of something than there was of it. Of each order before: what it bought, and what it took
 * in case that is nothing of it. One that names nothing of it either way is of all of it.
 */
export const isPaidTwice = (
  { lines }: Pick<CheckoutModel, 'lines'>,
  bought: Bought | undefined,
  before: readonly (readonly Bought[] | undefined)[],
): boolean => {
  const all = sumsOf(lines.values());
  if (all.size === 0) return before.length > 0;
  const within = (words: readonly Bought[] = []): Bought => {
    const named = words.map((one) => [...one].filter(([sku]) => all.has(sku)));
    return new Map(named.find((one) => one.length > 0) ?? all);
  };
  const others = before.map(within);
  const paid = (sku: string) => others.reduce((sum, one) => sum + (one.get(sku) ?? 0), 0);
  return [...within(bought && [bought])].some(([sku, n]) => paid(sku) > 0 && paid(sku) + n > (all.get(sku) ?? 0));
};

/** Equal where what was counted is. */
export const countsText = (counts: Counts): string =>
  JSON.stringify(
    Object.entries(counts)
      .filter(([, n]) => n)
      .sort(),
  );

/** A line of a cart as the models have it. */
export type CartModelLine = {
  readonly key: string;
  readonly sku: string;
  readonly quantity: number;
  readonly p: Counts;
  readonly isAside: boolean;
};
