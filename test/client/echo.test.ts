import { describe, expect, test } from 'vitest';
import type { ShopItem, ShopWrite } from '../../src/client/api.ts';
import type { EngineFlags } from '../../src/client/engine.ts';
import type { VirtualDevice, VirtualPage } from '../../src/testing/virtual-device.ts';
import { cartOf, within, world } from './world.ts';

type Made = ReturnType<typeof world>;
type Echo = 'at once' | 'after a second' | 'never';
type Storage = Map<string, number>;

/** A shop with a cart of its own, in its own storage, whose addToCart() reports every add, a restore's too. */
const openShop = (
  made: Made,
  device: VirtualDevice,
  {
    storage,
    echo,
    flags = {},
    canRead = false,
  }: { storage: Storage; echo: Echo; flags?: EngineFlags; canRead?: boolean },
) => {
  const page: VirtualPage = device.open({}, flags);
  const { relevo } = page;
  const writes: ShopWrite[] = [];
  const report = (type: 'add' | 'remove', sku: string, quantity: number) => {
    if (quantity > 0) relevo.capture({ type, items: [{ sku, quantity }] });
  };
  const change = (sku: string, by: number, say: (type: 'add' | 'remove', sku: string, quantity: number) => void) => {
    const quantity = (storage.get(sku) ?? 0) + by;
    if (quantity > 0) storage.set(sku, quantity);
    else storage.delete(sku);
    say(by > 0 ? 'add' : 'remove', sku, Math.abs(by));
  };
  const echoes = (type: 'add' | 'remove', sku: string, quantity: number) => {
    if (echo === 'at once') report(type, sku, quantity);
    if (echo === 'after a second') made.clock.timer(1_000, () => report(type, sku, quantity));
  };
  relevo.cart.bind({
    ...(canRead ? { read: (): ShopItem[] => [...storage].map(([sku, quantity]) => ({ sku, quantity })) } : {}),
    write(given) {
      writes.push(given);
      for (const { sku, quantity } of given.added) change(sku, quantity, echoes);
      for (const { sku, quantity, previousQuantity } of given.changed) change(sku, quantity - previousQuantity, echoes);
      for (const { sku, previousQuantity } of given.removed) change(sku, -previousQuantity, echoes);
    },
  });
  return {
    page,
    relevo,
    writes,
    /** The customer's own act on the shop's page. */
    addToCart: (sku: string, quantity = 1) => change(sku, quantity, report),
    removeFromCart: (sku: string) => change(sku, -(storage.get(sku) ?? 0), report),
  };
};

const lines = { A: 1, B: 2, C: 3 };

/** A customer who has three lines on another device. */
const anaWith = async (made: Made) => {
  const { relevo } = made.device({ getToken: () => made.token('ana') }).device.open();
  await made.clock.pass(1_000);
  for (const [sku, quantity] of Object.entries(lines)) relevo.cart.add({ sku, quantity });
  await within(made, 1_000, relevo.flush());
  return relevo;
};

describe.each(['at once', 'after a second', 'never'] as const)('a shop that echoes %s', (echo) => {
  test.each([true, false])(
    'three restored lines, ten reloads: unchanged in both carts (shop can be read: %s)',
    async (canRead) => {
      const made = world();
      const other = await anaWith(made);
      const { device } = made.device({ getToken: () => made.token('ana') });
      const storage: Storage = new Map();
      for (let load = 0; load <= 10; load++) {
        const shop = openShop(made, device, { storage, echo, canRead });
        await made.clock.pass(5_000);
        expect(cartOf(shop.relevo)).toEqual(lines);
        expect(Object.fromEntries(storage)).toEqual(lines);
        await shop.relevo.stop();
      }
      await made.clock.pass(2_000);
      expect(cartOf(other)).toEqual(lines);
      await other.stop();
    },
  );

  test('signing in and out ten times: unchanged at the customer, and the guest cart is empty in between', async () => {
    const made = world();
    const other = await anaWith(made);
    const { device } = made.device();
    const storage: Storage = new Map();
    const { relevo } = openShop(made, device, { storage, echo });
    await made.clock.pass(500);
    for (let turn = 0; turn < 10; turn++) {
      await within(made, 5_000, relevo.signIn(made.token('ana')));
      await made.clock.pass(5_000);
      expect(cartOf(relevo)).toEqual(lines);
      expect(Object.fromEntries(storage)).toEqual(lines);
      await within(made, 5_000, relevo.signOut());
      await made.clock.pass(5_000);
      expect(cartOf(relevo)).toEqual({});
      expect(storage.size).toBe(0);
    }
    expect(cartOf(other)).toEqual(lines);
    await Promise.all([relevo.stop(), other.stop()]);
  });
});

test.each(['at once', 'after a second'] as const)(
  'without the echo guard a shop that echoes %s changes the quantities: the guard is what keeps them',
  async (echo) => {
    const made = world();
    const other = await anaWith(made);
    const { device } = made.device({ getToken: () => made.token('ana') });
    const storage: Storage = new Map();
    const { relevo } = openShop(made, device, { storage, echo, flags: { echoGuard: false } });
    await made.clock.pass(10_000);
    expect(cartOf(relevo)).not.toEqual(lines);
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test.each(['at once', 'after a second', 'never'] as const)(
  "the customer's own acts count once, with a shop that echoes %s",
  async (echo) => {
    const made = world();
    const other = await anaWith(made);
    const { device } = made.device({ getToken: () => made.token('ana') });
    const storage: Storage = new Map();
    const shop = openShop(made, device, { storage, echo });
    await made.clock.pass(15_000);
    shop.addToCart('A');
    shop.addToCart('NEW', 2);
    shop.removeFromCart('B');
    await made.clock.pass(15_000);
    const expected = { A: 2, C: 3, NEW: 2 };
    expect(cartOf(shop.relevo)).toEqual(expected);
    expect(Object.fromEntries(storage)).toEqual(expected);
    expect(cartOf(other)).toEqual(expected);
    other.cart.setQuantity({ sku: 'C' }, 1);
    other.cart.remove({ sku: 'NEW' });
    await made.clock.pass(15_000);
    expect(Object.fromEntries(storage)).toEqual({ A: 2, C: 1 });
    expect(cartOf(shop.relevo)).toEqual({ A: 2, C: 1 });
    await Promise.all([shop.relevo.stop(), other.stop()]);
  },
);

test('two tabs of one shop: a remote change is written to the shop once', async () => {
  const made = world();
  const other = await anaWith(made);
  const { device } = made.device({ getToken: () => made.token('ana') });
  const storage: Storage = new Map();
  const [one, two] = [
    openShop(made, device, { storage, echo: 'at once' }),
    openShop(made, device, { storage, echo: 'at once' }),
  ];
  await made.clock.pass(5_000);
  expect(Object.fromEntries(storage)).toEqual(lines);
  other.cart.add({ sku: 'A', quantity: 4 });
  await made.clock.pass(5_000);
  expect(Object.fromEntries(storage)).toEqual({ ...lines, A: 5 });
  expect(cartOf(one.relevo)).toEqual({ ...lines, A: 5 });
  expect(cartOf(two.relevo)).toEqual({ ...lines, A: 5 });
  await Promise.all([one.relevo.stop(), two.relevo.stop(), other.stop()]);
});

test.each([60_000, 63_072_000_000, -3_600_000])(
  'a clock that is set by %d ms while the shop repeats a line makes the repeat no act',
  async (ms) => {
    const made = world();
    const getToken = () => made.token('ana');
    const [here, there] = [made.device({ getToken }), made.device({ getToken })];
    const [laptop, phone] = [here.device.open().relevo, there.device.open().relevo];
    await made.clock.pass(1_000);
    laptop.cart.bind({
      write({ added }) {
        here.device.skew.ms = ms;
        made.clock.timer(50, () => laptop.capture({ type: 'add', items: added }));
      },
    });
    await made.clock.pass(500);
    phone.cart.add({ sku: 'SOFA', quantity: 2 });
    await made.clock.pass(3_000);
    expect(cartOf(laptop)).toEqual({ SOFA: 2 });
    await Promise.all([laptop.stop(), phone.stop()]);
  },
);
