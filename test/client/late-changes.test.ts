import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import type { Store } from '../../src/client/ports.ts';
import { durableStore, guestOffline, opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

/** A store that never opens for the pages opened from now on. */
const never = () => new Promise<Store>(() => {});

/** A guest saved a lamp offline; a page over a store that does not open signed them in as ana. */
const signedInFromMemory = async () => {
  const made = world();
  const act = ({ cart }: Relevo) => cart.add({ sku: 'LAMP' }).saved;
  const { device } = await guestOffline(made, { act });
  device.setOpen(never);
  const second = device.open();
  await made.clock.pass(3_000);
  expect(second.relevo.status.storage).toBe('memory');
  await within(made, 5_000, second.relevo.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  second.kill();
  device.setOpen(durableStore(device));
  return { made, device };
};

test.each(['null', 'bob'])('what a guest who is ana had goes not to who comes next: %s', async (next) => {
  const { made, device } = await signedInFromMemory();
  const { relevo } = device.open({ getToken: () => (next === 'null' ? null : made.token(next)) });
  await made.clock.pass(10_000);
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test('what ana has is not shown on a page that waits for her token', async () => {
  const { made, device } = await signedInFromMemory();
  const page = device.open();
  await made.clock.pass(5_000);
  expect(cartOf(page.relevo)).toEqual({});
  await page.relevo.stop();
});

/** A guest does something offline that is kept, and becomes ana over a store that is away; it opens later. */
const guestThat = async (act: (relevo: Relevo) => Promise<unknown>, { home = 0, late = false } = {}) => {
  const made = world();
  const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  if (home) laptop.cart.add({ sku: 'LAMP', quantity: home });
  await made.clock.pass(1_000);
  const { device } = await guestOffline(made, { act, of: { device: { kind: 'personal' } } });
  const open = opensLater(device);
  const second = device.open({ getToken: () => made.token('ana') });
  await made.clock.pass(8_000);
  expect(second.relevo.status.storage).toBe('memory');
  expect(second.relevo.identity.current.kind).toBe('customer');
  let last = second.relevo;
  if (late) open();
  else {
    second.kill();
    device.setOpen(durableStore(device));
    last = device.open({ getToken: () => made.token('ana') }).relevo;
  }
  await made.clock.pass(80_000);
  expect([last.status.storage, last.status.pending]).toEqual(['indexeddb', 0]);
  const result = [cartOf(last), cartOf(laptop)];
  await last.stop();
  await laptop.stop();
  return result;
};

test.each([
  { quantity: 3, home: 0, late: false, due: 3 },
  { quantity: 0, home: 0, late: false, due: 0 },
  { quantity: 3, home: 5, late: false, due: 8 },
  { quantity: 0, home: 5, late: false, due: 5 },
  { quantity: 3, home: 0, late: true, due: 3 },
  { quantity: 0, home: 0, late: true, due: 0 },
  { quantity: 3, home: 5, late: true, due: 8 },
  { quantity: 0, home: 5, late: true, due: 5 },
])('a quantity $quantity of the guest, with $home at home, keeps its distance; late: $late', async (one) => {
  const { quantity, home, late, due } = one;
  const sets = async ({ cart }: Relevo) => {
    await cart.add({ sku: 'LAMP' }).saved;
    await cart.setQuantity({ sku: 'LAMP' }, quantity).saved;
    expect(cartOf({ cart } as Relevo)['LAMP'] ?? 0).toBe(quantity);
  };
  const carts = await guestThat(sets, { home, late });
  expect(carts.map((cart) => cart['LAMP'] ?? 0)).toEqual([due, due]);
});

test.each([true, false])('an order of the guest takes what it bought out of the cart; late: %s', async (late) => {
  const buys = async (relevo: Relevo) =>
    relevo.capture({ type: 'purchase', orderId: 'o1', items: [{ sku: 'SOFA', quantity: 1 }] });
  expect(await guestThat(buys, { home: 2, late })).toEqual([{ LAMP: 2 }, { LAMP: 2 }]);
});
