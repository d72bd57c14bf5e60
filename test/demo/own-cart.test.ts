// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cartPage, thankYouPage } from '../../examples/demo/shop/pages/cart-page.mjs';
import { createAnalytics } from '../../examples/demo/shop/public/analytics.js';
import { bindCart } from '../../examples/demo/shop/public/bind-cart.js';
import { showCartPage } from '../../examples/demo/shop/public/cart-page.js';
import { createCurrencyChoice } from '../../examples/demo/shop/public/currency.js';
import { createOwnCart } from '../../examples/demo/shop/public/own-cart.js';
import { showThankYou } from '../../examples/demo/shop/public/thank-you.js';

type Pushed = { event?: string; ecommerce: null | { items: { item_id: string; quantity: number }[] } };
type Write = (change: Record<'added' | 'changed' | 'removed', readonly object[]> & { cause: string }) => void;

const page = () => {
  const dataLayer: Pushed[] = [];
  const { track } = createAnalytics(dataLayer);
  const cart = createOwnCart({ storage: localStorage, track });
  const events = () =>
    dataLayer.flatMap(({ event, ecommerce }) =>
      event ? [[event, ...(ecommerce?.items ?? []).map((item) => `${item.quantity} ${item.item_id}`)].join(' ')] : [],
    );
  return { dataLayer, track, cart, events };
};

beforeEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
});

describe('the demo shop’s own cart', () => {
  it('sums what is added to a line and is there again on the next page', () => {
    page().cart.addToCart('SOFA-3', 2);
    const { cart } = page();
    cart.addToCart('SOFA-3');
    cart.addToCart('LAMP-2');
    expect(cart.lines()).toEqual([
      { sku: 'SOFA-3', quantity: 3 },
      { sku: 'LAMP-2', quantity: 1 },
    ]);
    expect(cart.count()).toBe(4);
  });

  it('pushes one GA4 event with the difference for every change of a quantity', () => {
    const { cart, events } = page();
    cart.addToCart('SOFA-3', 2);
    cart.setQuantity('SOFA-3', 5);
    cart.setQuantity('SOFA-3', 4);
    cart.removeFromCart('SOFA-3');
    expect(events()).toEqual([
      'add_to_cart 2 SOFA-3',
      'add_to_cart 3 SOFA-3',
      'remove_from_cart 1 SOFA-3',
      'remove_from_cart 4 SOFA-3',
    ]);
    expect(cart.lines()).toEqual([]);
  });

  it('clears the ecommerce object before each event, as GA4 asks', () => {
    const { cart, dataLayer } = page();
    cart.addToCart('VASE-1', 2);
    expect(dataLayer).toEqual([
      { ecommerce: null },
      {
        event: 'add_to_cart',
        ecommerce: {
          currency: 'EUR',
          value: 78,
          items: [{ item_id: 'VASE-1', item_name: 'Barro vase', item_category: 'Decor', price: 39, quantity: 2 }],
        },
      },
    ]);
  });

  it('stays silent when nothing changes: the same quantity, an absent line, an unknown product', () => {
    const { cart, events } = page();
    cart.addToCart('SOFA-3');
    cart.setQuantity('SOFA-3', 1);
    cart.removeFromCart('LAMP-1');
    cart.addToCart('NOT-SOLD-HERE');
    cart.addToCart('SOFA-3', 1.5);
    cart.setQuantity('SOFA-3', -1);
    expect(events()).toEqual(['add_to_cart 1 SOFA-3']);
  });

  it.each(['not json', '{}', '[{"sku":"SOFA-3"}]', '[null]'])(
    'takes unreadable storage for an empty cart: %s',
    (text) => {
      localStorage.setItem('nido.cart.v1', text);
      expect(page().cart.lines()).toEqual([]);
    },
  );

  it('tells its listeners of another tab’s change, and of no other key', () => {
    const { cart } = page();
    const listener = vi.fn();
    cart.subscribe(listener);
    cart.changedElsewhere(new StorageEvent('storage', { key: 'something.else' }));
    expect(listener).toHaveBeenCalledTimes(0);
    cart.changedElsewhere(new StorageEvent('storage', { key: 'nido.cart.v1' }));
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('what the demo shop does with a restored cart', () => {
  const bound = () => {
    const shop = page();
    const writes: Write[] = [];
    const announced = vi.fn();
    bindCart({ cart: { bind: (own: { write: Write }) => writes.push(own.write) } }, shop.cart, announced);
    const write: Write = (change) => {
      for (const one of writes) one(change);
    };
    return { ...shop, write, announced };
  };

  it('pushes add_to_cart for a restored line too: the echo that Relevo has to know', () => {
    const { cart, write, events } = bound();
    write({ added: [{ sku: 'SOFA-3', quantity: 2 }], changed: [], removed: [], cause: 'restore' });
    expect(cart.lines()).toEqual([{ sku: 'SOFA-3', quantity: 2 }]);
    expect(events()).toEqual(['add_to_cart 2 SOFA-3']);
  });

  it('takes over changed and removed lines through the same functions', () => {
    const { cart, write, events, announced } = bound();
    cart.addToCart('SOFA-3', 2);
    cart.addToCart('RUG-1');
    const change = {
      added: [],
      changed: [{ sku: 'SOFA-3', quantity: 5, previousQuantity: 2 }],
      removed: [{ sku: 'RUG-1', previousQuantity: 1 }],
      cause: 'remote',
    };
    write(change);
    expect(cart.lines()).toEqual([{ sku: 'SOFA-3', quantity: 5 }]);
    expect(events().slice(2)).toEqual(['add_to_cart 3 SOFA-3', 'remove_from_cart 1 RUG-1']);
    expect(announced).toHaveBeenCalledExactlyOnceWith(change);
  });
});

describe('the demo shop’s cart page', () => {
  const opened = (prepare: (cart: ReturnType<typeof page>['cart']) => void) => {
    const shop = page();
    prepare(shop.cart);
    document.body.innerHTML = cartPage().main.text;
    const currency = createCurrencyChoice(localStorage);
    showCartPage({ ...shop, currency });
    const find = (testId: string) => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
    return { ...shop, currency, find };
  };

  it('pushes view_cart with the whole cart once', () => {
    const { events } = opened((cart) => {
      cart.addToCart('SOFA-3', 2);
      cart.addToCart('LAMP-2');
    });
    expect(events().filter((event) => event.startsWith('view_cart'))).toEqual(['view_cart 2 SOFA-3 1 LAMP-2']);
  });

  it('shows each line with its quantity and follows the cart, also when the change came from elsewhere', () => {
    const { cart, find } = opened((own) => own.addToCart('SOFA-3', 2));
    expect(find('cart-line')?.dataset).toMatchObject({ sku: 'SOFA-3', quantity: '2' });
    cart.setQuantity('SOFA-3', 7);
    expect(find('cart-line')?.dataset.quantity).toBe('7');
    expect(find('line-quantity')?.textContent).toBe('7');
    expect(find('cart-total')?.textContent).toBe('€9,093.00');
  });

  it('changes and removes lines by its buttons, and says so when the cart is empty', () => {
    const { cart, find } = opened((own) => own.addToCart('SOFA-3'));
    find('increase')?.click();
    expect(cart.lines()).toEqual([{ sku: 'SOFA-3', quantity: 2 }]);
    find('decrease')?.click();
    expect(cart.lines()).toEqual([{ sku: 'SOFA-3', quantity: 1 }]);
    expect(find('cart-empty')?.hidden).toBe(true);
    find('remove')?.click();
    expect(cart.lines()).toEqual([]);
    expect(find('cart-empty')?.hidden).toBe(false);
    expect(find('cart-summary')?.hidden).toBe(true);
  });

  it('shows prices in the chosen currency and leaves events in the shop’s own', () => {
    const { cart, currency, find, dataLayer } = opened((own) => own.addToCart('VASE-1'));
    currency.choose('GBP');
    expect(find('cart-total')?.textContent).toBe('£33.15');
    cart.addToCart('VASE-1');
    expect(dataLayer.at(-1)?.ecommerce).toMatchObject({ currency: 'EUR', value: 39 });
  });
});

describe('the demo shop’s thank-you page', () => {
  const open = () => {
    const shop = page();
    document.body.innerHTML = thankYouPage().main.text;
    showThankYou({ ...shop, currency: createCurrencyChoice(localStorage) });
    return shop;
  };

  it('empties the cart without a remove event, and reports the same order again at a reload', () => {
    page().cart.addToCart('SOFA-3', 2);
    localStorage.setItem('nido.order.v1', JSON.stringify({ id: 'N-1', lines: [{ sku: 'SOFA-3', quantity: 2 }] }));
    const first = open();
    expect(first.cart.lines()).toEqual([]);
    expect(first.events()).toEqual(['purchase 2 SOFA-3']);
    expect(first.dataLayer.at(-1)?.ecommerce).toMatchObject({ transaction_id: 'N-1' });
    first.cart.addToCart('RUG-1');
    const second = open();
    expect(second.events()).toEqual(['purchase 2 SOFA-3']);
    expect(second.cart.lines()).toEqual([{ sku: 'RUG-1', quantity: 1 }]);
  });

  it('reports nothing when there was no order', () => {
    expect(open().events()).toEqual([]);
  });
});
