import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { durableStore } from './late-store.ts';
import { cartOf, world } from './world.ts';

const setup = async (quantity = 1) => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken, device: { kind: 'personal' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(2_000);
  const shop = new Map<string, number>();
  let reads = 0;
  let isBroken = false;
  const bound = {
    read: () => {
      reads++;
      if (isBroken) throw new Error('no');
      return [...shop].map(([sku, quantity]) => ({ sku, quantity }));
    },
    write({ added, changed, removed }: ShopWrite) {
      for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
      for (const { sku } of removed) shop.delete(sku);
    },
  };
  one.relevo.cart.bind(bound);
  other.cart.add({ sku: 'SOFA', quantity });
  await made.clock.pass(3_000);
  expect(Object.fromEntries(shop)).toEqual({ SOFA: quantity });
  const clear = async () => {
    await device.disk.write(async (tx) => tx.deleteAll([]));
    device.marker.text = null;
    shop.clear();
  };
  return {
    made,
    device,
    one,
    other,
    shop,
    bound,
    clear,
    reads: () => reads,
    fail(is: boolean) {
      isBroken = is;
    },
  };
};

test('a line that the customer removes in the shop after it was filled again stays removed', async () => {
  const { made, one, other, shop, clear } = await setup();
  await clear();
  other.cart.add({ sku: 'MUG' });
  await made.clock.pass(20_000);
  expect(Object.fromEntries(shop)).toEqual({ SOFA: 1, MUG: 1 });
  shop.delete('SOFA');
  one.relevo.capture({ type: 'remove', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([{ MUG: 1 }, { MUG: 1 }]);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('nothing is written once a second for ever after the shop was filled again', async () => {
  const { made, device, one, other, clear } = await setup();
  await clear();
  other.cart.add({ sku: 'MUG' });
  await made.clock.pass(20_000);
  let writes = 0;
  const write = device.disk.write.bind(device.disk);
  const store = device.disk as { write: typeof write };
  store.write = ((...args: Parameters<typeof write>) => {
    writes++;
    return write(...args);
  }) as typeof write;
  await made.clock.pass(20_000);
  expect(writes).toBeLessThan(5);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('a shop whose read fails is not asked once a second for ever', async () => {
  const { made, one, other, clear, reads, fail } = await setup();
  await clear();
  fail(true);
  other.cart.add({ sku: 'MUG' });
  await made.clock.pass(5_000);
  const before = reads();
  await made.clock.pass(60_000);
  expect(reads() - before).toBeLessThan(10);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('what was lost keeps its quantity when one more of it is added in the shop', async () => {
  const { made, one, other, shop, clear } = await setup(3);
  await clear();
  shop.set('SOFA', 1);
  one.relevo.capture({ type: 'add', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect(cartOf(other).SOFA).toBeGreaterThanOrEqual(3);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('a page left within a second of noticing: the next page takes out nothing', async () => {
  const { made, device, one, other, shop, bound, clear } = await setup();
  await clear();
  other.cart.add({ sku: 'PEN' });
  await made.clock.pass(300);
  one.kill();
  shop.set('MUG', 1);
  const next = device.open();
  next.relevo.cart.bind(bound);
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([
    { SOFA: 1, PEN: 1, MUG: 1 },
    { SOFA: 1, PEN: 1, MUG: 1 },
  ]);
  await Promise.all([next.relevo.stop(), other.stop()]);
});

test('two tabs: one notices, the other one tells of an add', async () => {
  const { made, device, one, other, shop, bound, clear } = await setup();
  const two = device.open();
  two.relevo.cart.bind(bound);
  await made.clock.pass(3_000);
  await clear();
  other.cart.add({ sku: 'PEN' });
  await made.clock.pass(300);
  shop.set('MUG', 1);
  two.relevo.capture({ type: 'add', items: [{ sku: 'MUG', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([
    { SOFA: 1, PEN: 1, MUG: 1 },
    { SOFA: 1, PEN: 1, MUG: 1 },
  ]);
  await Promise.all([one.relevo.stop(), two.relevo.stop(), other.stop()]);
});

// Noticed by a push that has nothing to give: a preference set on the phone.
test('a line that the customer removes in the shop after it was filled again stays removed', async () => {
  const { made, one, other, shop, clear } = await setup();
  await clear();
  other.preferences.set('a', 1);
  await made.clock.pass(20_000);
  expect(Object.fromEntries(shop)).toEqual({ SOFA: 1 });
  other.cart.add({ sku: 'MUG' });
  await made.clock.pass(20_000);
  expect(Object.fromEntries(shop)).toEqual({ SOFA: 1, MUG: 1 });
  shop.delete('SOFA');
  one.relevo.capture({ type: 'remove', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([{ MUG: 1 }, { MUG: 1 }]);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('nothing is written once a second for ever after the shop was filled again', async () => {
  const { made, device, one, other, shop, clear } = await setup();
  await clear();
  other.preferences.set('a', 1);
  await made.clock.pass(20_000);
  expect(Object.fromEntries(shop)).toEqual({ SOFA: 1 });
  let writes = 0;
  const disk = device.disk;
  const write = disk.write.bind(disk);
  Object.assign(disk, {
    write(...args: Parameters<typeof write>) {
      writes++;
      return write(...args);
    },
  });
  await made.clock.pass(60_000);
  expect(writes).toBeLessThan(10);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('two tabs: one notices, the other one tells of an add', async () => {
  const { made, device, one, other, shop, bound, clear } = await setup();
  const two = device.open();
  two.relevo.cart.bind(bound);
  await made.clock.pass(3_000);
  await clear();
  other.preferences.set('a', 1);
  await made.clock.pass(300);
  shop.set('MUG', 1);
  two.relevo.capture({ type: 'add', items: [{ sku: 'MUG', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([
    { SOFA: 1, MUG: 1 },
    { SOFA: 1, MUG: 1 },
  ]);
  await Promise.all([one.relevo.stop(), two.relevo.stop(), other.stop()]);
});

test('a page left within a full second of the timer of a hidden tab: the next page takes out nothing', async () => {
  const { made, device, one, other, shop, bound, clear } = await setup();
  await clear();
  other.preferences.set('a', 1);
  await made.clock.pass(300);
  one.kill();
  shop.set('MUG', 1);
  const next = device.open();
  next.relevo.cart.bind(bound);
  await made.clock.pass(20_000);
  expect([cartOf(other), Object.fromEntries(shop)]).toEqual([
    { SOFA: 1, MUG: 1 },
    { SOFA: 1, MUG: 1 },
  ]);
  await Promise.all([next.relevo.stop(), other.stop()]);
});

test('a shop without read whose store alone was emptied: who is signed out leaves nothing in it', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(durableStore(device));
  const one = device.open();
  await made.clock.pass(500);
  const signing = one.relevo.signIn(made.token('ana'));
  await made.clock.pass(2_000);
  await signing;
  const shop = new Map<string, number>();
  one.relevo.cart.bind({
    write({ added, changed, removed }: ShopWrite) {
      for (const { sku, quantity } of [...added, ...changed]) shop.set(sku, quantity);
      for (const { sku } of removed) shop.delete(sku);
    },
  });
  one.relevo.cart.add({ sku: 'SOFA' });
  shop.set('SOFA', 1);
  await made.clock.pass(3_000);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  const out = one.relevo.signOut();
  await made.clock.pass(10_000);
  await out;
  expect([cartOf(one.relevo), Object.fromEntries(shop)]).toEqual([{}, {}]);
  await one.relevo.stop();
});
