import { expect, test } from 'vitest';
import type { ShopCart } from '../../src/client/api.ts';
import { cartOf, world } from './world.ts';

/** A shop whose cart both tabs of a browser show, and whose `write` takes so long; another device of the same customer. */
const twoTabs = async ({ writeMs, isReadable = true }: { writeMs: number; isReadable?: boolean }) => {
  const made = world();
  const { clock } = made;
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken });
  const [one, two] = [device.open().relevo, device.open().relevo] as const;
  const other = made.device({ getToken }).device.open().relevo;
  await clock.pass(2_000);
  const items = new Map<string, number>();
  const calls = { read: 0, write: 0 };
  const shop: ShopCart = {
    ...(isReadable
      ? {
          read: () => {
            calls.read++;
            return [...items].map(([sku, quantity]) => ({ sku, quantity }));
          },
        }
      : {}),
    async write({ added, changed, removed }) {
      calls.write++;
      await new Promise<void>((done) => void clock.timer(writeMs, done));
      for (const { sku, quantity } of [...added, ...changed]) items.set(sku, quantity);
      for (const { sku } of removed) items.delete(sku);
    },
  };
  one.cart.bind(shop);
  two.cart.bind(shop);
  await clock.pass(2_000);
  return { clock, one, two, other, items, calls, stop: () => Promise.all([one.stop(), two.stop(), other.stop()]) };
};

test.each([600, 4_000])(
  'what one tab is still giving the shop, for %d ms, is not taken for removed by another that hears of the shop meanwhile',
  async (writeMs) => {
    const { clock, one, two, other, items, stop } = await twoTabs({ writeMs });
    other.cart.add({ sku: 'GIVEN' });
    await clock.pass(writeMs / 2);
    items.set('BUTTON', 1);
    two.capture({ type: 'add', items: [{ sku: 'BUTTON', quantity: 1 }] });
    await clock.pass(30_000);
    const wanted = { GIVEN: 1, BUTTON: 1 };
    expect([cartOf(one), cartOf(two), cartOf(other), Object.fromEntries(items)]).toEqual([
      wanted,
      wanted,
      wanted,
      wanted,
    ]);
    await stop();
  },
);

test('a whole cart that a page tells right after another page acted is taken when that is done', async () => {
  const { clock, one, two, items, stop } = await twoTabs({ writeMs: 10, isReadable: false });
  items.set('FIRST', 1);
  one.capture({ type: 'add', items: [{ sku: 'FIRST', quantity: 1 }] });
  await clock.pass(300);
  items.set('SECOND', 2);
  two.capture({
    type: 'cart',
    items: [
      { sku: 'FIRST', quantity: 1 },
      { sku: 'SECOND', quantity: 2 },
    ],
  });
  await clock.pass(10_000);
  expect(cartOf(two)).toEqual({ FIRST: 1, SECOND: 2 });
  await stop();
});

test('a page that is stopped while it waits for another tab asks the shop nothing more', async () => {
  const { clock, two, other, calls, stop } = await twoTabs({ writeMs: 4_000 });
  other.cart.add({ sku: 'GIVEN' });
  await clock.pass(1_000);
  two.capture({ type: 'add', items: [{ sku: 'BUTTON', quantity: 1 }] });
  await clock.pass(100);
  const errors: string[] = [];
  two.on('error', ({ code }) => errors.push(code));
  await two.stop();
  const before = { ...calls };
  await clock.pass(2_500);
  expect([calls, errors]).toEqual([before, []]);
  await stop();
});
