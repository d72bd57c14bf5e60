import type { ShopItem } from './api.ts';
import type { CartRoom } from './cart.ts';

/** Finds the lines that a shop's items are. One that names only the sku means the line of that sku, when there is just one. */
export const createShopKeys = ({ face, keyOf }: CartRoom) => {
  const keyFor = ({ sku, properties }: ShopItem): string => {
    const same = face.lines.filter((line) => line.sku === sku);
    const only = !properties && same.length === 1 ? same[0] : undefined;
    return only?.key ?? keyOf({ sku, ...(properties && { properties }) });
  };
  return (items: readonly ShopItem[]) => items.map((item) => ({ item, key: keyFor(item) }));
};
