import { expect, test } from 'vitest';
import { restorable } from './restorable.ts';
import { within } from './world.ts';

test('more of a line that is held over a sign-out names its article to a server that was put back to before the line', async () => {
  const { clock, device, token, backup, restore } = restorable();
  const { device: phone, line } = device({ device: { kind: 'personal' } });
  const { relevo } = phone.open();
  await clock.pass(100);
  await within({ clock }, 1_000, relevo.signIn(token('ana')));
  const copy = backup();
  const properties = { colour: 'blue' };
  relevo.cart.add({ sku: 'SOFA', quantity: 3, properties });
  await clock.pass(1_000);
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA', properties });
  expect(await within({ clock }, 4_000, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'held' });
  await restore(copy);
  line.setOnline(true);
  await clock.pass(1_000);
  await within({ clock }, 4_000, relevo.signIn(token('ana')));
  await clock.pass(5_000);
  expect(relevo.cart.lines).toMatchObject([{ sku: 'SOFA', properties }]);
  await relevo.stop();
});
