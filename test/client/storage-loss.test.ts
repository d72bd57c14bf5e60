import { expect, test } from 'vitest';
import { copyOf, restoreTo } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

test('a store emptied behind our back: the marker recovers the guest, under a new replica', async () => {
  const made = world();
  const { device, line } = made.device();
  const first = device.open().relevo;
  await made.clock.pass(100);
  first.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.flush());
  const { anonymousId } = first.identity.current;
  const replicaOf = (at: number) => (JSON.parse(line.requests.at(at)?.body ?? '{}') as { r: string }).r;
  const before = replicaOf(-1);
  await first.stop();
  device.wipe();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(next.identity.current.anonymousId).toBe(anonymousId);
  expect(cartOf(next)).toEqual({ A: 2 });
  next.cart.add({ sku: 'A' });
  await within(made, 1_000, next.flush());
  expect(cartOf(next)).toEqual({ A: 3 });
  expect(replicaOf(-1)).not.toBe(before);
  await next.stop();
});

test('store and marker both gone: a new guest, who works', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await made.clock.pass(100);
  first.cart.add({ sku: 'A' });
  await within(made, 1_000, first.flush());
  const { anonymousId } = first.identity.current;
  await first.stop();
  device.wipe();
  device.marker.text = null;
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(next.identity.current.anonymousId).not.toBe(anonymousId);
  expect(cartOf(next)).toEqual({});
  next.cart.add({ sku: 'B' });
  await within(made, 1_000, next.flush());
  await next.stop();
});

test.each(['{', '[]', '7', 'null', '{"epoch":"x"}', '{"epoch":99,"guest":{"id":"","secret":""}}'])(
  'a marker of %s is no marker',
  async (text) => {
    const made = world();
    const { device } = made.device();
    device.marker.text = text;
    const { relevo } = device.open();
    const change = relevo.cart.add({ sku: 'A' });
    await within(made, 1_000, change.synced);
    expect(relevo.identity.current.anonymousId).not.toBe('');
    await relevo.stop();
  },
);

test('an emptied store of a signed-in shared device does not show the customer without a token', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'CANARY' });
  await within(made, 1_000, first.flush());
  await first.stop();
  device.wipe();
  const next = device.open().relevo;
  await made.clock.pass(5_000);
  expect(cartOf(next)).toEqual({});
  await within(made, 3_000, next.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({ CANARY: 1 });
  await next.stop();
});

test('an old backup of the disk: what came after it is fetched, what it still held counts once', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device, line } = made.device({ getToken });
  const first = device.open().relevo;
  await made.clock.pass(1_000);
  first.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.flush());
  line.setOnline(false);
  first.cart.add({ sku: 'A', quantity: 1 });
  await made.clock.pass(100);
  const { rows } = await copyOf(device);
  line.setOnline(true);
  await made.clock.pass(60_000);
  first.cart.add({ sku: 'B', quantity: 4 });
  first.cart.add({ sku: 'A', quantity: 1 });
  await within(made, 1_000, first.flush());
  expect(cartOf(first)).toEqual({ A: 4, B: 4 });
  await first.stop();
  await restoreTo(device, { rows, marker: device.marker.text });
  const next = device.open().relevo;
  await made.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ A: 4, B: 4 });
  next.cart.add({ sku: 'A', quantity: 1 });
  next.cart.setQuantity({ sku: 'B' }, 1);
  await made.clock.pass(5_000);
  expect(cartOf(next)).toEqual({ A: 5, B: 1 });
  expect(next.status.pending).toBe(0);
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ A: 5, B: 1 });
  await Promise.all([next.stop(), other.stop()]);
});

test('a cloned disk in use on two devices: what both hold counts once, what each adds counts', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const one = made.device({ getToken });
  const first = one.device.open();
  await made.clock.pass(1_000);
  first.relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.relevo.flush());
  one.line.setOnline(false);
  first.relevo.cart.add({ sku: 'A', quantity: 1 });
  await made.clock.pass(100);
  const two = made.device({ getToken });
  await restoreTo(two.device, await copyOf(one.device));
  two.line.setOnline(false);
  const second = two.device.open();
  await made.clock.pass(100);
  first.relevo.cart.add({ sku: 'FIRST', quantity: 1 });
  first.relevo.cart.add({ sku: 'A', quantity: 10 });
  second.relevo.cart.add({ sku: 'SECOND', quantity: 1 });
  second.relevo.cart.add({ sku: 'A', quantity: 100 });
  for (const { line } of [one, two]) line.setOnline(true);
  for (const page of [first, second]) page.signal('online');
  await made.clock.pass(70_000);
  const all = { A: 113, FIRST: 1, SECOND: 1 };
  expect([cartOf(first.relevo), cartOf(second.relevo)]).toEqual([all, all]);
  for (const page of [first, second]) page.relevo.cart.add({ sku: 'A', quantity: 1 });
  // Clones share a device id, so a push of one skips the other: the next poll brings it.
  await made.clock.pass(70_000);
  expect([cartOf(first.relevo), cartOf(second.relevo)]).toEqual([
    { ...all, A: 115 },
    { ...all, A: 115 },
  ]);
  expect([first.relevo.status.pending, second.relevo.status.pending]).toEqual([0, 0]);
  await Promise.all([first.relevo.stop(), second.relevo.stop()]);
});
