import { findProduct, shopCurrency } from './catalogue.js';

/** @typedef {{ sku: string, quantity: number }} Line */

/**
 * The shop's analytics, as any GA4 shop has them: `track('add_to_cart', lines)` pushes one ecommerce
 * event. Relevo listens to these; nothing here knows of it.
 */
export const createAnalytics = (dataLayer) => ({
  /**
   * @param {string} event a GA4 ecommerce event name
   * @param {readonly Line[]} lines what it is about; for `view_cart` the whole cart
   * @param {Record<string, string>} [details] such as `transaction_id`
   */
  track(event, lines, details = {}) {
    const items = lines.map(toItem);
    const valueMinor = lines.reduce((sum, line) => sum + (findProduct(line.sku)?.amountMinor ?? 0) * line.quantity, 0);
    dataLayer.push({ ecommerce: null });
    dataLayer.push({ event, ecommerce: { ...details, currency: shopCurrency, value: valueMinor / 100, items } });
  },
});

const toItem = ({ sku, quantity }) => {
  const product = findProduct(sku);
  return {
    item_id: sku,
    item_name: product?.title ?? sku,
    item_category: product?.kind ?? '',
    price: (product?.amountMinor ?? 0) / 100,
    quantity,
  };
};
