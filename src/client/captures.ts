import { RelevoError } from '../core/relevo-error.ts';
import type { Browsing, Capture, ShopItem } from './api.ts';
import { type CaptureQueueParts, createCaptureQueue } from './capture-queue.ts';
import type { CartRoom } from './cart.ts';
import type { Partition } from './partition.ts';
import { createPurchases, type Purchase } from './purchases.ts';
import type { ShopCartFace } from './shop-cart.ts';

export type Captures = ReturnType<typeof createCaptures>;

/** What a shop's page reports of itself, on its way to what it is about: history, orders, the shop's own cart. */
export const createCaptures = ({
  queue,
  partition,
  cart,
  shop,
  browsing,
  report,
}: {
  queue: Omit<CaptureQueueParts, 'partition' | 'isEchoing' | 'run' | 'disown'>;
  partition: Partition;
  cart: CartRoom;
  shop: ShopCartFace;
  browsing: Browsing;
  report(error: unknown): void;
}) => {
  const purchases = createPurchases({ sha256: queue.ids.sha256, partition, cart, shop });
  /** Acts that have no place yet. A whole cart may say nothing new. */
  const taking = new Set<() => boolean>();
  const take = (type: 'add' | 'remove' | 'cart', items: readonly ShopItem[]) => {
    const taken = shop.captured(type, items);
    if (!taken || type === 'cart') return;
    const isTheirs = partition.whose();
    taking.add(isTheirs);
    void taken.finally(() => void taking.delete(isTheirs));
  };
  const { add, count, leave, resume, place } = createCaptureQueue({
    ...queue,
    partition,
    isEchoing: () => shop.isAsking,
    run: (event) => {
      try {
        if (event.type === 'purchase') return buy(event);
        if (event.type !== 'view') take(event.type, event.items);
      } catch (error) {
        report(error);
      }
      return undefined;
    },
    disown: (event) => {
      // What nobody would take out of it again is not kept.
      if (event.type !== 'view' && shop.isBound)
        shop.known(event.type === 'purchase' ? 'remove' : event.type, event.items);
      if (event.type === 'purchase') purchases.disown(event.orderId);
    },
  });

  const buy = (event: Capture) => (event.type === 'purchase' ? purchases.buy(event).catch(report) : undefined);
  const taken = () => [...taking].filter((isTheirs) => isTheirs()).length;

  return {
    place,
    resume,
    /** How many acts of whoever is here have no place yet. */
    waiting: (): number => taken() + count(),
    /**
     * Whoever is here leaves. What they have bought, and was still being asked about, takes its place with `place`; gives
     * how many of their other acts have none yet, and are lost to them.
     */
    leave(): { readonly unplaced: number; place(): void } {
      const unplaced = taken();
      const { bought, lost } = leave();
      return {
        unplaced: unplaced + lost,
        place() {
          for (const event of bought) void buy(event);
          purchases.placeAll();
        },
      };
    },
    /**
     * As a purchase that is captured; resolves when the server has recorded it, with the order that had paid before for
     * the same.
     */
    buy(purchase: Purchase) {
      // Refused at the call, also where it waits for who is here.
      cart.order(purchase.orderId, purchase.items, purchase.checkoutId);
      const placed = purchases.placed(purchase.orderId);
      add(purchase);
      return placed;
    },
    answered: purchases.answered,
    stop: purchases.stop,
    capture(event: Capture): void {
      if (!Array.isArray(event?.items)) throw new RelevoError('change/bad-value', { detail: 'A capture has `items`.' });
      if (event.type !== 'view') add(event);
      else
        for (const item of event.items)
          browsing.view({ kind: 'product', ...browsing.recent().find(({ id }) => id === item.id), ...item });
    },
  };
};
