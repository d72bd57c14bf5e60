import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { cartOf, world } from './world.ts';

// A thank-you page of an order that the server knows already, bound a moment after it has reported it. `read` of the
// shop is slow (a fetch of its own): the order is answered meanwhile.
for (const bindMs of [0, 1, 5, 10, 20])
  for (const readMs of [0, 20, 50, 100, 200, 500])
    test(`bound after ${bindMs}, read takes ${readMs} ms`, async () => {
      const made = world();
      const getToken = () => made.token('ana');
      const { device } = made.device({ getToken, device: { kind: 'personal' } });
      const { relevo } = device.open();
      const other = made.device({ getToken }).device.open().relevo;
      await made.clock.pass(1_000);
      const shop = new Map([['LAMP', 1]]);
      const bound = {
        read: async () => {
          const items = [...shop].map(([sku, quantity]) => ({ sku, quantity }));
          await new Promise<void>((done) => void made.clock.timer(readMs, done));
          return items;
        },
        write({ added, changed, removed }: ShopWrite) {
          for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
          for (const { sku } of removed) shop.delete(sku);
        },
      };
      relevo.cart.bind(bound);
      const order = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
      other.capture(order);
      await made.clock.pass(3_000);
      expect(cartOf(relevo)).toEqual({ LAMP: 1 });
      await relevo.stop();
      const next = device.open().relevo;
      await made.clock.pass(500);
      next.capture(order);
      await made.clock.pass(bindMs);
      next.cart.bind(bound);
      await made.clock.pass(70_000);
      expect([cartOf(next), cartOf(other), Object.fromEntries(shop)]).toEqual([{ LAMP: 1 }, { LAMP: 1 }, { LAMP: 1 }]);
      await Promise.all([next.stop(), other.stop()]);
    });
