import { expect, test } from 'vitest';
import { createShopDouble } from '../../src/testing/shop-double.ts';
import { createVirtualDisk } from '../../src/testing/virtual-disk.ts';
import { cartOf, within, world } from './world.ts';

type Made = ReturnType<typeof world>;

/** A shop with a cart of its own, bound in each page of the device that is opened. */
const shopOn = (made: Made, device: ReturnType<Made['device']>['device'], kind: 'later' | 'readable' | 'silent') => {
  const { cart, join } = createShopDouble(kind, made.clock);
  const open = () => {
    const { relevo } = device.open();
    relevo.cart.bind(join(relevo, () => true));
    return relevo;
  };
  return { cart, open };
};

test('what a shop put into its cart in a locked tab is taken out again when its customer signs out in another', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  const { cart, open } = shopOn(made, device, 'later');
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

/** A shared device whose store can fail, with a page open, and Ana at another one. */
const sharedBesideAna = async (kind: 'readable' | 'silent') => {
  const made = world();
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  const disk = createVirtualDisk(made);
  const { device } = made.device({ device: { kind: 'shared' } }, (ports, { isAlive, kill }) => ({
    ...ports,
    openStore: () => disk.open({ isAlive, kill }),
  }));
  const { cart, open } = shopOn(made, device, kind);
  const before = open();
  await made.clock.pass(1_000);
  return { made, other, disk, cart, open, before };
};

test('what was bought at a locked page whose store then fails does not come back into the shop with its customer', async () => {
  const { made, other, disk, cart, open, before } = await sharedBesideAna('readable');
  before.cart.add({ sku: 'LAMP', quantity: 2 });
  cart.set('LAMP', 2);
  await within(made, 2_000, before.signIn(made.token('ana')));
  await before.stop();
  const page = open();
  await made.clock.pass(1_000);
  cart.delete('LAMP');
  page.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 2 }] });
  await made.clock.pass(1_000);
  disk.setFaults({ failing: 'UnknownError' });
  page.preferences.set('size', 'M');
  await made.clock.pass(1_000);
  await within(made, 2_000, page.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  const everywhere = () => [cartOf(page), cartOf(other), Object.fromEntries(cart)];
  expect([page.status.degraded, ...everywhere()]).toEqual([expect.any(String), {}, {}, {}]);
  // What is bought again is there once the store is back, which still has that order.
  page.cart.add({ sku: 'LAMP', quantity: 1 });
  cart.set('LAMP', 1);
  disk.setFaults({});
  await made.clock.pass(70_000);
  expect([page.status.degraded, ...everywhere()]).toEqual([undefined, ...Array(3).fill({ LAMP: 1 })]);
  await Promise.all([page.stop(), other.stop()]);
});

test('what was bought at a locked page is not handed to the shop again by another page that has not heard of it yet', async () => {
  const { made, other, cart, open, before } = await sharedBesideAna('silent');
  await within(made, 2_000, before.signIn(made.token('ana')));
  other.cart.add({ sku: 'LAMP', quantity: 3 });
  await made.clock.pass(5_000);
  expect(Object.fromEntries(cart)).toEqual({ LAMP: 3 });
  await before.stop();
  const pages = [open(), open()];
  await made.clock.pass(1_000);
  cart.set('LAMP', 2);
  pages[0]?.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(1_000);
  pages[1]?.identity.set({ k1: 'one' });
  await made.clock.pass(1_000);
  cart.set('LAMP', 3);
  pages[0]?.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
  await Promise.all(pages.map((page) => within(made, 2_000, page.signIn(made.token('ana')))));
  await made.clock.pass(10_000);
  expect([...pages, other].map(cartOf)).toEqual(Array(3).fill({ LAMP: 3 }));
  expect(Object.fromEntries(cart)).toEqual({ LAMP: 3 });
  await Promise.all([...pages, other].map((page) => page.stop()));
});
