import type { Relevo } from '../../client/api.ts';
import { canonicalJson } from '../../core/json.ts';

/** @throws Error with these words when it does not hold. */
export const check = (holds: boolean, words: string): void => {
  if (!holds) throw new Error(words);
};

/** Compares values as JSON; the order of members does not matter. @throws Error naming both. */
export const same = (actual: unknown, expected: unknown, what: string): void => {
  const [is, wanted] = [canonicalJson(actual), canonicalJson(expected)];
  check(is === wanted, `${what}: expected ${wanted}, found ${is}`);
};

/** `{ sku: quantity }` of the lines in the cart. */
export const cartOf = ({ cart }: Relevo): { readonly [sku: string]: number } => bySku(cart.lines);

/** `{ sku: quantity }` of what is set aside. */
export const parkedOf = ({ cart }: Relevo): { readonly [sku: string]: number } => bySku(cart.parked);

const bySku = (lines: readonly { readonly sku: string; readonly quantity: number }[]) => {
  const sums: Record<string, number> = {};
  for (const { sku, quantity } of lines) sums[sku] = (sums[sku] ?? 0) + quantity;
  // A doubled line must not pass for one of twice as many.
  if (Object.keys(sums).length < lines.length)
    throw new Error(`lines of one sku: ${lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ')}`);
  return sums;
};

/** What a promise came to: its value, or the `code` of its rejection. */
export const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value ?? 'done',
    (error: { code?: unknown }) => error.code ?? String(error),
  );

/** All that a page shows of whoever uses it, as one text. */
export const shownBy = ({ cart, browsing, preferences, identity }: Relevo): string =>
  JSON.stringify([cart.lines, cart.parked, browsing.recent(), preferences.entries(), identity.current]);
