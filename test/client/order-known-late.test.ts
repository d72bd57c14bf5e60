import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { durableStore } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

for (const isReloaded of [false, true])
  test(`an add in the shop while a known order waits for its answer counts once (reloaded: ${isReloaded})`, async () => {
    const made = world();
    const getToken = () => made.token('ana');
    const { device, line } = made.device({ getToken, device: { kind: 'personal' } });
    const { relevo } = device.open();
    const other = made.device({ getToken }).device.open().relevo;
    await made.clock.pass(1_000);
    const shop = new Map([['LAMP', 1]]);
    const bound = {
      read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
      write({ added, changed, removed }: ShopWrite) {
        for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
        for (const { sku } of removed) shop.delete(sku);
      },
    };
    relevo.cart.bind(bound);
    const order = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
    other.capture(order);
    await made.clock.pass(2_000);
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    line.setOnline(false);
    relevo.capture(order);
    await made.clock.pass(500);
    let page = relevo;
    if (isReloaded) {
      await relevo.stop();
      page = device.open().relevo;
      page.cart.bind(bound);
      await made.clock.pass(500);
    }
    shop.set('LAMP', 2);
    page.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
    await made.clock.pass(500);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect([cartOf(page), cartOf(other), Object.fromEntries(shop)]).toEqual([{ LAMP: 2 }, { LAMP: 2 }, { LAMP: 2 }]);
    await Promise.all([page.stop(), other.stop()]);
  });

for (const isReloaded of [false, true])
  test(`an add in the shop while an order waits for its answer counts once (reloaded: ${isReloaded})`, async () => {
    const made = world();
    const getToken = () => made.token('ana');
    const { device, line } = made.device({ getToken, device: { kind: 'personal' } });
    const { relevo } = device.open();
    const other = made.device({ getToken }).device.open().relevo;
    await made.clock.pass(1_000);
    const shop = new Map([['LAMP', 1]]);
    const bound = {
      read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
      write({ added, changed, removed }: ShopWrite) {
        for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
        for (const { sku } of removed) shop.delete(sku);
      },
    };
    relevo.cart.bind(bound);
    await made.clock.pass(2_000);
    line.setOnline(false);
    shop.delete('LAMP');
    relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] });
    await made.clock.pass(500);
    let page = relevo;
    if (isReloaded) {
      await relevo.stop();
      page = device.open().relevo;
      page.cart.bind(bound);
      await made.clock.pass(500);
    }
    shop.set('LAMP', 1);
    page.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
    await made.clock.pass(500);
    page.cart.add({ sku: 'MUG' });
    shop.set('MUG', 1);
    await made.clock.pass(500);
    line.setOnline(true);
    await made.clock.pass(70_000);
    const both = { LAMP: 1, MUG: 1 };
    expect([cartOf(page), cartOf(other), Object.fromEntries(shop)]).toEqual([both, both, both]);
    await Promise.all([page.stop(), other.stop()]);
  });

test('a cleared shared device: nothing of Ana is in the store after another one is here', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  const shop = new Map<string, number>();
  const bound = {
    read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
    write({ added, changed, removed }: ShopWrite) {
      for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
      for (const { sku } of removed) shop.delete(sku);
    },
  };
  one.relevo.cart.bind(bound);
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  shop.set('SOFA', 5);
  await made.clock.pass(2_000);
  one.freeze();
  await device.disk.write(async (tx) => tx.deleteAll([]));
  device.marker.text = null;
  const two = device.open();
  await made.clock.pass(500);
  await within(made, 10_000, two.relevo.signOut());
  await made.clock.pass(500);
  await within(made, 2_000, two.relevo.signIn(made.token('ben', 3)));
  await made.clock.pass(500);
  one.thaw();
  one.signal('visible' as never);
  await made.clock.pass(3_000);
  one.relevo.capture({ type: 'add', items: [{ sku: 'PEN', quantity: 1 }] });
  await made.clock.pass(3_000);
  expect(await textOf(device)).not.toContain('SOFA');
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{}, {}]);
});
