import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { durableStore } from './late-store.ts';
import { cartOf, world } from './world.ts';

test.each([true, false])(
  'a shop whose cart is cleared with the site data gets its lines again from the next page (read: %s)',
  async (canRead) => {
    const made = world();
    const getToken = () => made.token('ana');
    const { device } = made.device({ getToken, device: { kind: 'personal' } });
    device.setOpen(durableStore(device));
    const one = device.open();
    const other = made.device({ getToken }).device.open().relevo;
    await made.clock.pass(2_000);
    const shop = new Map<string, number>();
    const bound = {
      ...(canRead ? { read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })) } : {}),
      write({ added, changed, removed }: ShopWrite) {
        for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
        for (const { sku } of removed) shop.delete(sku);
      },
    };
    one.relevo.cart.bind(bound);
    other.cart.add({ sku: 'SOFA' });
    await made.clock.pass(3_000);
    await device.disk.write(async (tx) => tx.deleteAll([]));
    device.marker.text = null;
    shop.clear();
    other.cart.add({ sku: 'MUG' });
    await made.clock.pass(20_000);
    await one.relevo.stop();
    const next = device.open();
    next.relevo.cart.bind(bound);
    await made.clock.pass(5_000);
    expect([cartOf(next.relevo), Object.fromEntries(shop)]).toEqual([
      { SOFA: 1, MUG: 1 },
      { SOFA: 1, MUG: 1 },
    ]);
    await Promise.all([next.relevo.stop(), other.stop()]);
  },
);

test('what the shop lost with the site data is not taken out of the customers cart when they add something on the open page', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken, device: { kind: 'personal' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(2_000);
  const shop = new Map<string, number>();
  one.relevo.cart.bind({
    read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
    write({ added, changed, removed }: ShopWrite) {
      for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
      for (const { sku } of removed) shop.delete(sku);
    },
  });
  other.cart.add({ sku: 'SOFA' });
  await made.clock.pass(3_000);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  device.marker.text = null;
  shop.clear();
  shop.set('MUG', 1);
  one.relevo.capture({ type: 'add', items: [{ sku: 'MUG', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([
    { SOFA: 1, MUG: 1 },
    { SOFA: 1, MUG: 1 },
  ]);
  await Promise.all([one.relevo.stop(), other.stop()]);
});
