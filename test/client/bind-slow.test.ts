import { expect, test } from 'vitest';
import type { ShopItem, ShopWrite } from '../../src/client/api.ts';
import { cartOf, world } from './world.ts';

/** A page whose store is slow once `store.slowMs` says so. */
const slowPage = () => {
  const made = world();
  const { device } = made.device();
  const store = { slowMs: 0 };
  device.setOpen(async () => ({
    ...device.disk,
    async write(body, options) {
      if (store.slowMs) await new Promise<void>((done) => void made.clock.timer(store.slowMs, done));
      return device.disk.write(body, options);
    },
  }));
  return { clock: made.clock, store, relevo: device.open().relevo };
};

test('what this page adds while its store is slow is not asked of the shop, whose own code has added it', async () => {
  const { clock, store, relevo } = slowPage();
  const given: ShopWrite[] = [];
  relevo.cart.bind({ write: (change) => void given.push(change) });
  await clock.pass(1_000);
  store.slowMs = 200;
  for (let n = 0; n < 40; n++) {
    relevo.cart.add({ sku: `S${n % 7}` });
    if (n % 3 === 2) relevo.cart.remove({ sku: `S${(n - 1) % 7}` });
    await clock.pass(30 + 7 * n);
  }
  await clock.pass(5_000);
  expect(given).toEqual([]);
  await relevo.stop();
});

test.each((['read', 'told'] as const).flatMap((how) => [20, 100, 200, 300].map((addedMs) => [addedMs, how] as const)))(
  'what this page adds %i ms after a whole cart was %s is not taken for removed over a slow store',
  async (addedMs, how) => {
    const { clock, store, relevo } = slowPage();
    const own = new Map<string, number>();
    const items = (): ShopItem[] => [...own].map(([sku, quantity]) => ({ sku, quantity }));
    relevo.cart.bind({
      write: ({ lines }) => {
        own.clear();
        for (const { sku, quantity } of lines) own.set(sku, quantity);
      },
      ...(how === 'read' ? { read: async () => items() } : {}),
    });
    await clock.pass(1_000);
    store.slowMs = 200;
    own.set('A', 1);
    relevo.capture(how === 'read' ? { type: 'add', items: items() } : { type: 'cart', items: items() });
    await clock.pass(addedMs);
    relevo.cart.add({ sku: 'B' });
    own.set('B', 1);
    await clock.pass(10_000);
    expect([cartOf(relevo), Object.fromEntries(own)]).toEqual([
      { A: 1, B: 1 },
      { A: 1, B: 1 },
    ]);
    await relevo.stop();
  },
);
