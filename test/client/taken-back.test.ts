import { expect, test } from 'vitest';
import { faultyStore } from './device-disk.ts';
import { opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

test.each(['removal', 'order'])(
  'a %s made in memory takes only what its page had seen, though another tab has stored more',
  async (what) => {
    const made = world();
    const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    laptop.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const two = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, two.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    const faults = { isBroken: false };
    device.setOpen(async () => faultyStore(device, faults));
    const one = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, one.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    faults.isBroken = true;
    one.preferences.set('x', 1);
    await made.clock.pass(55_000);
    laptop.cart.add({ sku: 'SOFA', quantity: 2 });
    await made.clock.pass(1_500);
    expect([cartOf(one), cartOf(two), one.status.storage]).toEqual([{ SOFA: 1 }, { SOFA: 3 }, 'memory']);
    // The other tab is the one that sends, and its request is slow.
    const release = line.hold();
    two.preferences.set('y', 1);
    faults.isBroken = false;
    await made.clock.pass(200);
    if (what === 'removal') one.cart.remove({ sku: 'SOFA' });
    else one.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 1 }] });
    for (let n = 0; n < 200 && one.status.storage === 'memory'; n++) await made.clock.pass(100);
    expect(one.status.storage).toBe('indexeddb');
    release();
    await made.clock.pass(70_000);
    expect([cartOf(one), cartOf(two), cartOf(laptop)]).toEqual([{ SOFA: 2 }, { SOFA: 2 }, { SOFA: 2 }]);
    await Promise.all([one.stop(), two.stop(), laptop.stop()]);
  },
);

test.each(['itself', 'another one'])(
  'a page that signs out sends what waits, though %s takes the store back',
  async (who) => {
    const made = world();
    const { device, line } = made.device();
    const first = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, first.signIn(made.token('ana')));
    line.setOnline(false);
    // More than one request takes.
    for (let n = 0; n < 120; n++) first.preferences.set(`n${n}`, n);
    await made.clock.pass(100);
    if (who === 'itself') await first.stop();
    const open = opensLater(device);
    const late = device.open().relevo;
    await made.clock.pass(2_100);
    line.setOnline(true);
    if (who === 'itself') await within(made, 2_000, late.signIn(made.token('ana')));
    const leaving = (who === 'itself' ? late : first).signOut();
    // It is the store that says so when another page hears of it.
    if (who === 'another one') await made.clock.pass(20);
    open();
    expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
    const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    expect(laptop.preferences.get('n119')).toBe(119);
    await Promise.all([first.stop(), late.stop(), laptop.stop()]);
  },
);

test('what stands in a store that is taken back is sent at once, by a hidden page too', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const first = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, first.relevo.signIn(made.token('ana')));
  line.setOnline(false);
  first.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(100);
  first.kill();
  line.setOnline(true);
  const open = opensLater(device);
  const page = device.open({ getToken: () => made.token('ana') });
  page.setVisible(false);
  await made.clock.pass(20_000);
  expect([page.relevo.status.storage, cartOf(page.relevo)]).toEqual(['memory', {}]);
  open();
  await made.clock.pass(2_000);
  expect([page.relevo.status.pending, cartOf(page.relevo)]).toEqual([0, { SOFA: 1 }]);
  const phone = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(phone)).toEqual({ SOFA: 1 });
  await Promise.all([page.relevo.stop(), phone.stop()]);
});

test('a hidden page without a store looks for it every minute, and asks the server nothing meanwhile', async () => {
  const made = world();
  const { device, line } = made.device();
  let asked = 0;
  device.setOpen(async () => {
    asked++;
    throw new Error('denied');
  });
  const page = device.open();
  page.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(5_000);
  page.setVisible(false);
  await made.clock.pass(120_000);
  const [opened, sent] = [asked, line.requests.length];
  await made.clock.pass(600_000);
  expect([asked - opened, line.requests.length - sent]).toEqual([10, 0]);
  await page.relevo.stop();
});
