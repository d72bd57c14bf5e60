import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

test('what one of two pages without a store did as their guest goes on when the other, which knows of nothing, signs in', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(() => Promise.reject(new Error('no store')));
  const one = device.open().relevo;
  await made.clock.pass(3_000);
  const two = device.open().relevo;
  await made.clock.pass(500);
  const { synced } = two.cart.add({ sku: 'SOFA' });
  await within(made, 2_000, synced);
  await within(made, 2_000, one.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  expect(cartOf(one)).toEqual({ SOFA: 1 });
});
