import { findProduct } from './catalogue.js';
import { element } from './element.js';

const storageKey = 'nido.order.v1';

/** Kept for the next page only: what the thank-you page shows. */
export const rememberOrder = (order) => window.localStorage.setItem(storageKey, JSON.stringify(order));

/** At sign-out: the next person at this browser must not find what was bought. */
export const forgetOrder = () => window.localStorage.removeItem(storageKey);

/**
 * The thank-you page: empties the shop's cart of what was bought and reports the purchase. It reports
 * it again at every reload, as many shops do; the order's id tells that it is the same one.
 */
export const showThankYou = ({ cart, currency, track }) => {
  const list = document.querySelector('[data-testid="order-lines"]');
  if (!list) return;
  const order = parseOrder(window.localStorage.getItem(storageKey));
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
    cart.empty();
    rememberOrder({ ...order, reported: true });
  }
  track('purchase', order.lines, { transaction_id: order.id });
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
