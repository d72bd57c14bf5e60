import type { ShopItem } from './api.ts';
import type { CartFace } from './cart.ts';
import type { Partition } from './partition.ts';
import { spaceOf } from './records.ts';
import type { ShopCartFace } from './shop-cart.ts';

/**
 * Orders that the shop reports. A thank-you page that is loaded again reports them again: this page
 * knows those it is reporting, the store those of earlier pages, the server those of other devices.
 */
export const createPurchases = ({
  partition,
  cart,
  shop,
}: {
  partition: Partition;
  cart: CartFace;
  shop: ShopCartFace;
}) => {
  const begun = new Set<string>();
  /** Orders of which the store is being asked. */
  const asking = new Map<string, () => void>();

  const buy = async (orderId: string, items: readonly ShopItem[]): Promise<void> => {
    const { epoch } = partition.device;
    const isTheirs = partition.whose();
    const key = ['order', spaceOf(partition.device), orderId];
    const name = key.join('/');
    if (begun.has(name)) return;
    // What is added while its store is asked is not what was bought.
    const place = cart.order(orderId, items);
    begun.add(name);
    asking.set(name, () => {
      asking.delete(name);
      const { saved } = place();
      shop.known('purchase', items, orderId);
      // Not when somebody signed out, or the page stopped, meanwhile: the server then knows it alone.
      saved.then(() => partition.fenced(epoch, async (tx) => tx.put(key, 1))).catch(() => {});
    });
    const isKnown = await partition.fenced(epoch, (tx) => tx.get(key));
    const put = asking.get(name);
    if (!isKnown && epoch === partition.device.epoch) return put?.();
    if (!asking.delete(name) || isKnown || !isTheirs()) return;
    // They have signed in meanwhile: it is asked again, as of who they are now.
    begun.delete(name);
    return buy(orderId, items);
  };

  return {
    buy,
    /** Somebody leaves: what they bought is theirs, whatever the store will say. The server knows one that was told before. */
    placeAll(): void {
      for (const put of [...asking.values()]) put();
    },
  };
};
