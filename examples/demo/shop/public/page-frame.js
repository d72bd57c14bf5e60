import { findProduct } from './catalogue.js';
import { element } from './element.js';
import { statusText } from './status-text.js';
import { forgetOrder } from './thank-you.js';

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

/**
 * Signing in is an ordinary form: the next page's /relevo/token answers with a token. Signing out ends
 * the shop's session first, so that nothing on this page can sign in again, then Relevo's.
 */
export const showAccount = (withRelevo) => {
  const form = document.querySelector('form[action="/sign-out"]');
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    form.querySelector('button').disabled = true;
    forgetOrder();
    await fetch('/sign-out', { method: 'POST', redirect: 'manual' });
    const leave = () => window.location.assign('/');
    // While it is still the queue there is no relevo.js on the page to wait for.
    if (Array.isArray(window.relevo)) leave();
    else withRelevo((relevo) => relevo.signOut().then(leave, leave));
  });

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

const causeTexts = {
  restore: 'Your cart is back',
  merge: 'Your carts were put together',
  remote: 'From your other device',
};

/** Says in one line what came from elsewhere. */
export const announceChange = ({ added, changed, removed, cause }) => {
  const title = (sku) => findProduct(sku)?.title ?? sku;
  const parts = [
    ...added.map((line) => `${line.quantity} × ${title(line.sku)}`),
    ...changed.map((line) => `${title(line.sku)}: ${line.previousQuantity} → ${line.quantity}`),
    ...removed.map((line) => `without ${title(line.sku)}`),
  ];
  if (!causeTexts[cause] || parts.length === 0) return;
  const shown = parts.length > 3 ? [...parts.slice(0, 3), `${parts.length - 3} more`] : parts;
  const note = element('p', { class: 'note' }, [element('strong', {}, [causeTexts[cause]]), ` ${shown.join(', ')}`]);
  find('notes').replaceChildren(note);
  // The stylesheet fades the note out; it leaves the page when that has ended.
  note.addEventListener('animationend', () => note.remove());
};
