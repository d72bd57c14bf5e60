import { expect, test } from 'vitest';
import { clearSiteData, copyOf } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

// The customer clears the site's data while its page is open: the store is there and empty.

test.each(['guest', 'customer'] as const)(
  'site data that is cleared under an open page of a %s: the page goes on, and stores what it had anew',
  async (who) => {
    const made = world();
    const { device, line } = made.device(who === 'guest' ? {} : { getToken: () => made.token('ana') });
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'A', quantity: 2 });
    await within(made, 1_000, relevo.flush());
    line.setOnline(false);
    relevo.cart.add({ sku: 'UNSENT' });
    await made.clock.pass(100);
    await clearSiteData(device);
    const change = relevo.cart.add({ sku: 'B' });
    await made.clock.pass(100);
    expect([await standOf(change.saved), cartOf(relevo)]).toEqual(['done', { A: 2, UNSENT: 1, B: 1 }]);
    expect((await copyOf(device)).marker).not.toBe(null);
    const { anonymousId } = relevo.identity.current;
    await relevo.stop();
    const next = device.open().relevo;
    await made.clock.pass(1_000);
    expect([cartOf(next), next.identity.current.anonymousId]).toEqual([{ A: 2, UNSENT: 1, B: 1 }, anonymousId]);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect([cartOf(next), next.status.pending]).toEqual([{ A: 2, UNSENT: 1, B: 1 }, 0]);
    await next.stop();
  },
);

test('site data that is cleared while nothing is written: what the server sends is stored, and the next change is sent', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken });
  const { relevo } = device.open();
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(1_000);
  await within(made, 1_000, relevo.cart.add({ sku: 'A' }).synced);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  other.cart.add({ sku: 'B' });
  await made.clock.pass(5_000);
  expect(cartOf(relevo)).toEqual({ A: 1, B: 1 });
  await within(made, 2_000, relevo.cart.add({ sku: 'C' }).synced);
  expect(cartOf(other)).toEqual({ A: 1, B: 1, C: 1 });
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({ A: 1, B: 1, C: 1 });
  await Promise.all([next.stop(), other.stop()]);
});

test('site data that is cleared under two open tabs: both go on with one cart', async () => {
  const made = world();
  const { device } = made.device();
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(1_000);
  one.cart.add({ sku: 'A' });
  await within(made, 1_000, one.flush());
  await device.disk.write(async (tx) => tx.deleteAll([]));
  one.cart.add({ sku: 'B' });
  two.cart.add({ sku: 'C' });
  await made.clock.pass(5_000);
  expect([cartOf(one), cartOf(two), one.status.pending, two.status.pending]).toEqual([
    { A: 1, B: 1, C: 1 },
    { A: 1, B: 1, C: 1 },
    0,
    0,
  ]);
  await Promise.all([one.stop(), two.stop()]);
});

test('site data that is cleared before a sign-out: it ends signed out', async () => {
  const made = world();
  const { device } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await within(made, 1_000, relevo.cart.add({ sku: 'A' }).synced);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  await within(made, 10_000, relevo.signOut());
  expect([relevo.identity.current.kind, cartOf(relevo)]).toEqual(['guest', {}]);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test("of two tabs over a store that holds the device and not its space neither waits for the other's word for ever", async () => {
  const made = world();
  const { device } = made.device({ getToken: () => made.token('ana') });
  const [first, second] = [device.open(), device.open()];
  await made.clock.pass(1_000);
  await within(made, 1_000, first.relevo.cart.add({ sku: 'A' }).synced);
  await device.disk.write(async (tx) => tx.deleteAll(['space']));
  const change = second.relevo.cart.add({ sku: 'B' });
  await made.clock.pass(70_000);
  expect([await standOf(change.synced), cartOf(first.relevo), cartOf(second.relevo)]).toEqual([
    'done',
    { A: 1, B: 1 },
    { A: 1, B: 1 },
  ]);
  await first.relevo.stop();
  await second.relevo.stop();
});

test.each(['shared', 'personal'] as const)(
  'a quantity set over an add, both sent without an answer: with a sign-out from a cleared %s device it is that quantity',
  async (kind) => {
    const made = world();
    const { device, line } = made.device({ device: { kind } });
    const { relevo } = device.open();
    await within(made, 2_000, relevo.signIn(made.token('ana')));
    relevo.cart.add({ sku: 'A', quantity: 2 });
    await made.clock.pass(1_000);
    line.setOnline(false);
    relevo.cart.add({ sku: 'A', quantity: 1 });
    relevo.cart.setQuantity({ sku: 'A' }, 5);
    await made.clock.pass(100);
    await clearSiteData(device);
    line.setOnline(true);
    await within(made, 9_000, relevo.signOut());
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    expect(cartOf(other)).toEqual({ A: 5 });
    await Promise.all([relevo.stop(), other.stop()]);
  },
);
