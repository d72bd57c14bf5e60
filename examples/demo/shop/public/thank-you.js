import { findProduct } from './catalogue.js';
import { element } from './element.js';
import { say } from './say.js';

const storageKey = 'nido.order.v1';

/** Kept for the next page only: what the thank-you page shows. Its `id` is empty until the payment has one. */
export const rememberOrder = (order) => window.localStorage.setItem(storageKey, JSON.stringify(order));

/** At sign-out: the next person at this browser must not find what was bought. */
export const forgetOrder = () => window.localStorage.removeItem(storageKey);

/**
 * The thank-you page: empties the shop's cart of what was bought and reports the purchase. It reports
 * it again at every reload, as many shops do; the order's id tells that it is the same one.
 */
export const showThankYou = ({ cart, currency, track, withRelevo = (_use) => {} }) => {
  const list = document.querySelector('[data-testid="order-lines"]');
  if (!list) return;
  const order = readOrder();
  document.querySelector('[data-testid="order-id"]').textContent = order?.id ?? 'none yet';
  if (!order) return;
  list.replaceChildren(
    ...order.lines.map(({ sku, quantity }) =>
      element('li', { class: 'order-line', 'data-sku': sku, 'data-quantity': quantity }, [
        element('img', { src: `/pictures/${sku}.svg`, alt: '', width: 64, height: 64 }),
        element('span', {}, [`${quantity} × ${findProduct(sku).title}`]),
        element('span', { class: 'line-sum', 'data-amount-minor': findProduct(sku).amountMinor * quantity }, [
          currency.format(findProduct(sku).amountMinor * quantity),
        ]),
      ]),
    ),
  );
  if (!order.reported) {
    cart.takeBought(order.lines);
    rememberOrder({ ...order, reported: true });
    const { id: orderId, checkoutId } = order;
    if (checkoutId) withRelevo((relevo) => complete(relevo, { orderId, checkoutId }));
  }
  track('purchase', order.lines, { transaction_id: order.id });
};

/** The page knows which checkout was paid, and says so. */
const complete = async (relevo, order) => {
  const { duplicateOf } = await relevo.checkout.complete(order).catch(() => ({}));
  if (!duplicateOf) return;
  const note = document.querySelector('[data-testid="order-twice"]');
  note.textContent = `This cart had been paid before, with order ${duplicateOf}. Both orders count; we will look into it.`;
  note.hidden = false;
  say('Paid twice?', note.textContent);
};

/** The order of this page. One that was begun has its id from the provider's answer, in the address. */
const readOrder = () => {
  const order = parseOrder(window.localStorage.getItem(storageKey));
  const paid = new URLSearchParams(window.location.search).get('order');
  if (order?.id !== '') return paid && order?.id !== paid ? null : order;
  return paid ? { ...order, id: paid } : null;
};

const parseOrder = (text) => {
  try {
    const order = JSON.parse(text ?? 'null');
    if (typeof order?.id !== 'string' || !Array.isArray(order.lines)) return null;
    return { ...order, lines: order.lines.filter((line) => findProduct(line?.sku) && line.quantity > 0) };
  } catch {
    return null;
  }
};
