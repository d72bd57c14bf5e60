import type { OrderLine } from '../core/change.ts';
import { canonicalJson } from '../core/json.ts';
import type { CheckoutRow } from './store-checkouts.ts';

type Frozen = Pick<CheckoutRow, 'lines'>;

/** How many of what: by sku, and by sku and properties. Shops that say no properties are told apart by sku alone. */
type Parts = ReadonlyMap<string, number>;

export type Bought = {
  readonly orderId: string;
  /** Null where nobody knows any more. */
  readonly bought: readonly OrderLine[] | null;
  /** What it has taken: more than it says where a guest had said something else under its id. */
  readonly took?: readonly OrderLine[];
};

const skuPart = (sku: string): string => `sku ${sku}`;
const exactPart = ({ sku, properties }: Pick<OrderLine, 'sku' | 'properties'>): string =>
  `exact ${canonicalJson([sku, properties ?? {}])}`;

const add = (parts: Map<string, number>, part: string, n: number): void =>
  void parts.set(part, (parts.get(part) ?? 0) + n);

const allOf = ({ lines }: Frozen): Parts => {
  const parts = new Map<string, number>();
  for (const { sku, properties, quantity } of Object.values(lines)) {
    add(parts, skuPart(sku), quantity);
    add(parts, exactPart({ sku, properties: properties as NonNullable<OrderLine['properties']> }), quantity);
  }
  return parts;
};

/**
 * What an order bought of a checkout. One that names nothing of it bought what it took, and where that is nothing has other
 * names for its things: it is of all of it.
 */
const partsIn = (all: Parts, { bought, took = [] }: Omit<Bought, 'orderId'>): Parts => {
  for (const items of [bought ?? [], took]) {
    const parts = new Map<string, number>();
    for (const item of items)
      for (const part of [skuPart(item.sku), exactPart(item)]) if (all.has(part)) add(parts, part, item.quantity);
    if (parts.size > 0) return parts;
  }
  return all;
};

/**
 * Which of the orders that were placed of a checkout `before` has paid for some of what this one buys of it. Orders that
 * buy a part each, of several sellers or deliveries, are paid once.
 */
export const paidTwice = (
  checkout: Frozen,
  { bought, before }: { readonly bought: Bought['bought']; readonly before: readonly Bought[] },
): string | undefined => {
  const all = allOf(checkout);
  const others = before.map(({ orderId, ...theirs }) => ({ orderId, parts: partsIn(all, theirs) }));
  // In a cart that was empty there is no part: whoever pays twice for that, pays for something.
  if (all.size === 0) return others[0]?.orderId;
  const sum = (part: string) => others.reduce((n, { parts }) => n + (parts.get(part) ?? 0), 0);
  const twice = [...partsIn(all, { bought })].filter(([part, n]) => sum(part) + n > (all.get(part) ?? 0));
  return others.find(({ parts }) => twice.some(([part]) => parts.has(part)))?.orderId;
};

/** Whether exactly that was bought: where it says properties, those. */
export const isAllOf = (checkout: Frozen, bought: readonly OrderLine[]): boolean => {
  const all = allOf(checkout);
  const parts = new Map<string, number>();
  for (const item of bought) {
    add(parts, skuPart(item.sku), item.quantity);
    if (Object.keys(item.properties ?? {}).length > 0) add(parts, exactPart(item), item.quantity);
  }
  const isSku = (part: string) => part.startsWith(skuPart(''));
  return (
    all.size > 0 &&
    [...parts].every(([part, n]) => (isSku(part) ? n === all.get(part) : n <= (all.get(part) ?? 0))) &&
    [...all.keys()].every((part) => !isSku(part) || parts.has(part))
  );
};
