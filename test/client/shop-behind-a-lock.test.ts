import { expect, test } from 'vitest';
import { createShopDouble } from '../../src/testing/shop-double.ts';
import { cartOf, within, world } from './world.ts';

test('what a shop put into its cart in a locked tab is taken out again when its customer signs out in another', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  const { cart, join } = createShopDouble('later', made.clock);
  const open = () => {
    const { relevo } = device.open();
    relevo.cart.bind(join(relevo, () => true));
    return relevo;
  };
  const locked = open();
  const known = open();
  await made.clock.pass(1_000);
  await within(made, 2_000, known.signIn(made.token('ben')));
  await made.clock.pass(1_000);
  cart.set('SOFA', 1);
  locked.capture({ type: 'add', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(1_000);
  await within(made, 4_000, known.signOut());
  await made.clock.pass(3_000);
  expect([cartOf(locked), cartOf(known), Object.fromEntries(cart)]).toEqual([{}, {}, {}]);
  expect(JSON.stringify(await device.disk.read((tx) => tx.list([])))).not.toContain('"capture"');
  await Promise.all([locked.stop(), known.stop()]);
});
