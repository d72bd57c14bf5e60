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

/** A line while it is matched. */
type Candidate = { readonly key: string; left: number; readonly properties: Json | undefined };

/** Made once for each object: made for each pair of line and item it kept a server busy for seconds. */
const texts = new WeakMap<object, string>();

const textOf = ({ properties }: Candidate): string => {
  if (typeof properties !== 'object' || properties === null) return canonicalJson(properties ?? {});
  const text = texts.get(properties) ?? canonicalJson(properties);
  texts.set(properties, text);
  return text;
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
  const bySku = new Map<string, Candidate[]>();
  const candidatesOf = (wanted: string): Candidate[] => {
    const known = bySku.get(wanted);
    if (known) return known;
    const candidates = oldestFirst
      .filter(({ sku }) => sku === wanted)
      .map(({ key, quantity, properties }) => ({ key, left: quantity, properties }));
    bySku.set(wanted, candidates);
    return candidates;
  };

  const take = (sku: string, wanted: number, fits: (line: Candidate) => boolean): number => {
    let rest = wanted;
    for (const line of candidatesOf(sku)) {
      if (rest === 0) break;
      const n = Math.min(rest, line.left);
      if (n <= 0 || !fits(line)) continue;
      taken.set(line.key, (taken.get(line.key) ?? 0) + n);
      line.left -= n;
      rest -= n;
    }
    return rest;
  };
  const rests = bought.map(({ sku, quantity, properties }) => {
    const text = canonicalJson(properties ?? {});
    return { sku, rest: take(sku, quantity, (line) => textOf(line) === text) };
  });
  for (const { sku, rest } of rests) take(sku, rest, () => true);
  return taken;
};
