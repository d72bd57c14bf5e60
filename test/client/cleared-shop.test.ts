import { expect, test } from 'vitest';
import { createShopDouble } from '../../src/testing/shop-double.ts';
import { clearSiteData, textOf } from './device-disk.ts';
import { durableStore } from './late-store.ts';
import { benComesBeside } from './next-customer.ts';
import { cartOf, within, world } from './world.ts';

/** A page whose shop has what another device of the customer's put into the cart. `clear`: the shop's own cart goes with the site data. */
const filledShop = async (kind: 'readable' | 'silent' = 'readable', quantity = 1) => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken, device: { kind: 'personal' } });
  device.setOpen(durableStore(device));
  const { cart, join } = createShopDouble(kind, made.clock);
  const asked = { times: 0, isBroken: false };
  const open = () => {
    const page = device.open();
    const { read, ...shop } = join(page.relevo, () => true);
    const counted = () => {
      asked.times++;
      if (asked.isBroken) throw new Error('the shop does not answer');
      return read?.() ?? [];
    };
    page.relevo.cart.bind({ ...shop, ...(read ? { read: counted } : {}) });
    return page;
  };
  const one = open();
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(2_000);
  other.cart.add({ sku: 'SOFA', quantity });
  await made.clock.pass(3_000);
  expect(Object.fromEntries(cart)).toEqual({ SOFA: quantity });
  const clear = async () => {
    await clearSiteData(device);
    cart.clear();
  };
  /** The shop's own button. */
  const put = (page: typeof one, sku: string) => {
    cart.set(sku, (cart.get(sku) ?? 0) + 1);
    page.relevo.capture({ type: 'add', items: [{ sku, quantity: 1 }] });
  };
  const both = () => [cartOf(other), Object.fromEntries(cart)];
  return { made, device, one, other, cart, asked, open, clear, put, both };
};

test.each(['readable', 'silent'] as const)(
  'a %s shop whose cart is cleared with the site data gets its lines again',
  async (kind) => {
    const { made, one, other, open, clear, both } = await filledShop(kind);
    await clear();
    other.cart.add({ sku: 'MUG' });
    await made.clock.pass(20_000);
    await one.relevo.stop();
    const next = open();
    await made.clock.pass(5_000);
    expect([cartOf(next.relevo), ...both()]).toEqual(Array(3).fill({ SOFA: 1, MUG: 1 }));
    await Promise.all([next.relevo.stop(), other.stop()]);
  },
);

test('what the shop lost with the site data is not taken out of the customer’s cart when they add something', async () => {
  const { made, one, other, clear, put, both } = await filledShop();
  await clear();
  put(one, 'MUG');
  await made.clock.pass(20_000);
  expect(both()).toEqual([
    { SOFA: 1, MUG: 1 },
    { SOFA: 1, MUG: 1 },
  ]);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('nor does it shrink when they add one more of it', async () => {
  const { made, one, other, clear, put } = await filledShop('readable', 3);
  await clear();
  put(one, 'SOFA');
  await made.clock.pass(20_000);
  expect(cartOf(other)['SOFA']).toBeGreaterThanOrEqual(3);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

/** How a page notices: by a line to hand over, or by a push that has nothing to give. */
const notices = [
  [
    'a line',
    (other: Awaited<ReturnType<typeof filledShop>>['other']) => void other.cart.add({ sku: 'PEN' }),
    { PEN: 1 },
  ],
  ['a preference', (other: Awaited<ReturnType<typeof filledShop>>['other']) => void other.preferences.set('a', 1), {}],
] as const;

test.each(notices)('noticed by %s: the shop is filled again, once, and asked no more', async (_, change, more) => {
  const { made, device, one, other, cart, clear, both } = await filledShop();
  await clear();
  change(other);
  await made.clock.pass(20_000);
  expect(Object.fromEntries(cart)).toEqual({ SOFA: 1, ...more });
  let writes = 0;
  const { disk } = device;
  const write = disk.write.bind(disk);
  Object.assign(disk, {
    write(...args: Parameters<typeof write>) {
      writes++;
      return write(...args);
    },
  });
  await made.clock.pass(60_000);
  expect(writes).toBeLessThan(10);
  cart.delete('SOFA');
  one.relevo.capture({ type: 'remove', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(20_000);
  expect(both()).toEqual([more, more]);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test.each(notices)(
  'noticed by %s, and the page is left within a second: the next one takes nothing out',
  async (_, change, more) => {
    const { made, one, other, cart, open, clear, both } = await filledShop();
    await clear();
    change(other);
    await made.clock.pass(300);
    one.kill();
    cart.set('MUG', 1);
    const next = open();
    await made.clock.pass(20_000);
    const all = { SOFA: 1, MUG: 1, ...more };
    expect(both()).toEqual([all, all]);
    await Promise.all([next.relevo.stop(), other.stop()]);
  },
);

test.each(notices)('noticed by %s in one tab, while another one tells of an add', async (_, change, more) => {
  const { made, one, other, open, clear, put, both } = await filledShop();
  const two = open();
  await made.clock.pass(3_000);
  await clear();
  change(other);
  await made.clock.pass(300);
  put(two, 'MUG');
  await made.clock.pass(20_000);
  const all = { SOFA: 1, MUG: 1, ...more };
  expect(both()).toEqual([all, all]);
  await Promise.all([one.relevo.stop(), two.relevo.stop(), other.stop()]);
});

test('a shop that does not answer is not asked once a second for ever', async () => {
  const { made, one, other, asked, clear } = await filledShop();
  await clear();
  asked.isBroken = true;
  other.cart.add({ sku: 'MUG' });
  await made.clock.pass(5_000);
  const before = asked.times;
  await made.clock.pass(60_000);
  expect(asked.times - before).toBeLessThan(10);
  await Promise.all([one.relevo.stop(), other.stop()]);
});

test('a shop that cannot be read, over a store that alone was emptied, keeps nothing of who signs out', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(durableStore(device));
  const { relevo } = device.open();
  await made.clock.pass(500);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  const shop = createShopDouble('silent', made.clock);
  relevo.cart.bind(shop.join(relevo, () => true));
  relevo.cart.add({ sku: 'SOFA' });
  shop.cart.set('SOFA', 1);
  await made.clock.pass(3_000);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  await within(made, 10_000, relevo.signOut());
  expect([cartOf(relevo), Object.fromEntries(shop.cart)]).toEqual([{}, {}]);
  await relevo.stop();
});

test('a shared device that was cleared under a page has nothing of its customer when another one is here', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  const shop = createShopDouble('readable', made.clock);
  one.relevo.cart.bind(shop.join(one.relevo, () => true));
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  shop.cart.set('SOFA', 5);
  await made.clock.pass(2_000);
  const two = await benComesBeside(made, device, one);
  one.thaw();
  one.signal('visible' as never);
  await made.clock.pass(3_000);
  one.relevo.capture({ type: 'add', items: [{ sku: 'PEN', quantity: 1 }] });
  await made.clock.pass(3_000);
  expect(await textOf(device)).not.toContain('SOFA');
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{}, {}]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});
