import { RelevoError } from '../core/relevo-error.ts';
import type { Capture, Change } from './api.ts';
import type { CartFace } from './cart.ts';
import type { Partition } from './partition.ts';
import { spaceOf } from './records.ts';
import type { ShopCartFace } from './shop-cart.ts';

/** A purchase, and the checkout that was paid for, where the page says so. */
export type Purchase = Extract<Capture, { type: 'purchase' }> & { readonly checkoutId?: string };

/** The change that an order is; nothing when an earlier page had reported it. */
type Placed = Change | undefined;
type Waiting = { done(placed: Placed): void; fail(error: Error): void };

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
  const begun = new Map<string, Placed>();
  /** Orders of which the store is being asked. */
  const asking = new Map<string, () => void>();
  /** Who wants to hear what became of an order, by its id. */
  const waiting = new Map<string, Waiting[]>();

  const heard = (orderId: string): readonly Waiting[] => {
    const all = waiting.get(orderId) ?? [];
    waiting.delete(orderId);
    return all;
  };
  const tell = (orderId: string, placed: Placed): void => {
    for (const { done } of heard(orderId)) done(placed);
  };
  /** It is nobody's. */
  const disown = (orderId: string): void => {
    for (const { fail } of heard(orderId)) fail(new RelevoError('sync/abandoned'));
  };

  const buy = async (purchase: Purchase): Promise<void> => {
    const { orderId, items, checkoutId } = purchase;
    const { epoch } = partition.device;
    const isTheirs = partition.whose();
    const key = ['order', spaceOf(partition.device), orderId];
    const name = key.join('/');
    if (begun.has(name)) {
      if (!asking.has(name)) tell(orderId, begun.get(name));
      return;
    }
    // What is added while its store is asked is not what was bought.
    const place = cart.order(orderId, items, checkoutId);
    begun.set(name, undefined);
    asking.set(name, () => {
      asking.delete(name);
      const change = place();
      begun.set(name, change);
      shop.known('purchase', items, orderId);
      // Not when somebody signed out, or the page stopped, meanwhile: the server then knows it alone.
      change.saved.then(() => partition.fenced(epoch, async (tx) => tx.put(key, 1))).catch(() => {});
      tell(orderId, change);
    });
    const isKnown = await partition.fenced(epoch, (tx) => tx.get(key));
    const put = asking.get(name);
    if (!isKnown && epoch === partition.device.epoch) return put?.();
    if (!asking.delete(name)) return;
    if (isKnown) return tell(orderId, undefined);
    if (!isTheirs()) return disown(orderId);
    // They have signed in meanwhile: it is asked again, as of who they are now.
    begun.delete(name);
    return buy(purchase);
  };

  return {
    buy,
    disown,
    /** Resolves when that order has its place. */
    placed: (orderId: string) =>
      new Promise<Placed>((done, fail) => {
        waiting.set(orderId, [...(waiting.get(orderId) ?? []), { done, fail }]);
      }),
    /** Somebody leaves: what they bought is theirs, whatever the store will say. The server knows one that was told before. */
    placeAll(): void {
      for (const put of [...asking.values()]) put();
    },
    /** This page waits for none of them any more. */
    stop(): void {
      for (const orderId of [...waiting.keys()]) disown(orderId);
    },
  };
};
