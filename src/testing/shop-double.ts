import type { Relevo, ShopCart, ShopItem } from '../client/api.ts';
import type { ShopKind } from './script.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** So long takes one that repeats later what was asked of it. */
const laterMs = 50;

/**
 * A shop's own cart, kept by the shop for one browser, that takes over what `write` brings and tells
 * its analytics about it as shops do: at once, a little later, never, or never but readable.
 */
export const createShopDouble = (kind: ShopKind, clock: VirtualClock) => {
  const cart = new Map<string, number>();
  let writtenAtMs = Number.NEGATIVE_INFINITY;

  const change = (sku: string, n: number) => {
    const left = (cart.get(sku) ?? 0) + n;
    if (left > 0) cart.set(sku, left);
    else cart.delete(sku);
  };

  const tell = (relevo: Relevo, isAlive: () => boolean, items: readonly ShopItem[], sign: 1 | -1) => {
    const act = () => {
      if (isAlive() && items.length) relevo.capture({ type: sign === 1 ? 'add' : 'remove', items });
    };
    if (kind === 'at once') act();
    if (kind === 'later') clock.timer(laterMs, act);
  };

  return {
    kind,
    cart,
    change,
    /** What was asked of it is not repeated yet: a page that ends now takes that along. */
    get isRepeating(): boolean {
      return kind === 'later' && clock.now() <= writtenAtMs + laterMs;
    },
    /** Its own storage was copied from another browser. */
    take(other: ReadonlyMap<string, number>) {
      const copy = [...other];
      cart.clear();
      for (const [sku, n] of copy) cart.set(sku, n);
    },
    /** What a page binds. */
    join: (relevo: Relevo, isAlive: () => boolean): ShopCart => ({
      ...(kind === 'readable' ? { read: () => [...cart].map(([sku, quantity]) => ({ sku, quantity })) } : {}),
      write({ added, changed, removed }) {
        if (!isAlive()) return;
        writtenAtMs = clock.now();
        const more: ShopItem[] = [];
        const fewer: ShopItem[] = [];
        for (const { sku, quantity } of added) more.push({ sku, quantity });
        for (const { sku, quantity, previousQuantity } of changed)
          (quantity > previousQuantity ? more : fewer).push({ sku, quantity: Math.abs(quantity - previousQuantity) });
        for (const { sku, previousQuantity } of removed) fewer.push({ sku, quantity: previousQuantity });
        for (const { sku, quantity } of more) change(sku, quantity);
        for (const { sku, quantity } of fewer) change(sku, -quantity);
        tell(relevo, isAlive, more, 1);
        tell(relevo, isAlive, fewer, -1);
      },
    }),
    /** The customer uses the shop's own button. */
    act(relevo: Relevo, sku: string, n: number) {
      // As documented: right after `write` a shop that repeats nothing looks like one that repeats.
      if (kind === 'silent' && clock.now() < writtenAtMs + 3_000) return;
      const most = n < 0 ? Math.min(-n, cart.get(sku) ?? 0) : n;
      if (!most) return;
      change(sku, Math.sign(n) * most);
      relevo.capture({ type: n > 0 ? 'add' : 'remove', items: [{ sku, quantity: most }] });
    },
  };
};
