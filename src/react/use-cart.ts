import type { CartLine, LineRef } from '../client/api.ts';
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
  const select = ({ lines }: CartSnapshot) => {
    const key = typeof ref === 'string' ? ref : relevo.cart.find(ref)?.key;
    // Not `find` alone: it knows lines that a hydrating page must not show yet.
    return lines.find((line) => line.key === key);
  };
  return useSelected(cart, select, Object.is);
};
