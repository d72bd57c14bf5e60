import { expect, test } from 'vitest';
import type { SyncRequest } from '../../src/protocol/messages.ts';
import { cartOf, within, world } from './world.ts';

test('what one of two pages without a store did as their guest goes on when the other, which knows of nothing, signs in', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(() => Promise.reject(new Error('no store')));
  const one = device.open().relevo;
  await made.clock.pass(3_000);
  const two = device.open().relevo;
  await made.clock.pass(500);
  const { synced } = two.cart.add({ sku: 'SOFA' });
  await within(made, 2_000, synced);
  await within(made, 2_000, one.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  expect(cartOf(one)).toEqual({ SOFA: 1 });
  await Promise.all([one.stop(), two.stop()]);
});

test('pages that can store nothing at all do not claim a new guest each', async () => {
  const requests: SyncRequest[] = [];
  const made = world({ received: (body: string) => void requests.push(JSON.parse(body) as SyncRequest) });
  const { device } = made.device({ getToken: () => made.token('ana') });
  device.setOpen(() => Promise.reject(new Error('denied')));
  Object.defineProperty(device.marker, 'text', { get: () => null, set() {} });
  for (let at = 0; at < 3; at++) {
    const { relevo } = device.open();
    await made.clock.pass(5_000);
    expect(relevo.identity.current.kind).toBe('customer');
    await within(made, 3_000, relevo.stop());
  }
  const guests = requests.flatMap(({ claim }) => (claim ? [claim.guest] : []));
  expect(guests).toEqual([]);
});
