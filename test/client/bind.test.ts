import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { cartOf, standOf, within, world } from './world.ts';

const twoDevices = async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const [laptop, phone] = [made.device({ getToken }), made.device({ getToken })];
  const [here, there] = [laptop.device.open().relevo, phone.device.open().relevo];
  await made.clock.pass(1_000);
  return { made, clock: made.clock, laptop, phone, here, there, stop: () => Promise.all([here.stop(), there.stop()]) };
};

test("write is told what differs and why, and is not called for this page's own act", async () => {
  const { clock, here, there, stop } = await twoDevices();
  const given: ShopWrite[] = [];
  here.cart.bind({ write: (change) => void given.push(change) });
  await clock.pass(500);
  here.cart.add({ sku: 'OWN', quantity: 2 });
  await clock.pass(2_000);
  expect(given).toEqual([]);
  there.cart.add({ sku: 'NEW', quantity: 3, title: 'New' });
  await clock.pass(1_000);
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({
    cause: 'remote',
    added: [{ sku: 'NEW', quantity: 3, title: 'New' }],
    changed: [],
    removed: [],
  });
  expect(given[0]?.lines.map(({ sku }) => sku)).toEqual(['OWN', 'NEW']);
  there.cart.setQuantity({ sku: 'OWN' }, 5);
  there.cart.remove({ sku: 'NEW' });
  await clock.pass(1_000);
  const rest = given.slice(1);
  expect(rest.flatMap(({ changed }) => changed)).toMatchObject([{ sku: 'OWN', quantity: 5, previousQuantity: 2 }]);
  expect(rest.flatMap(({ removed }) => removed)).toMatchObject([{ sku: 'NEW', previousQuantity: 3 }]);
  await stop();
});

test('causes are restore, merge and signout where they are that', async () => {
  const made = world();
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  other.cart.add({ sku: 'THEIRS' });
  await made.clock.pass(1_000);
  const { relevo } = made.device().device.open();
  const causes: string[] = [];
  relevo.cart.bind({ write: ({ cause }) => void causes.push(cause) });
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'MINE' });
  await made.clock.pass(1_000);
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  await within(made, 4_000, relevo.signOut());
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  expect(causes).toEqual(['merge', 'signout', 'restore']);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a write that throws is told as an error, is tried again with the next change, and loses nothing', async () => {
  const { clock, here, there, stop } = await twoDevices();
  const storage = new Map<string, number>();
  const errors: string[] = [];
  here.on('error', ({ code }) => errors.push(code));
  let isBroken = true;
  here.cart.bind({
    write({ added }) {
      if (isBroken) throw new Error('the shop has changed its code');
      for (const { sku, quantity } of added) storage.set(sku, quantity);
    },
  });
  await clock.pass(100);
  there.cart.add({ sku: 'A', quantity: 2 });
  await clock.pass(1_000);
  expect(errors).toContain('cart/write-failed');
  expect(cartOf(here)).toEqual({ A: 2 });
  isBroken = false;
  there.cart.add({ sku: 'B' });
  await clock.pass(1_000);
  expect(Object.fromEntries(storage)).toEqual({ A: 2, B: 1 });
  expect(cartOf(there)).toEqual({ A: 2, B: 1 });
  await stop();
});

test('a write that rejects later counts as one that throws', async () => {
  const { clock, here, there, stop } = await twoDevices();
  const errors: string[] = [];
  here.on('error', ({ code }) => errors.push(code));
  let calls = 0;
  here.cart.bind({
    write: () => {
      calls++;
      return new Promise((_, reject) => void clock.timer(100, () => reject(new Error('500 from the shop'))));
    },
  });
  await clock.pass(100);
  there.cart.add({ sku: 'A' });
  await clock.pass(1_000);
  expect(errors).toEqual(['cart/write-failed']);
  there.cart.add({ sku: 'B' });
  await clock.pass(1_000);
  expect(calls).toBe(2);
  await stop();
});

test('lines that the shop refuses are parked with its reason on every device, and unpark brings them back', async () => {
  const { clock, here, there, stop } = await twoDevices();
  here.cart.bind({
    write: ({ added }) => ({
      refused: added.filter(({ sku }) => sku === 'SOLD-OUT').map(({ key }) => ({ key, reason: 'sold out' })),
    }),
  });
  await clock.pass(100);
  there.cart.add({ sku: 'GOOD' });
  there.cart.add({ sku: 'SOLD-OUT', quantity: 2 });
  await clock.pass(3_000);
  for (const relevo of [here, there]) {
    expect(cartOf(relevo)).toEqual({ GOOD: 1 });
    expect(relevo.cart.count).toBe(1);
    expect(relevo.cart.parked).toMatchObject([{ sku: 'SOLD-OUT', quantity: 2, reason: 'sold out' }]);
  }
  const change = there.cart.unpark({ sku: 'SOLD-OUT' });
  expect(cartOf(there)).toEqual({ GOOD: 1, 'SOLD-OUT': 2 });
  expect(there.cart.parked).toEqual([]);
  await clock.pass(500);
  expect(await standOf(change.synced)).toBe('done');
  await stop();
});

test('an add of a parked line brings it back with what is added', async () => {
  const { clock, here, there, stop } = await twoDevices();
  here.cart.bind({ write: ({ added }) => ({ refused: added.map(({ key }) => ({ key, reason: 'sold out' })) }) });
  await clock.pass(100);
  there.cart.add({ sku: 'A', quantity: 2 });
  await clock.pass(3_000);
  expect(here.cart.parked).toHaveLength(1);
  here.cart.add({ sku: 'A' });
  expect(cartOf(here)).toEqual({ A: 3 });
  await clock.pass(2_000);
  expect(cartOf(there)).toEqual({ A: 3 });
  await stop();
});

test('view_cart reconciles: only the difference to what both agreed on is an act', async () => {
  const { clock, here, there, stop } = await twoDevices();
  here.cart.bind({ write: () => {} });
  await clock.pass(100);
  there.cart.add({ sku: 'A', quantity: 2 });
  there.cart.add({ sku: 'B', quantity: 1 });
  await clock.pass(2_000);
  const cart = (items: { [sku: string]: number }) =>
    here.capture({ type: 'cart', items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })) });
  for (let again = 0; again < 3; again++) cart({ A: 2, B: 1 });
  await clock.pass(1_000);
  expect(cartOf(here)).toEqual({ A: 2, B: 1 });
  cart({ A: 5, C: 1 });
  await clock.pass(1_000);
  expect(cartOf(here)).toEqual({ A: 5, C: 1 });
  cart({ A: 5, C: 1 });
  await clock.pass(1_000);
  expect(cartOf(there)).toEqual({ A: 5, C: 1 });
  await stop();
});

test("an empty view_cart does not empty the customer's cart: a shop whose storage was cleared looks the same", async () => {
  const { clock, here, there, stop } = await twoDevices();
  here.cart.bind({ write: () => {} });
  await clock.pass(100);
  there.cart.add({ sku: 'A', quantity: 2 });
  await clock.pass(2_000);
  here.capture({ type: 'cart', items: [] });
  await clock.pass(2_000);
  expect(cartOf(there)).toEqual({ A: 2 });
  await stop();
});

test('a purchase subtracts what was bought, by sku, once per transaction on all devices', async () => {
  const { made, clock, here, there, stop } = await twoDevices();
  here.cart.add({ sku: 'A', quantity: 3 });
  here.cart.add({ sku: 'B', quantity: 1 });
  here.cart.add({ sku: 'KEPT', quantity: 1 });
  await within(made, 2_000, here.flush());
  await clock.pass(500);
  const purchase = {
    type: 'purchase',
    orderId: 'T-1',
    items: [
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
      { sku: 'UNKNOWN', quantity: 4 },
    ],
  } as const;
  here.capture(purchase);
  here.capture(purchase);
  await clock.pass(1);
  expect(cartOf(here)).toEqual({ A: 1, KEPT: 1 });
  there.capture(purchase);
  await clock.pass(3_000);
  expect(cartOf(here)).toEqual({ A: 1, KEPT: 1 });
  expect(cartOf(there)).toEqual({ A: 1, KEPT: 1 });
  here.capture(purchase);
  await clock.pass(3_000);
  expect(cartOf(there)).toEqual({ A: 1, KEPT: 1 });
  here.capture({ ...purchase, orderId: 'T-2', items: [{ sku: 'A', quantity: 5 }] });
  await clock.pass(3_000);
  expect(cartOf(there)).toEqual({ KEPT: 1 });
  await stop();
});

test('the thank-you page reloaded, also after a restart of the browser, subtracts nothing more', async () => {
  const made = world();
  const { device } = made.device();
  const purchase = { type: 'purchase', orderId: 'T-1', items: [{ sku: 'A', quantity: 1 }] } as const;
  const first = device.open().relevo;
  first.cart.add({ sku: 'A', quantity: 5 });
  await made.clock.pass(1_000);
  for (let load = 0; load < 4; load++) {
    const relevo = load ? device.open().relevo : first;
    relevo.capture(purchase);
    await made.clock.pass(2_000);
    expect(cartOf(relevo)).toEqual({ A: 4 });
    await relevo.stop();
  }
});

test('adds after the purchase, and adds that it had not seen, stay', async () => {
  const { clock, laptop, here, there, stop } = await twoDevices();
  here.cart.add({ sku: 'A', quantity: 2 });
  await clock.pass(1_000);
  laptop.line.setOnline(false);
  there.cart.add({ sku: 'A', quantity: 1 });
  here.capture({ type: 'purchase', orderId: 'T-1', items: [{ sku: 'A', quantity: 2 }] });
  here.cart.add({ sku: 'A', quantity: 4 });
  await clock.pass(1_000);
  laptop.line.setOnline(true);
  await clock.pass(70_000);
  expect(cartOf(here)).toEqual({ A: 5 });
  expect(cartOf(there)).toEqual({ A: 5 });
  await stop();
});

test('unbound, the shop is not written to any more', async () => {
  const { clock, here, there, stop } = await twoDevices();
  let calls = 0;
  const unbind = here.cart.bind({ write: () => void calls++ });
  await clock.pass(100);
  unbind();
  there.cart.add({ sku: 'A' });
  await clock.pass(2_000);
  expect(calls).toBe(0);
  expect(cartOf(here)).toEqual({ A: 1 });
  await stop();
});

test.each([
  ['another device', true],
  ['this device, before a sign-out', false],
])('the page of an order that %s reported, loaded again, changes neither cart', async (_, isElsewhere) => {
  const made = world();
  const { relevo } = made.device().device.open();
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  const given: ShopWrite[] = [];
  relevo.cart.bind({ write: (change) => void given.push(change) });
  const order = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
  (isElsewhere ? other : relevo).capture(order);
  await made.clock.pass(1_000);
  if (!isElsewhere) {
    await within(made, 4_000, relevo.signOut());
    await within(made, 2_000, relevo.signIn(made.token('ana')));
  }
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  relevo.cart.add({ sku: 'MUG' });
  await made.clock.pass(1_000);
  relevo.capture({ ...order, items: [...order.items, { sku: 'MUG', quantity: 3 }] });
  await made.clock.pass(5_000);
  other.cart.add({ sku: 'RUG' });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ LAMP: 2, MUG: 1, RUG: 1 });
  const asked = given.flatMap(({ added, changed, removed }) => [...added, ...changed, ...removed]);
  expect(asked.map(({ sku }) => sku)).toEqual(['RUG']);
  await Promise.all([relevo.stop(), other.stop()]);
});
