import { useMemo } from 'react';
import type { CartLine, LineRef, Relevo } from '../client/api.ts';
import type { Json } from '../core/json.ts';
import { lineText } from '../core/line.ts';
import { useSources } from './provider.ts';
import { type IsEqual, isShallowEqual, useSelected, whole } from './select.ts';
import type { CartSnapshot } from './sources.ts';

/**
 * The cart: `{ lines, parked, count, isReady }`, or the part of it that `select` takes out. Changes are
 * made on the instance: `useRelevo().cart.setQuantity(line, 3)`.
 *
 * With a selector the component renders again only when its result is another one: by default not the
 * same reference, nor an array or object of the same parts; `isEqual` decides otherwise. It may be
 * written inline. Lines keep their reference until they change.
 *
 * @throws RelevoError `react/no-provider`
 *
 * @example const count = useCart((cart) => cart.count);
 */
export function useCart(): CartSnapshot;
export function useCart<T>(select: (cart: CartSnapshot) => T, isEqual?: IsEqual<T>): T;
export function useCart(
  select: (cart: CartSnapshot) => unknown = whole,
  isEqual: IsEqual<unknown> = isShallowEqual,
): unknown {
  return useSelected(useSources().cart, select, isEqual);
}

/**
 * One line of the cart, undefined while it is not there. In a long list each row reads its own line by
 * its key, and the list reads the keys: then a changed quantity renders one row.
 *
 * @param ref The line's key, or its sku and properties.
 * @throws RelevoError `change/bad-value` when a `ref` that is no key has no sku
 * @throws RelevoError `react/no-provider`
 *
 * @example
 * const keys = useCart((cart) => cart.lines.map((line) => line.key));
 * // in each row
 * const line = useCartLine(key);
 */
export const useCartLine = (ref: LineRef): CartLine | undefined => {
  const { relevo, cart } = useSources();
  const isKey = typeof ref === 'string';
  // An object is known by what is in it: it may be written inline.
  const text = isKey ? ref : lineText(ref);
  const select = useMemo(() => (isKey ? byKey(text) : byText(relevo, text)), [relevo, isKey, text]);
  return useSelected(cart, select, Object.is);
};

const byKey =
  (key: string) =>
  ({ lines }: CartSnapshot) =>
    lines.find((line) => line.key === key);

/** Not by the key, which would cost a hash for each row of a list at each change. */
const byText = (relevo: Relevo, text: string) => {
  const [sku, properties] = JSON.parse(text) as [string, { readonly [name: string]: Json }];
  // Checks them. What it finds is not taken: it knows lines that a hydrating page must not show yet.
  relevo.cart.find({ sku, properties });
  return ({ lines }: CartSnapshot) => lines.find((line) => line.sku === sku && lineText(line) === text);
};
