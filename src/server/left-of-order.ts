import type { OrderLine } from '../core/change.ts';
import { canonicalJson, type Json } from '../core/json.ts';

/** So much of something was taken for an order. */
export type TakenLine = { readonly sku: string; readonly properties: Json | undefined; readonly quantity: number };

/** What an order bought beyond what was taken for it: by sku and properties first, then by sku. */
export const leftOfOrder = (bought: readonly OrderLine[], taken: readonly TakenLine[]): readonly OrderLine[] => {
  const items = bought.map((item) => ({ item, left: item.quantity, text: canonicalJson(item.properties ?? {}) }));
  const rest = taken.map((line) => ({ ...line, text: canonicalJson(line.properties ?? {}) }));
  for (const isExact of [true, false])
    for (const line of rest)
      for (const one of items) {
        const n = Math.min(one.left, line.quantity);
        if (n <= 0 || one.item.sku !== line.sku || (isExact && one.text !== line.text)) continue;
        one.left -= n;
        line.quantity -= n;
      }
  return items.flatMap(({ item, left }) => (left > 0 ? [{ ...item, quantity: left }] : []));
};
