import { expect, test } from 'vitest';
import { inTurnStore, signedIn } from './slow-store.ts';
import { cartOf } from './world.ts';

test.each([0, 50, 100])(
  'what a tab adds %i ms after one that has no store signed out counts once, over a slow store',
  async (addedMs) => {
    const { made, device, relevo: before } = await signedIn('personal');
    await before.stop();
    const by = inTurnStore(device, made);
    const { relevo } = device.open();
    await made.clock.pass(2_000);
    device.setOpen(async () => {
      throw new Error('denied');
    });
    const apart = device.open().relevo;
    await made.clock.pass(2_000);
    by.ms = 120;
    const leaving = apart.signOut();
    await made.clock.pass(addedMs);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'RUG' });
    await made.clock.pass(1_000);
    by.ms = 0;
    await made.clock.pass(20_000);
    await leaving;
    expect(cartOf(relevo)).toEqual({ LAMP: 1, RUG: 1 });
    for (const page of [apart, relevo]) await page.stop();
  },
);
