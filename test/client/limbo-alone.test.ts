import { expect, test } from 'vitest';
import { durableStore, opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

// The store is emptied under a locked page (not the marker), which keeps something there, alone; then a page in memory signs out.
test('what a locked page kept alone in an emptied store is not the next guests', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await within(made, 2_000, first.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  await first.stop();
  device.setOpen(durableStore(device));
  const locked = device.open();
  await made.clock.pass(100);
  opensLater(device);
  const memory = device.open().relevo;
  await made.clock.pass(3_000);
  device.setOpen(durableStore(device));
  await device.disk.write(async (tx) => tx.deleteAll([]));
  await within(made, 100, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
  console.log(JSON.stringify(await device.disk.read((tx) => tx.list([]))));
  locked.kill();
  await within(made, 5_000, memory.signOut());
  await memory.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({});
  await next.stop();
});
