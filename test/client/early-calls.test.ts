import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

test('flush called before it is ready waits for the store and then for the server', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  relevo.cart.add({ sku: 'A' });
  await within(made, 1_000, relevo.flush());
  expect(relevo.status.pending).toBe(0);
  await relevo.stop();
});

test('signing in before it is ready takes what was written before along', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  relevo.cart.add({ sku: 'A' });
  const { receipt } = await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect(receipt?.added).toHaveLength(1);
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test('signing out before it is ready, with nobody signed in, changes nothing', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  relevo.cart.add({ sku: 'A' });
  expect(await within(made, 2_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test('stopping before it is ready keeps what was written', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  first.cart.add({ sku: 'A' });
  await within(made, 100, first.stop());
  const second = device.open().relevo;
  await within(made, 100, second.ready);
  expect(cartOf(second)).toEqual({ A: 1 });
  await second.stop();
});
