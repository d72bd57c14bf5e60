import { expect, test } from 'vitest';
import type { ShopCart } from '../../src/client/api.ts';
import { hangsOnDemand } from './late-store.ts';
import { cartOf, world } from './world.ts';

test.each([0, 600, 3_000])(
  'what a tab added while its store hung is once in both carts, though another tab took it from the shop %i ms before the store went on',
  async (goMs) => {
    const { clock, device: deviceOf } = world();
    const { device } = deviceOf();
    const two = device.open().relevo;
    await clock.pass(500);
    const store = hangsOnDemand(device);
    const one = device.open().relevo;
    await clock.pass(500);
    const items = new Map<string, number>();
    const shop: ShopCart = {
      read: () => [...items].map(([sku, quantity]) => ({ sku, quantity })),
      write({ added, changed, removed }) {
        for (const { sku, quantity } of [...added, ...changed]) items.set(sku, quantity);
        for (const { sku } of removed) items.delete(sku);
      },
    };
    for (const page of [one, two]) page.cart.bind(shop);
    await clock.pass(2_000);
    store.hang();
    items.set('HUNG', 1);
    one.cart.add({ sku: 'HUNG' });
    await clock.pass(1_000);
    items.set('BUTTON', 1);
    two.capture({ type: 'add', items: [{ sku: 'BUTTON', quantity: 1 }] });
    await clock.pass(goMs);
    store.go();
    await clock.pass(20_000);
    const wanted = { HUNG: 1, BUTTON: 1 };
    expect([cartOf(one), cartOf(two), Object.fromEntries(items)]).toEqual([wanted, wanted, wanted]);
    for (const page of [one, two]) await page.stop();
  },
);
