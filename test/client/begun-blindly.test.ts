import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

test('a checkout that begins before the page knows what is in the cart is not of what was taken out there', async () => {
  const made = world();
  const { clock } = made;
  const { device } = made.device({ device: { kind: 'shared' } });
  const first = device.open();
  await within(made, 2_000, first.relevo.signIn(await made.token('ben')));
  await first.relevo.stop();
  // The next page can store nothing, and knows of nobody's cart.
  device.setOpen(async (handle) => ({
    ...handle,
    write: async () => {
      throw new DOMException('the disk is full', 'QuotaExceededError');
    },
  }));
  const { relevo } = device.open();
  await clock.pass(1_000);
  const { key } = relevo.cart.add({ sku: 'SOFA', quantity: 3 });
  relevo.cart.add({ sku: 'LAMP' });
  await clock.pass(1_000);
  relevo.cart.remove(key);
  const begun = relevo.checkout.begin();
  await clock.pass(1_000);
  await relevo.signIn(await made.token('ben'));
  const { lines } = await within(made, 3_000, begun);
  expect(lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([['LAMP', 1]]);
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  await relevo.stop();
});
