import type { CartLine, ShopItem } from '../client/api.ts';
import type { StoreKey } from '../client/ports.ts';
import type { DiskUser } from './virtual-disk.ts';

type Bought = readonly Pick<ShopItem, 'sku' | 'quantity'>[];

/** An order as a page reported it. */
export type Ordered = { readonly user: DiskUser; readonly orderId: string; readonly items: Bought };

/**
 * How many of each article a page reported as bought while its store may still be asked whether that is known: such an
 * order takes its place at a sign-out at the latest. One that the store names has its place; told again it takes another.
 */
export const unplacedIn = (
  { ordered, reports }: { readonly ordered: readonly Ordered[]; readonly reports: { readonly again: Set<string> } },
  { user, space, rows }: { user: DiskUser; space: string; rows: readonly (readonly [StoreKey, unknown])[] },
): ReadonlyMap<string, number> => {
  const stored = JSON.stringify(rows.filter(([[table, of]]) => (table === 'out' || table === 'order') && of === space));
  const unplaced = new Map<string, number>();
  for (const { user: by, orderId, items } of ordered) {
    if (by !== user || (!reports.again.has(orderId) && stored.includes(`"${orderId}"`))) continue;
    for (const { sku, quantity } of items) unplaced.set(sku, (unplaced.get(sku) ?? 0) + quantity);
  }
  return unplaced;
};

/** The lines as a finding tells of them. */
export const articlesOf = (lines: readonly CartLine[]): string =>
  JSON.stringify(lines.map(({ key, sku, quantity, title = '' }) => [key, sku, quantity, title]));

/** Whether the cart is as it was, less at most what was bought and had no place yet. */
export const isLeftInView = (
  before: readonly CartLine[],
  after: readonly CartLine[],
  unplaced: ReadonlyMap<string, number>,
): boolean => {
  const left = new Map(unplaced);
  const wanted = before.map((line) => {
    const { key, sku, quantity: had } = line;
    const quantity = after.find((one) => one.key === key)?.quantity ?? 0;
    const can = (left.get(sku) ?? 0) - (had - quantity);
    if (quantity > had || can < 0) return line;
    left.set(sku, can);
    return { ...line, quantity };
  });
  return articlesOf(wanted.filter(({ quantity }) => quantity > 0)) === articlesOf(after);
};
