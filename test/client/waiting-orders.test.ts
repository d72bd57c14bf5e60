import { expect, test } from 'vitest';
import { createShopDouble } from '../../src/testing/shop-double.ts';
import { cartOf, within, world } from './world.ts';

// An order waits for the server's answer, or for its store, and the shop's own cart can be read meanwhile.

const lampOrder = (quantity: number) =>
  ({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity }] }) as const;
const lamp = { type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] } as const;

/** A page whose shop has so many lamps, and another device of the customer's. */
const lampShop = async (quantity: number, kind: 'personal' | 'shared' = 'personal') => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device, line } = made.device({ getToken, device: { kind } });
  const other = made.device({ getToken }).device.open().relevo;
  const { cart, join } = createShopDouble('readable', made.clock);
  cart.set('LAMP', quantity);
  const bind = (page: typeof other) => page.cart.bind(join(page, () => true));
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  bind(relevo);
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toEqual({ LAMP: quantity });
  /** The same page, or one that is loaded after it. */
  const goOn = async (isReloaded: boolean) => {
    if (!isReloaded) return relevo;
    await relevo.stop();
    const next = device.open().relevo;
    bind(next);
    await made.clock.pass(500);
    return next;
  };
  const everywhere = (page: typeof other) => [cartOf(page), cartOf(other), Object.fromEntries(cart)];
  return { made, device, line, other, cart, join, relevo, goOn, everywhere };
};

/** The same with one lamp, of which the server knows an order that found nothing to take. */
const knownOrder = async () => {
  const shop = await lampShop(1);
  const { made, other, cart, relevo } = shop;
  cart.clear();
  relevo.capture({ type: 'remove', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(2_000);
  other.capture(lampOrder(1));
  await made.clock.pass(2_000);
  cart.set('LAMP', 1);
  relevo.capture(lamp);
  await made.clock.pass(2_000);
  return shop;
};

test.each([false, true])(
  'an add counts once while a known order waits for its answer (reloaded: %s)',
  async (isReloaded) => {
    const { made, line, other, cart, relevo, goOn, everywhere } = await knownOrder();
    line.setOnline(false);
    relevo.capture(lampOrder(1));
    await made.clock.pass(500);
    const page = await goOn(isReloaded);
    cart.set('LAMP', 2);
    page.capture(lamp);
    await made.clock.pass(500);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(everywhere(page)).toEqual(Array(3).fill({ LAMP: 2 }));
    await Promise.all([page.stop(), other.stop()]);
  },
);

test.each([false, true])(
  'an add counts once while a new order waits for its answer (reloaded: %s)',
  async (isReloaded) => {
    const { made, line, other, cart, relevo, goOn, everywhere } = await lampShop(1);
    line.setOnline(false);
    cart.delete('LAMP');
    relevo.capture(lampOrder(1));
    await made.clock.pass(500);
    const page = await goOn(isReloaded);
    cart.set('LAMP', 1);
    page.capture(lamp);
    await made.clock.pass(500);
    page.cart.add({ sku: 'MUG' });
    cart.set('MUG', 1);
    await made.clock.pass(500);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(everywhere(page)).toEqual(Array(3).fill({ LAMP: 1, MUG: 1 }));
    await Promise.all([page.stop(), other.stop()]);
  },
);

test('such an add is shown, a sign-out tells of it, and it reaches a customer who leaves just as the line is back', async () => {
  for (const isBack of [false, true]) {
    const { made, line, other, cart, relevo } = await lampShop(2, 'shared');
    line.setOnline(false);
    cart.delete('LAMP');
    relevo.capture(lampOrder(2));
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({});
    cart.set('LAMP', 1);
    relevo.capture(lamp);
    await made.clock.pass(2_000);
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    if (isBack) line.setOnline(true);
    const left = await within(made, 10_000, relevo.signOut());
    if (!isBack) expect(left).toEqual({ unsynced: 2, outcome: 'dropped' });
    await made.clock.pass(2_000);
    expect(cartOf(other)).toEqual({ LAMP: isBack ? 1 : 2 });
    await Promise.all([relevo.stop(), other.stop()]);
  }
});

// A thank-you page of an order that the server knows, bound a moment after it has reported it. The shop's `read` is a fetch of
// its own: the order is answered meanwhile.
test.each([0, 1, 5, 10, 20].flatMap((bindMs) => [0, 20, 50, 100, 200, 500].map((readMs) => [bindMs, readMs] as const)))(
  'an order that is reported again leaves both carts as they are: bound after %i ms, read takes %i ms',
  async (bindMs, readMs) => {
    const { made, device, other, cart, join, relevo, everywhere } = await knownOrder();
    await relevo.stop();
    const next = device.open().relevo;
    await made.clock.pass(500);
    next.capture(lampOrder(1));
    await made.clock.pass(bindMs);
    const { write } = join(next, () => true);
    const read = async () => {
      const items = [...cart].map(([sku, quantity]) => ({ sku, quantity }));
      await new Promise<void>((done) => void made.clock.timer(readMs, done));
      return items;
    };
    next.cart.bind({ write, read });
    await made.clock.pass(70_000);
    expect(everywhere(next)).toEqual(Array(3).fill({ LAMP: 1 }));
    await Promise.all([next.stop(), other.stop()]);
  },
);

test('an order is taken also while a shop hangs that was asked to take lines over', async () => {
  const made = world();
  const { device } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(500);
  relevo.cart.bind({ write: () => new Promise<void>(() => {}) });
  await made.clock.pass(500);
  relevo.capture({ type: 'add', items: [{ sku: 'MUG', quantity: 1 }] });
  relevo.capture(lampOrder(1));
  await made.clock.pass(5_000);
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});
