import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { cartOf, within, world } from './world.ts';

// An order of LAMP waits for the server (offline, or the server is down). The customer puts another LAMP into the cart: an
// event of the shop, not a guess from its whole cart.
const addBesideOrder = async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const { relevo } = device.open();
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  const shop = new Map([['LAMP', 2]]);
  relevo.cart.bind({
    read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
    write({ added, changed, removed }: ShopWrite) {
      for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
      for (const { sku } of removed) shop.delete(sku);
    },
  });
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toEqual({ LAMP: 2 });
  line.setOnline(false);
  shop.delete('LAMP');
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 2 }] });
  await made.clock.pass(500);
  expect(cartOf(relevo)).toEqual({});
  shop.set('LAMP', 1);
  relevo.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(2_000);
  return { made, device, line, relevo, shop };
};

test('is shown', async () => {
  const { relevo } = await addBesideOrder();
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  await relevo.stop();
});

test('is told of by a sign-out', async () => {
  const { made, relevo } = await addBesideOrder();
  expect(await within(made, 10_000, relevo.signOut())).toEqual({ unsynced: 2, outcome: 'dropped' });
  await relevo.stop();
});

test('reaches the customer when they sign out just as the line is back', async () => {
  const { made, line, relevo } = await addBesideOrder();
  line.setOnline(true);
  await within(made, 10_000, relevo.signOut());
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  expect(cartOf(other)).toEqual({ LAMP: 1 });
  await Promise.all([relevo.stop(), other.stop()]);
});
