import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { slowStore } from './slow-store.ts';
import { cartOf, within, world } from './world.ts';

type Made = ReturnType<typeof world>;

/** A device that keeps what is in the cart. */
export const sticky = { kind: 'personal', keep: 'cart-lines' } as const;
/** What Ana alone was told. */
export const secret = 'TOLD-TO-ANA';

/** Ana on a phone of her own that keeps cart lines, with three lamps and a vase. */
export const signedIn = async (made: Made, options: Partial<RelevoOptions> = {}) => {
  const own = made.device({ device: sticky, ...options });
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({
    sku: 'LAMP',
    quantity: 3,
    title: 'A lamp',
    url: 'https://shop.test/lamp',
    price: { amountMinor: 4_711, currency: 'EUR' },
  });
  page.relevo.cart.add({ sku: 'VASE', properties: { colour: 'blue' } });
  page.relevo.preferences.set('style', secret);
  page.relevo.identity.set({ displayName: secret });
  await within(made, 1_000, page.relevo.flush());
  await made.clock.pass(500);
  return { ...own, page, relevo: page.relevo };
};

/** As `signedIn`, on a store that can be slow. */
export const slowlySignedIn = async () => {
  const made = world();
  const own = made.device({ device: sticky });
  const by = slowStore(own.device, made);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({ sku: 'LAMP', quantity: 3 });
  page.relevo.cart.add({ sku: 'VASE' });
  await made.clock.pass(1_000);
  return { ...own, made, by, page, relevo: page.relevo };
};

/** What a customer has, as a fresh device of theirs shows it. */
export const cartAt = async (made: Made, name: string) => {
  const { relevo } = made.device({ getToken: () => made.token(name) }).device.open();
  await made.clock.pass(2_000);
  return cartOf(relevo);
};

export const signOut = (made: Made, relevo: Relevo) => within(made, 4_000, relevo.signOut());
export const signIn = (made: Made, relevo: Relevo, name: string) =>
  within(made, 4_000, relevo.signIn(made.token(name)));
