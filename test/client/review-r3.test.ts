import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import { faultyStore } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

const never = () => new Promise<Store>(() => {});

test('6 what a locked page kept is gone when a page in memory signs out', async () => {
  const made = world();
  const { device } = made.device();
  const good = async () => faultyStore(device, { isBroken: false });
  device.setOpen(good);
  const first = device.open().relevo;
  await within(made, 2_000, first.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  await first.stop();
  const locked = device.open();
  await made.clock.pass(100);
  const { saved } = locked.relevo.cart.add({ sku: 'LAMP' });
  await within(made, 100, saved);
  locked.kill();
  device.setOpen(never);
  const memory = device.open();
  await made.clock.pass(3_000);
  await within(made, 5_000, memory.relevo.signOut());
  memory.kill();
  device.setOpen(good);
  const next = device.open({ getToken: () => null }).relevo;
  await made.clock.pass(5_000);
  expect(cartOf(next)).toEqual({});
});

test.each([3, 0])(
  '7 a quantity %i of a new page of a cleared browser does not overwrite the customers',
  async (quantity) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const good = async () => faultyStore(device, { isBroken: false });
    device.setOpen(good);
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

test('8 who signs out over a store that was emptied leaves the next ones changes', async () => {
  const made = world();
  const { device, line } = made.device();
  const good = async () => faultyStore(device, { isBroken: false });
  device.setOpen(good);
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
  await made.clock.pass(10_000);
  await leaving;
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect(cartOf(two.relevo)).toEqual({ LAMP: 1 });
});
