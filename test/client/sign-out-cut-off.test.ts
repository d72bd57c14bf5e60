import { describe, expect, test } from 'vitest';
import type { DeviceOptions } from '../../src/client/api.ts';
import { canary, isClean, twoDevices } from './devices-world.ts';
import { cartOf, standOf, within } from './world.ts';

/** The phone holds something unsent; its customer signs out over a connection on which nothing comes or goes any more. */
const hanging = async (device: DeviceOptions, isTakenBack = false) => {
  const two = await twoDevices({ device });
  const { made, laptop, phone } = two;
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(500);
  if (isTakenBack) await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  phone.line.setOnline(true);
  phone.line.setClogged(true);
  const left = phone.relevo.signOut();
  await made.clock.pass(1_500);
  return { ...two, left };
};

describe.each<[string, DeviceOptions]>([
  ['shared', { kind: 'shared' }],
  ['personal', { kind: 'personal' }],
  ['personal, with the lines of a cart that stay,', { kind: 'personal', keep: 'cart-lines' }],
])('a sign-out on a %s device that hangs on a dead connection', (_, device) => {
  test('brings what was not sent when the line is back in time', async () => {
    const { made, laptop, phone, left } = await hanging(device);
    phone.page.signal('online');
    phone.line.setClogged(false);
    expect(await within(made, 1_000, left)).toEqual({ unsynced: 0, outcome: 'flushed' });
    await made.clock.pass(1_000);
    expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1, [`${canary}-UNSENT`]: 1 });
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });

  test('hears that the device was taken back when the line is back in time', async () => {
    const { made, laptop, phone, heard, left } = await hanging(device, true);
    phone.page.signal('online');
    phone.line.setClogged(false);
    expect(await within(made, 1_000, left)).toEqual({ unsynced: 1, outcome: 'dropped' });
    await isClean(phone);
    expect(heard).toEqual([
      ['signout', { unsynced: 1 }],
      ['revoked', { unsynced: 1 }],
    ]);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });

  test('takes three seconds when it is not', async () => {
    const { made, laptop, phone, left } = await hanging(device);
    for (let n = 0; n < 10; n++) {
      phone.page.signal('online');
      await made.clock.pass(100);
    }
    expect(await standOf(left)).toBe('open');
    const isHeld = device.kind === 'personal';
    expect(await within(made, 600, left)).toEqual({ unsynced: 1, outcome: isHeld ? 'held' : 'dropped' });
    phone.line.setClogged(false);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });
});
