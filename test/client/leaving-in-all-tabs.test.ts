import { expect, test } from 'vitest';
import { textOf } from './device-disk.ts';
import { slowStore } from './slow-store.ts';
import { within, world } from './world.ts';

test.each([0, 1, 2, 5, 20])(
  'a shop that signs out in all tabs leaves nothing on a shared device, one of which is still loading (%i ms apart)',
  async (apartMs) => {
    const made = world();
    const { device } = made.device({ device: { kind: 'shared' } });
    const first = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, first.signIn(made.token('ana')));
    first.cart.add({ sku: 'SECRET' });
    await within(made, 1_000, first.flush());
    slowStore(device, made).readMs = 50;
    const second = device.open().relevo;
    const left = second.signOut();
    await made.clock.pass(apartMs);
    await within(made, 5_000, Promise.all([left, first.signOut()]));
    await made.clock.pass(5_000);
    expect(await textOf(device)).not.toMatch(/SECRET|ana|closing/);
    await Promise.all([first.stop(), second.stop()]);
  },
);
