/**
 * The ten lines a shop writes for its cart: what came from the customer's other device goes through
 * the shop's own functions. They push their usual events; Relevo knows these for an echo.
 */
export const bindCart = (relevo, cart, announce) =>
  relevo.cart.bind({
    write({ added, changed, removed, cause }) {
      for (const { sku, quantity } of added) cart.addToCart(sku, quantity);
      for (const { sku, quantity } of changed) cart.setQuantity(sku, quantity);
      for (const { sku } of removed) cart.removeFromCart(sku);
      announce({ added, changed, removed, cause });
    },
  });
