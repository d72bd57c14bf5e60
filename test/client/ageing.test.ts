import { describe, expect, test } from 'vitest';
import { cartOf, standOf, within, world } from './world.ts';

const days = (ms: number) => ms / 86_400_000;
const minute = 60_000;
/** A server that keeps things for minutes. */
const limits = {
  replicaIdleDays: days(20 * minute),
  deletedDays: days(20 * minute),
  oldAddDays: days(10 * minute),
};

const start = () => {
  const on = world({ limits });
  const open = async (options = {}) => {
    const { device, line } = on.device({ device: { kind: 'personal' }, ...options });
    const page = device.open();
    await within(on, 3_000, page.relevo.signIn(on.token('ana')));
    return { device, line, page, relevo: page.relevo };
  };
  const online = async ({ line, page }: Awaited<ReturnType<typeof open>>) => {
    line.setOnline(true);
    page.signal('online');
    await on.clock.pass(5_000);
  };
  return { on, open, online };
};

describe('an add that waited for too long', () => {
  const late = async () => {
    const { on, open, online } = start();
    const phone = await open();
    phone.line.setOnline(false);
    const { synced } = phone.relevo.cart.add({ sku: 'SOFA', quantity: 2, title: 'Sofa' });
    await on.clock.pass(11 * minute);
    return { on, open, online, phone, synced };
  };
  // The server had heard of the device at its sign-in; a longer wait is needed before it believes the age.
  test('comes back set aside with its quantity, says so, and can be taken into the cart', async () => {
    const { on, open, online, phone, synced } = await late();
    const errors: unknown[] = [];
    phone.relevo.on('error', (error) => errors.push((error as { code?: string }).code));
    await online(phone);
    expect(await standOf(synced)).toBe('change/expired');
    expect(errors).toContain('change/expired');
    expect([phone.relevo.cart.count, phone.relevo.cart.lines]).toEqual([0, []]);
    expect(phone.relevo.cart.parked).toMatchObject([
      { sku: 'SOFA', quantity: 2, title: 'Sofa', reason: 'change/expired' },
    ]);
    const laptop = await open();
    expect(laptop.relevo.cart.parked).toMatchObject([{ sku: 'SOFA', quantity: 2 }]);
    laptop.relevo.cart.unpark({ sku: 'SOFA' });
    await on.clock.pass(2_000);
    expect([cartOf(phone.relevo), phone.relevo.cart.parked]).toEqual([{ SOFA: 2 }, []]);
  });

  test('and was removed from where it was set aside is in the cart when it is added again', async () => {
    const { on, online, phone } = await late();
    await online(phone);
    phone.relevo.cart.remove({ sku: 'SOFA' });
    await on.clock.pass(2_000);
    phone.relevo.cart.add({ sku: 'SOFA' });
    expect(cartOf(phone.relevo)).toEqual({ SOFA: 1 });
    await on.clock.pass(2_000);
    expect([cartOf(phone.relevo), phone.relevo.cart.parked]).toEqual([{ SOFA: 1 }, []]);
  });
});

describe('an add that waited for too long, on a page with a cart of the shop', () => {
  test('leaves that cart too', async () => {
    const { on, open, online } = start();
    const phone = await open();
    const asked: number[] = [];
    phone.relevo.cart.bind({
      write: ({ changed }) => void asked.push(...changed.map(({ quantity }) => quantity)),
    });
    phone.relevo.cart.add({ sku: 'SOFA' });
    await on.clock.pass(2_000);
    phone.line.setOnline(false);
    await on.clock.pass(minute);
    phone.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await on.clock.pass(12 * minute);
    await online(phone);
    expect([cartOf(phone.relevo), asked]).toEqual([{ SOFA: 1 }, [1]]);
  });
});

describe('what waited for consent', () => {
  test('is newer than what was forgotten while it waited', async () => {
    const { on, open } = start();
    const phone = await open();
    const laptop = await open({ consent: { personalization: 'pending' } });
    phone.relevo.cart.add({ sku: 'SOFA' });
    await on.clock.pass(2_000);
    const { synced } = laptop.relevo.browsing.view({ kind: 'product', id: 'BED', title: 'Bed' });
    phone.relevo.cart.remove({ sku: 'SOFA' });
    await on.clock.pass(50 * minute);
    laptop.relevo.consent.set({ personalization: 'granted' });
    await on.clock.pass(5_000);
    expect([await standOf(synced), phone.relevo.browsing.recent().map(({ id }) => id)]).toEqual(['done', ['BED']]);
  });
});

describe('a device that comes back after the server has retired it', () => {
  test('goes on under another name: what it had to say counts once, also what the answer to was lost', async () => {
    const { on, open, online } = start();
    const phone = await open();
    phone.line.setFaults({ replyLost: 1 });
    phone.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
    await on.clock.pass(5_000);
    phone.line.setFaults({});
    phone.line.setOnline(false);
    await on.clock.pass(25 * minute);
    phone.relevo.cart.add({ sku: 'LAMP' });
    phone.relevo.preferences.set('currency', 'EUR');
    await online(phone);
    expect(phone.relevo.status.pending).toBe(0);
    const laptop = await open();
    expect(cartOf(laptop.relevo)).toEqual({ SOFA: 2, LAMP: 1 });
    expect(laptop.relevo.preferences.get('currency')).toBe('EUR');
  });

  test('begins anew where things were forgotten, keeps what waits, and brings the details of a forgotten line along', async () => {
    const { on, open, online } = start();
    const phone = await open();
    const laptop = await open();
    laptop.relevo.cart.add({ sku: 'SOFA', title: 'Sofa' });
    laptop.relevo.cart.add({ sku: 'BED' });
    laptop.relevo.preferences.set('currency', 'EUR');
    await on.clock.pass(3_000);
    phone.line.setOnline(false);
    laptop.relevo.cart.remove({ sku: 'SOFA' });
    laptop.relevo.preferences.delete('currency');
    await on.clock.pass(50 * minute);
    expect(phone.relevo.cart.find({ sku: 'SOFA' })?.quantity).toBe(1);
    phone.relevo.cart.add({ sku: 'SOFA', title: 'Sofa' });
    await online(phone);
    expect([phone.relevo.status.pending, phone.relevo.preferences.get('currency')]).toEqual([0, undefined]);
    for (const { relevo } of [phone, laptop])
      expect(relevo.cart.find({ sku: 'SOFA' })).toMatchObject({ sku: 'SOFA', quantity: 1, title: 'Sofa' });
    expect(cartOf(phone.relevo)).toEqual({ SOFA: 1, BED: 1 });
  });

  test('has the details of a line that was forgotten, also when its page was left while it came back', async () => {
    const { on, open } = start();
    const phone = await open();
    const laptop = await open();
    laptop.relevo.cart.add({ sku: 'SOFA', title: 'Sofa' });
    await on.clock.pass(3_000);
    phone.line.setOnline(false);
    laptop.relevo.cart.remove({ sku: 'SOFA' });
    await on.clock.pass(50 * minute);
    phone.relevo.cart.add({ sku: 'SOFA', title: 'Sofa' });
    await on.clock.pass(1_000);
    phone.line.setOnline(true);
    phone.page.signal('pagehide');
    phone.page.kill();
    await on.clock.pass(1_000);
    expect(phone.line.requests.at(-1)?.path).toBe('/v1/beacon');
    const { relevo } = phone.device.open();
    await within(on, 3_000, relevo.signIn(on.token('ana')));
    await on.clock.pass(3_000);
    for (const page of [relevo, laptop.relevo])
      expect(page.cart.lines.map(({ sku, title, quantity }) => [sku, title, quantity])).toEqual([['SOFA', 'Sofa', 1]]);
  });
});
