import { expect, test } from 'vitest';
import { durableStore } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

test.each([3, 0])(
  'a quantity %i of a new page of a cleared browser does not overwrite the customers',
  async (quantity) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    device.setOpen(durableStore(device));
    const one = device.open();
    await within(made, 2_000, one.relevo.signIn(made.token('ana')));
    one.relevo.cart.add({ sku: 'LAMP', quantity: 5 });
    await made.clock.pass(2_000);
    one.freeze();
    await device.disk.write(async (tx) => tx.deleteAll([]));
    device.marker.text = null;
    line.setOnline(false);
    const two = device.open();
    await made.clock.pass(500);
    two.relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(100);
    await within(made, 500, two.relevo.cart.setQuantity({ sku: 'LAMP' }, quantity).saved);
    one.thaw();
    one.signal('visible' as never);
    await made.clock.pass(2_000);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(cartOf(one.relevo)['LAMP']).toBeGreaterThanOrEqual(5);
  },
);

test('who signs out in a page under which the browser was cleared leaves the guest of a newer page their changes', async () => {
  const made = world();
  const { device, line } = made.device();
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(2_000);
  one.freeze();
  await device.disk.write(async (tx) => tx.deleteAll([]));
  device.marker.text = null;
  line.setOnline(false);
  const two = device.open();
  await made.clock.pass(500);
  await within(made, 500, two.relevo.cart.add({ sku: 'LAMP' }).saved);
  const leaving = one.relevo.signOut();
  one.thaw();
  await within(made, 10_000, leaving);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ LAMP: 1 }, { LAMP: 1 }]);
  expect(JSON.parse(device.marker.text ?? '').guest.id).toBe(two.relevo.identity.current.anonymousId);
  line.setOnline(true);
  await made.clock.pass(70_000);
  for (const { relevo } of [one, two]) expect([cartOf(relevo), relevo.status.pending]).toEqual([{ LAMP: 1 }, 0]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});
