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

test('an order that is told as its customer signs out is refused, or the second one, as it would be otherwise', async () => {
  const { clock, a, b, stop } = await twoDevices();
  const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
  await within({ clock }, 1_000, b.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }));
  const unknown = a.relevo.checkout.complete({ orderId: 'N-2', checkoutId: 'ck_unknown' });
  const second = a.relevo.checkout.complete({ orderId: 'N-3', checkoutId: id });
  for (const told of [unknown, second]) told.catch(() => {});
  const { unsynced, outcome } = await within({ clock }, 4_000, a.relevo.signOut());
  expect([unsynced, outcome]).toEqual([0, 'flushed']);
  expect(await standOf(unknown)).toBe('checkout/unknown');
  expect(await second).toEqual({ duplicateOf: 'N-1' });
  await stop();
});
