import { expect, test } from 'vitest';
import { twoDevices } from './checkout-world.ts';
import { cartOf, standOf, within } from './world.ts';

test('a checkout that began in a tab is nobody’s at the call of signOut()', async () => {
  const { clock, a, b, stop } = await twoDevices();
  await within({ clock }, 1_000, a.relevo.checkout.begin());
  expect(a.tab.text).not.toBeNull();
  const left = a.relevo.signOut();
  expect(a.tab.text).toBeNull();
  // Whoever comes next opens a page of an order: it is not of that.
  const next = a.relevo.checkout.complete({ orderId: 'N-1' });
  next.catch(() => {});
  await within({ clock }, 4_000, left);
  await clock.pass(2_000);
  expect([await standOf(next), cartOf(b.relevo)]).toEqual(['checkout/unknown', { SOFA: 2 }]);
  await stop();
});
