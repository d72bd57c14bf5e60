import { expect, test } from 'vitest';
import { canary, shown, twoDevices } from './devices-world.ts';
import { cartOf, within } from './world.ts';

test('who signs in anew on a device that held something when it was taken back stays, and hears what is not taken', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-HELD` });
  phone.relevo.preferences.set('size', 'M');
  await made.clock.pass(500);
  const left = within(made, 5_000, phone.relevo.signOut());
  await expect(left).resolves.toEqual({ unsynced: 2, outcome: 'held' });
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(10_000);
  const heard: unknown[] = [];
  for (const event of ['signout', 'revoked'] as const)
    phone.relevo.on(event, (detail) => void heard.push([event, detail]));
  phone.relevo.on('error', ({ code, message }) => void heard.push([code, message]));
  phone.line.setOnline(true);
  await within(made, 5_000, phone.relevo.signIn(made.token('ana', 9)));
  await made.clock.pass(5_000);
  expect(shown(phone.relevo)).toContain(`${canary}-LINE`);
  expect(heard).toEqual([
    [
      'auth/revoked',
      'auth/revoked: The customer had taken this device back. Changes from before that, which are not taken: 2.',
    ],
  ]);
  expect(phone.relevo.status).toMatchObject({ pending: 0, connection: 'online' });
  phone.relevo.cart.add({ sku: 'MORE' });
  await within(made, 2_000, phone.relevo.flush());
  await made.clock.pass(1_000);
  for (const { relevo } of [laptop, phone]) {
    expect(cartOf(relevo)).toEqual({ [`${canary}-LINE`]: 1, MORE: 1 });
    expect(relevo.preferences.get('size')).toBeUndefined();
  }
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});
