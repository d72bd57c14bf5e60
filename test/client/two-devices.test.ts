import { expect, test } from 'vitest';
import { cartOf, world } from './world.ts';

test('a guest cart follows the customer to a second device, live', async () => {
  const { clock, device, token } = world();
  const laptop = device().device.open().relevo;
  const phone = device({ channel: 'ios' }).device.open().relevo;
  await clock.pass(100);
  const change = laptop.cart.add({ sku: 'SOFA-3', quantity: 2, title: 'Sofa', properties: { colour: 'oak' } });
  expect(cartOf(laptop)).toEqual({ 'SOFA-3': 2 });
  await clock.pass(500);
  await change.saved;
  await change.synced;

  const signingIn = laptop.signIn(token('ana'));
  await clock.pass(1_000);
  expect((await signingIn).receipt?.added).toHaveLength(1);
  expect(laptop.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(laptop)).toEqual({ 'SOFA-3': 2 });

  const signingInToo = phone.signIn(token('ana'));
  await clock.pass(1_000);
  expect((await signingInToo).receipt).toBeNull();
  expect(cartOf(phone)).toEqual({ 'SOFA-3': 2 });
  expect(phone.cart.lines[0]).toMatchObject({ title: 'Sofa', properties: { colour: 'oak' }, channel: 'web' });

  phone.cart.add({ sku: 'LAMP', quantity: 1 });
  await clock.pass(300);
  expect(cartOf(laptop)).toEqual({ 'SOFA-3': 2, LAMP: 1 });
  laptop.cart.remove({ sku: 'LAMP' });
  await clock.pass(300);
  expect(cartOf(phone)).toEqual({ 'SOFA-3': 2 });
  expect(phone.status).toMatchObject({ connection: 'online', pending: 0 });
  await Promise.all([laptop.stop(), phone.stop()]);
  expect(clock.pendingTimers).toBe(0);
});
