import type { ShopItem } from './api.ts';
import type { CartFace } from './cart.ts';

/** Finds the lines that a shop's items are. One that names only the sku means the line of that sku, when there is just one. */
export const createShopKeys = (cart: Pick<CartFace, 'lines' | 'keyOf'>) => {
  const keyFor = ({ sku, properties }: ShopItem): string => {
    const same = cart.lines.filter((line) => line.sku === sku);
    const only = !properties && same.length === 1 ? same[0] : undefined;
    return only?.key ?? cart.keyOf({ sku, ...(properties ? { properties } : {}) });
  };
  return (items: readonly ShopItem[]) => items.map((item) => ({ item, key: keyFor(item) }));
};
