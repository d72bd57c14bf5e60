// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { thankYouPage } from '../../examples/demo/shop/pages/cart-page.mjs';
import { checkoutPage } from '../../examples/demo/shop/pages/checkout-page.mjs';
import { createAnalytics } from '../../examples/demo/shop/public/analytics.js';
import { showCheckout } from '../../examples/demo/shop/public/checkout-page.js';
import { createCurrencyChoice } from '../../examples/demo/shop/public/currency.js';
import { createOwnCart } from '../../examples/demo/shop/public/own-cart.js';
import { showThankYou } from '../../examples/demo/shop/public/thank-you.js';
import { RelevoError } from '../../src/core/relevo-error.ts';

const find = (testId: string) => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const storedOrder = () => JSON.parse(localStorage.getItem('nido.order.v1') ?? 'null');

beforeEach(() => {
  localStorage.clear();
  window.history.replaceState(null, '', '/checkout');
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const shop = () => {
  const { track } = createAnalytics([]);
  const cart = createOwnCart({ storage: localStorage, track });
  return { track, cart, currency: createCurrencyChoice(localStorage) };
};

describe('the demo shop’s checkout', () => {
  const opened = ({ relevo, customer }: { relevo: object; customer?: { id: string; name: string } }) => {
    const { cart, currency } = shop();
    cart.addToCart('LAMP-2', 2);
    document.body.innerHTML = checkoutPage({ customer }).main.text;
    showCheckout({ cart, currency, withRelevo: (use: (one: object) => unknown) => use(relevo) });
  };

  it('shows what will be paid, and asks those who are not signed in to do so', () => {
    opened({ relevo: {} });
    expect(find('checkout-line')?.dataset['sku']).toBe('LAMP-2');
    expect(find('checkout-total')?.textContent).toBe('€178.00');
    expect([find('checkout-door') !== null, find('pay')?.textContent]).toEqual([true, 'Pay as a guest']);
    opened({ relevo: {}, customer: { id: 'ana', name: 'Ana' } });
    expect([find('checkout-door'), find('pay')?.textContent]).toEqual([null, 'Go to payment']);
  });

  it('pays for what was frozen, whatever the page showed', async () => {
    const frozen = { id: 'c-1', lines: [{ key: 'k', sku: 'VASE-1', properties: {}, quantity: 1 }] };
    opened({ relevo: { checkout: { begin: async () => frozen } } });
    find('pay')?.click();
    await vi.waitFor(() =>
      expect(storedOrder()).toEqual({ id: '', checkoutId: 'c-1', lines: [{ sku: 'VASE-1', quantity: 1 }] }),
    );
  });

  it('says in words why it cannot be paid now, and lets one try again', async () => {
    const begin = () => Promise.reject(new RelevoError('checkout/unsynced'));
    opened({ relevo: { checkout: { begin } } });
    find('pay')?.click();
    await vi.waitFor(() => expect(find('checkout-trouble')?.textContent).toContain('Your cart is as it was'));
    expect([find('checkout-trouble')?.hidden, find('pay')?.hasAttribute('disabled')]).toEqual([false, false]);
    expect(storedOrder()).toBeNull();
  });

  it('says that a refused card changed nothing', () => {
    window.history.replaceState(null, '', '/checkout?refused');
    opened({ relevo: {} });
    expect(find('checkout-trouble')?.textContent).toBe(
      'The card was refused. Nothing was paid, and your cart is as it was.',
    );
  });

  const signInWith = (signIn: (token: string, options: object) => Promise<unknown>) => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (path: string, { body }: { body?: URLSearchParams }) => {
      asked.push(body ? `${path} ${body}` : path);
      return { ok: true, text: async () => 'token of ana' };
    });
    opened({
      relevo: {
        signIn: (token: string, options: object) => {
          asked.push(`signIn ${token} ${JSON.stringify(options)}`);
          return signIn(token, options);
        },
      },
    });
    const submitter = find('checkout-sign-in-ana');
    find('checkout-door')?.dispatchEvent(Object.assign(new Event('submit', { cancelable: true }), { submitter }));
    return asked;
  };

  it('signs in on the way to paying with the shop’s session there first', async () => {
    const asked = signInWith(async () => ({ receipt: null }));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked).toEqual(['/checkout/sign-in customer=ana', 'signIn token of ana {"during":"checkout"}']);
  });

  it('leaves a guest when Relevo cannot sign in, says so, and ends the shop’s session', async () => {
    const asked = signInWith(() => Promise.reject(new RelevoError('network/offline')));
    await vi.waitFor(() => expect(find('checkout-trouble')?.textContent).toContain('no connection'));
    expect(asked.at(-1)).toBe('/sign-out');
    expect(find('checkout-sign-in-ana')?.hasAttribute('disabled')).toBe(false);
  });
});

describe('the thank-you page after a checkout', () => {
  const open = (complete: (order: object) => Promise<object>) => {
    const { track, cart, currency } = shop();
    cart.addToCart('LAMP-2', 2);
    cart.addToCart('RUG-1');
    const order = { id: '', checkoutId: 'c-1', lines: [{ sku: 'LAMP-2', quantity: 1 }] };
    if (!storedOrder()) localStorage.setItem('nido.order.v1', JSON.stringify(order));
    document.body.innerHTML = thankYouPage().main.text;
    const withRelevo = (use: (one: object) => unknown) => use({ checkout: { complete } });
    showThankYou({ cart, currency, track, withRelevo });
    return cart;
  };

  it('takes out what was paid and leaves the rest, and says once which checkout it was', async () => {
    window.history.replaceState(null, '', '/thank-you?order=N-7');
    const complete = vi.fn(async () => ({}));
    expect(open(complete).lines()).toEqual([
      { sku: 'LAMP-2', quantity: 1 },
      { sku: 'RUG-1', quantity: 1 },
    ]);
    expect(find('order-id')?.textContent).toBe('N-7');
    open(complete);
    expect(complete.mock.calls).toEqual([[{ orderId: 'N-7', checkoutId: 'c-1' }]]);
  });

  it('says when the cart had been paid before', async () => {
    window.history.replaceState(null, '', '/thank-you?order=N-8');
    open(async () => ({ duplicateOf: 'N-7' }));
    await vi.waitFor(() => expect(find('order-twice')?.textContent).toContain('paid before, with order N-7'));
    expect(find('order-twice')?.hidden).toBe(false);
  });

  it.each(['/thank-you', '/thank-you?order='])('has no order while none was paid: %s', (address) => {
    window.history.replaceState(null, '', address);
    const complete = vi.fn();
    open(complete);
    expect([find('order-id')?.textContent, complete.mock.calls]).toEqual(['none yet', []]);
  });
});
