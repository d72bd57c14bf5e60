import { findProduct } from './catalogue.js';
import { originText } from './line-origin.js';
import { say } from './say.js';
import { statusText } from './status-text.js';

const find = (testId) => document.querySelector(`[data-testid="${testId}"]`);

/** The number beside the cart's link. */
export const showCount = (cart) => {
  const badge = find('cart-count');
  const show = () => {
    const count = cart.count();
    badge.textContent = String(count);
    badge.dataset.count = String(count);
    badge.hidden = count === 0;
    badge.parentElement.setAttribute('aria-label', count === 1 ? 'Cart, 1 item' : `Cart, ${count} items`);
  };
  cart.subscribe(show);
  show();
};

/** Every `data-amount-minor` on the page in the chosen currency, which is one of the customer's preferences. */
export const showPrices = (currency, withRelevo) => {
  const select = find('currency');
  const show = () => {
    select.value = currency.current();
    for (const price of document.querySelectorAll('[data-amount-minor]')) {
      price.textContent = currency.format(Number(price.dataset.amountMinor));
    }
  };
  currency.subscribe(show);
  show();

  select.addEventListener('change', () => {
    currency.choose(select.value);
    withRelevo((relevo) => relevo.preferences.set('currency', select.value));
  });
  withRelevo(async (relevo) => {
    // Unset means not chosen, or not readable until the customer's token has come: no reason to change.
    const follow = () => currency.choose(relevo.preferences.get('currency'));
    relevo.preferences.subscribe(follow);
    relevo.on('signout', () => currency.choose('EUR'));
    await relevo.ready;
    follow();
  });
};

/** Signing in is an ordinary form: the next page's /relevo/token answers with a token. */
export const showAccount = () => {
  const menu = document.querySelector('.account');
  document.addEventListener('click', (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
};

/** The status beside the shop's name. */
export const showStatus = (relevo) => {
  const pill = find('status');
  const show = () => {
    const { connection, pending, storage, degraded } = relevo.status;
    pill.textContent = statusText(relevo);
    pill.title = degraded ? `Kept in ${storage}: ${degraded}` : `Kept in ${storage}`;
    Object.assign(pill.dataset, { connection, pending: String(pending), storage });
  };
  relevo.on('status', show);
  show();
};

// What a merge did its receipt says.
const causeTexts = {
  restore: 'Your cart is back:',
  remote: 'From another device:',
};

/** Says in one line what came from elsewhere, and who did it where that was not the customer. */
export const announceChange = ({ added, changed, removed, cause }, putBack = new Set()) => {
  const title = (sku) => findProduct(sku)?.title ?? sku;
  const parts = [
    ...added.map((line) => `${line.quantity} × ${title(line.sku)}`),
    ...changed.map((line) => `${title(line.sku)} ${line.previousQuantity} → ${line.quantity}`),
    ...removed.map((line) => `${title(line.sku)} is out of the cart`),
  ];
  if (!causeTexts[cause] || parts.length === 0) return;
  const shown = parts.length > 3 ? [...parts.slice(0, 3), `${parts.length - 3} more`] : parts;
  const isPutBack = [...added, ...changed].some(({ sku }) => putBack.delete(sku));
  const by = cause === 'remote' ? [...added, ...changed].map(originText).find((text) => text !== '') : undefined;
  const what = isPutBack ? 'Back in your cart:' : causeTexts[cause];
  say(by ? `${by}:` : what, shown.join(', '));
};

/** Says what became of a payment, wherever it was made and whoever told of it. */
export const announceCheckouts = (relevo) =>
  relevo.on('checkout', ({ status, orderId, code }) => {
    if (status === 'open') say('Payment begun.', 'What is in the cart now is frozen for it.');
    if (status !== 'completed') return;
    if (code === 'order/duplicate-snapshot')
      say(`Order ${orderId}:`, 'this cart had been paid before. Both orders count.');
    else say(`Order ${orderId} is paid.`, 'What it bought has left the cart.');
  });
