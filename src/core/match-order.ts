import type { OrderLine } from './change.ts';
import { canonicalJson, type Json } from './json.ts';
import { limits } from './limits.ts';

export type OrderableLine = {
  readonly key: string;
  readonly sku: string;
  readonly properties: Json | undefined;
  /** How many of it the order may take: there may be more, which it has not seen. */
  readonly quantity: number;
  /** When the line was first added; only the order counts. */
  readonly since: number;
  /** The device that reports the order had it in its cart. */
  readonly isSeen: boolean;
  /** It is set aside. */
  readonly isParked: boolean;
};

/** A line while it is matched. */
type Candidate = Pick<OrderableLine, 'key' | 'properties' | 'isSeen'> & { left: number };

/** Made once for each object: made for each pair of line and item it kept a server busy for seconds. */
const texts = new WeakMap<object, string>();

const textOf = ({ properties }: { readonly properties?: Json | undefined }): string => {
  if (typeof properties !== 'object' || properties === null) return canonicalJson(properties ?? {});
  const text = texts.get(properties) ?? canonicalJson(properties);
  texts.set(properties, text);
  return text;
};

/**
 * Which lines an order took how much of, by line key. Bought things are looked for by sku and
 * properties first, then by sku alone, the oldest line first. One that says no properties, as many
 * shops' do, is looked for in the cart of its device before what others have: an older line of some
 * colour, which nobody saw who bought, left the paid one in the cart. What is set aside is bought
 * only where it was not so when it was seen. What no line holds is left over: an order that nobody
 * announced never clears a cart. A cart shows no more of a line than the maximum: who bought that has bought all of it.
 */
export const matchOrder = (
  lines: readonly OrderableLine[],
  bought: readonly OrderLine[],
): ReadonlyMap<string, number> => {
  const taken = new Map<string, number>();
  const oldestFirst = [...lines].sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1));
  const bySku = new Map<string, Candidate[]>();
  const candidatesOf = (wanted: string): Candidate[] => {
    const known = bySku.get(wanted);
    if (known) return known;
    const candidates = oldestFirst
      .filter(({ sku, isSeen, isParked }) => sku === wanted && (isSeen || !isParked))
      .map(({ key, quantity, properties, isSeen }) => ({ key, left: quantity, properties, isSeen }));
    bySku.set(wanted, candidates);
    return candidates;
  };

  const wanted = bought.map((item) => ({ ...item, left: item.quantity, text: textOf(item) }));
  type Wanted = (typeof wanted)[number];
  const isExact = (line: Candidate, { text }: Wanted) => textOf(line) === text;
  const ways: ((line: Candidate, item: Wanted) => boolean)[] = [
    (line, item) => isExact(line, item) && (line.isSeen || item.text !== '{}'),
    ({ isSeen }) => isSeen,
    isExact,
    () => true,
  ];
  for (const fits of ways)
    for (const item of wanted)
      for (const line of candidatesOf(item.sku)) {
        const n = Math.min(item.left, line.left);
        if (n <= 0 || !fits(line, item)) continue;
        taken.set(line.key, (taken.get(line.key) ?? 0) + n);
        line.left -= n;
        item.left -= n;
      }
  for (const { key, quantity } of lines) if (taken.get(key) === limits.maxQuantity) taken.set(key, quantity);
  return taken;
};
