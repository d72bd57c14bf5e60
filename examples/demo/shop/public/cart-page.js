import { findProduct } from './catalogue.js';
import { element } from './element.js';
import { originText } from './line-origin.js';
import { rememberOrder } from './thank-you.js';

/** The cart page: lines with steppers, the sum, and the button that buys it. Does nothing on other pages. */
export const showCartPage = ({ cart, currency, track, withRelevo = (_use) => {} }) => {
  const list = document.querySelector('[data-testid="cart-lines"]');
  if (!list) return;
  const total = document.querySelector('[data-testid="cart-total"]');
  const summary = document.querySelector('[data-testid="cart-summary"]');
  const emptyNote = document.querySelector('[data-testid="cart-empty"]');

  let originOf = () => '';
  const show = () => {
    const focused = document.activeElement?.id;
    const lines = cart.lines();
    list.replaceChildren(...lines.map((line) => lineElement({ line, cart, currency, origin: originOf(line.sku) })));
    const sumMinor = lines.reduce((sum, line) => sum + findProduct(line.sku).amountMinor * line.quantity, 0);
    total.dataset.amountMinor = String(sumMinor);
    total.textContent = currency.format(sumMinor);
    summary.hidden = lines.length === 0;
    emptyNote.hidden = lines.length > 0;
    // The buttons are new ones: a keyboard user goes on where they were.
    if (focused) document.getElementById(focused)?.focus();
  };

  cart.subscribe(show);
  currency.subscribe(show);
  show();
  track('view_cart', cart.lines());
  withRelevo((relevo) => {
    originOf = (sku) => originText(relevo.cart.find({ sku }) ?? {});
    relevo.cart.subscribe(show);
    show();
  });

  document.querySelector('[data-testid="buy"]').addEventListener('click', () => {
    const id = `N-${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
    rememberOrder({ id, lines: cart.lines() });
    window.location.assign('/thank-you');
  });
};

const lineElement = ({ line, cart, currency, origin }) => {
  const { sku, quantity } = line;
  const { title, slug, amountMinor } = findProduct(sku);
  const step = (change, sign, name) =>
    element(
      'button',
      {
        type: 'button',
        id: `${name}-${sku}`,
        'data-testid': name,
        'aria-label': `${change > 0 ? 'One more' : 'One less'}: ${title}`,
        onclick: () => cart.setQuantity(sku, quantity + change),
      },
      [sign],
    );
  return element('li', { class: 'line', 'data-testid': 'cart-line', 'data-sku': sku, 'data-quantity': quantity }, [
    element('img', { src: `/pictures/${sku}.svg`, alt: '', width: 96, height: 96 }),
    element('div', { class: 'line-text' }, [
      element('a', { href: `/product/${slug}` }, [title]),
      element('span', { class: 'quiet' }, [currency.format(amountMinor)]),
      ...(origin ? [element('span', { class: 'origin', 'data-testid': 'line-origin' }, [`by ${origin}`])] : []),
    ]),
    element('div', { class: 'stepper' }, [
      step(-1, '−', 'decrease'),
      element('output', { 'data-testid': 'line-quantity' }, [String(quantity)]),
      step(1, '+', 'increase'),
    ]),
    element('span', { class: 'line-sum' }, [currency.format(amountMinor * quantity)]),
    element(
      'button',
      {
        type: 'button',
        class: 'plain',
        'data-testid': 'remove',
        'aria-label': `Remove ${title}`,
        onclick: () => cart.removeFromCart(sku),
      },
      ['Remove'],
    ),
  ]);
};
