import { expect, test } from 'vitest';
import { durableStore, opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

// The marker alone is lost; a page that reaches neither store nor marker makes a device of its own and signs out. The locked
// page over the store hears of it by `read(mine)`, whose epoch is the sum of both, and whose `from` is not.
test.each([true, false])(
  'what a locked page kept is gone when a tab that knows nobody signs out, and the locked page hears of it (killed then: %s)',
  async (isKilled) => {
    const made = world();
    const { device } = made.device();
    const first = device.open().relevo;
    await within(made, 2_000, first.signIn(made.token('ana')));
    await made.clock.pass(500);
    await within(made, 5_000, first.signOut());
    await within(made, 2_000, first.signIn(made.token('ana', 2)));
    first.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    await first.stop();
    device.setOpen(durableStore(device));
    const locked = device.open();
    await made.clock.pass(100);
    await within(made, 100, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
    device.marker.text = null;
    opensLater(device);
    const memory = device.open().relevo;
    await made.clock.pass(3_000);
    await within(made, 5_000, memory.signOut());
    await made.clock.pass(2_000);
    const rows = JSON.stringify(await device.disk.read((tx) => tx.list([])));
    console.log(device.marker.text, rows);
    if (isKilled) locked.kill();
    device.setOpen(durableStore(device));
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    expect([cartOf(next), rows.includes('LAMP')]).toEqual([{}, false]);
  },
);
