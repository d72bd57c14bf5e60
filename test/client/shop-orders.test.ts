import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

test('what a page asked of the shop after its device had slept is an echo when the next page hears of it', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const [here, there] = [made.device({ getToken, device: { kind: 'personal' } }), made.device({ getToken })];
  const page = here.device.open();
  const phone = there.device.open().relevo;
  await made.clock.pass(1_000);
  const asked: string[] = [];
  page.relevo.cart.bind({ write: ({ added }) => void asked.push(...added.map(({ sku }) => sku)) });
  await made.clock.pass(1_000);
  // Its monotonic clock stood still meanwhile.
  here.device.skew.ms = 3_600_000;
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  await made.clock.pass(1_000);
  expect(asked).toEqual(['SOFA']);
  page.kill();
  const next = here.device.open().relevo;
  next.cart.bind({ write() {} });
  await made.clock.pass(200);
  next.capture({ type: 'add', items: [{ sku: 'SOFA', quantity: 2 }] });
  await made.clock.pass(3_000);
  expect(cartOf(next)).toEqual({ SOFA: 2 });
  await Promise.all([next.stop(), phone.stop()]);
});

test('of two orders on their way the one that was known gives back what it took, and the other nothing', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  const given: ShopWrite[] = [];
  relevo.cart.bind({ write: (change) => void given.push(change) });
  const known = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
  other.capture(known);
  await made.clock.pass(1_000);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  relevo.cart.add({ sku: 'MUG' });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.capture(known);
  await made.clock.pass(500);
  relevo.capture({ type: 'purchase', orderId: 'o-2', items: [{ sku: 'MUG', quantity: 1 }] });
  await made.clock.pass(500);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect([cartOf(relevo), given]).toEqual([{ LAMP: 2 }, []]);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a page that reads the shop while an order is on its way takes nothing for added: it may have been known', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device, line } = made.device({ getToken, device: { kind: 'personal' } });
  const { relevo } = device.open();
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(1_000);
  const shop = new Map([['LAMP', 1]]);
  const given: ShopWrite[] = [];
  const bound = {
    read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
    write: (change: ShopWrite) => void given.push(change),
  };
  relevo.cart.bind(bound);
  const order = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
  other.capture(order);
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  line.setOnline(false);
  relevo.capture(order);
  await made.clock.pass(500);
  await relevo.stop();
  const next = device.open().relevo;
  next.cart.bind(bound);
  await made.clock.pass(500);
  expect(cartOf(next)).toEqual({});
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect([cartOf(next), given]).toEqual([{ LAMP: 1 }, []]);
  await Promise.all([next.stop(), other.stop()]);
});

test('what the shop has more than an order on its way may have left there is added', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  const shop = new Map([['LAMP', 1]]);
  const given: ShopWrite[] = [];
  const bound = {
    read: () => [...shop].map(([sku, quantity]) => ({ sku, quantity })),
    write: (change: ShopWrite) => void given.push(change),
  };
  relevo.cart.bind(bound);
  await made.clock.pass(1_000);
  line.setOnline(false);
  shop.delete('LAMP');
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(500);
  await relevo.stop();
  // Another LAMP and a MUG, on pages without Relevo.
  shop.set('LAMP', 1).set('MUG', 2);
  const next = device.open().relevo;
  next.cart.bind(bound);
  await made.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ MUG: 2 });
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect([cartOf(next), given]).toEqual([{ LAMP: 1, MUG: 2 }, []]);
  await next.stop();
});

test('what a shop that can be read reports while an order waits for its answer counts', async () => {
  const made = world();
  const { device, line } = made.device({ getToken: () => made.token('ana') });
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  let lamps = 3;
  const given: ShopWrite[] = [];
  relevo.cart.bind({
    read: () => (lamps ? [{ sku: 'LAMP', quantity: lamps }] : []),
    write: (change) => void given.push(change),
  });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ LAMP: 3 });
  line.setOnline(false);
  lamps -= 2;
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 2 }] });
  await made.clock.pass(500);
  lamps += 1;
  relevo.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(500);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect([cartOf(relevo), given]).toEqual([{ LAMP: 2 }, []]);
  await relevo.stop();
});

test("a guest's order that was known, and goes with the sign-in, changes neither cart", async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const { relevo } = device.open();
  await made.clock.pass(500);
  const order = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] } as const;
  relevo.capture(order);
  await made.clock.pass(2_000);
  // Another browser of the same guest has no note of it.
  await device.disk.write(async (tx) => tx.deleteAll(['order']));
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  const given: ShopWrite[] = [];
  next.cart.bind({ write: (change) => void given.push(change) });
  next.cart.add({ sku: 'LAMP', quantity: 2 });
  await made.clock.pass(2_000);
  line.setOnline(false);
  next.capture(order);
  await made.clock.pass(300);
  line.setOnline(true);
  await within(made, 3_000, next.signIn(made.token('ana')));
  await made.clock.pass(5_000);
  expect([cartOf(next), given]).toEqual([{ LAMP: 2 }, []]);
  await next.stop();
});

test('an order is not in the store of a shared device after its customer signed out', async () => {
  const made = world();
  const { device } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  relevo.cart.bind({ write() {} });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  relevo.capture({ type: 'purchase', orderId: 'ORDER-OF-ANA', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(1_000);
  expect(await textOf(device)).toContain('ORDER-OF-ANA');
  await within(made, 4_000, relevo.signOut());
  await made.clock.pass(1_000);
  expect(await textOf(device)).not.toMatch(/ORDER-OF-ANA|LAMP/);
  await relevo.stop();
});

test('an order that is reported while its page reads the shop for the first time is taken out of the cart once', async () => {
  const made = world();
  const { device } = made.device();
  const { relevo } = device.open();
  let lamps = 3;
  const given: ShopWrite[] = [];
  const shop = {
    read: () => [{ sku: 'LAMP', quantity: lamps }],
    write: (change: ShopWrite) => void given.push(change),
  };
  relevo.cart.bind(shop);
  await made.clock.pass(2_000);
  await relevo.stop();
  const next = device.open().relevo;
  next.cart.bind(shop);
  lamps = 2;
  next.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 1 }] });
  await made.clock.pass(70_000);
  expect([cartOf(next), given]).toEqual([{ LAMP: 2 }, []]);
  await next.stop();
});
