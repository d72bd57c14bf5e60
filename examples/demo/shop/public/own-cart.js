import { findProduct } from './catalogue.js';

/** @typedef {{ sku: string, quantity: number }} Line */

const storageKey = 'nido.cart.v1';

/**
 * The cart this shop had before Relevo came: lines in its own localStorage, and a GA4 event for every
 * change of a quantity, no matter who asked for it.
 *
 * @param {{ storage: Storage, track: (event: string, lines: readonly Line[]) => void }} options
 */
export const createOwnCart = ({ storage, track }) => {
  const listeners = new Set();

  const save = (lines) => {
    storage.setItem(storageKey, JSON.stringify(lines));
    for (const listener of listeners) listener();
  };

  const cart = {
    /** @returns {Line[]} a new list each time */
    lines: () => parseLines(storage.getItem(storageKey)),

    count: () => cart.lines().reduce((sum, line) => sum + line.quantity, 0),

    quantityOf: (sku) => cart.lines().find((line) => line.sku === sku)?.quantity ?? 0,

    /** Unknown products and quantities that are not whole and positive are ignored. */
    addToCart(sku, quantity = 1) {
      if (!Number.isInteger(quantity) || quantity < 1) return;
      cart.setQuantity(sku, cart.quantityOf(sku) + quantity);
    },

    removeFromCart(sku) {
      cart.setQuantity(sku, 0);
    },

    setQuantity(sku, quantity) {
      if (!findProduct(sku) || !Number.isInteger(quantity) || quantity < 0) return;
      const lines = cart.lines();
      const before = cart.quantityOf(sku);
      if (quantity === before) return;
      if (before === 0) save([...lines, { sku, quantity }]);
      else save(lines.map((line) => (line.sku === sku ? { sku, quantity } : line)).filter((line) => line.quantity > 0));
      if (quantity > before) track('add_to_cart', [{ sku, quantity: quantity - before }]);
      else track('remove_from_cart', [{ sku, quantity: before - quantity }]);
    },

    /** After a purchase. What was bought was not taken out of the cart, so there is no event; the rest stays. */
    takeBought(bought) {
      const boughtOf = (sku) => bought.find((line) => line.sku === sku)?.quantity ?? 0;
      const left = cart.lines().map(({ sku, quantity }) => ({ sku, quantity: quantity - boughtOf(sku) }));
      save(left.filter(({ quantity }) => quantity > 0));
    },

    /** Also called when another tab changed the cart, if that tab's `storage` event is passed to `changedElsewhere`. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    changedElsewhere(event) {
      if (event.key !== storageKey && event.key !== null) return;
      for (const listener of listeners) listener();
    },
  };
  return cart;
};

const parseLines = (text) => {
  let parsed;
  try {
    parsed = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.filter(isLine).map(({ sku, quantity }) => ({ sku, quantity })) : [];
};

const isLine = (value) =>
  findProduct(value?.sku) !== undefined && Number.isInteger(value.quantity) && value.quantity > 0;
