import type { OrderLine } from './change.ts';
import { canonicalJson, type Json } from './json.ts';

export type OrderableLine = {
  readonly key: string;
  readonly sku: string;
  readonly properties: Json | undefined;
  readonly quantity: number;
  /** When the line was first added; only the order counts. */
  readonly since: number;
};

/**
 * Which lines an order took how much of, by line key. Bought things are looked for by sku and
 * properties first, then by sku alone, the oldest line first. What no line holds is left over: an
 * order that nobody announced never clears a cart.
 */
export const matchOrder = (
  lines: readonly OrderableLine[],
  bought: readonly OrderLine[],
): ReadonlyMap<string, number> => {
  const taken = new Map<string, number>();
  const oldestFirst = [...lines].sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1));
  const take = (wanted: OrderLine, left: number, fits: (line: OrderableLine) => boolean): number => {
    let rest = left;
    for (const line of oldestFirst) {
      const n = Math.min(rest, line.quantity - (taken.get(line.key) ?? 0));
      if (n > 0 && line.sku === wanted.sku && fits(line)) {
        taken.set(line.key, (taken.get(line.key) ?? 0) + n);
        rest -= n;
      }
    }
    return rest;
  };
  const rests = bought.map((wanted) => {
    const properties = canonicalJson(wanted.properties ?? {});
    const fits = (line: OrderableLine) => canonicalJson(line.properties ?? {}) === properties;
    return { wanted, rest: take(wanted, wanted.quantity, fits) };
  });
  for (const { wanted, rest } of rests) take(wanted, rest, () => true);
  return taken;
};
