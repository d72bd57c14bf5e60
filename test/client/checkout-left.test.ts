import { describe, expect, test } from 'vitest';
import { newsOf, twoDevices } from './checkout-world.ts';
import { slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

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

describe('complete() rejects sync/abandoned', () => {
  test('when somebody signs out before the page has learnt who was here: the order is nobody’s', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    await a.relevo.stop();
    const page = a.device.open({}, {}, a.tab).relevo;
    const done = page.checkout.complete({ orderId: 'N-1', checkoutId: id });
    done.catch(() => {});
    const left = page.signOut();
    await within({ clock }, 5_000, left);
    expect([await standOf(done), cartOf(b.relevo)]).toEqual(['sync/abandoned', { SOFA: 2 }]);
    await page.stop();
    await stop();
  });

  test.each(['stops', 'is somebody else’s by then'])('when a page that waits to learn whose it is %s', async (how) => {
    const made = world();
    const { device } = made.device();
    const first = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, first.signIn(made.token('ana')));
    await first.stop();
    const { relevo } = device.open({ getToken: () => undefined });
    await made.clock.pass(1_000);
    const done = relevo.checkout.complete({ orderId: 'N-1' });
    done.catch(() => {});
    await made.clock.pass(1_000);
    expect(await standOf(done)).toBe('open');
    if (how === 'stops') await within(made, 2_000, relevo.stop());
    else await within(made, 5_000, relevo.signIn(made.token('ben', 3)));
    expect(await standOf(done)).toBe('sync/abandoned');
    await relevo.stop();
  });

  test('when the page stops before the server has answered: what is stored is sent by the next one', async () => {
    const { clock, a, b, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.line.setOnline(false);
    const done = a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id });
    done.catch(() => {});
    await clock.pass(500);
    expect(await standOf(done)).toBe('open');
    await within({ clock }, 2_000, a.relevo.stop());
    expect(await standOf(done)).toBe('sync/abandoned');
    a.line.setOnline(true);
    const page = a.device.open().relevo;
    await clock.pass(5_000);
    expect(cartOf(b.relevo)).toEqual({});
    await page.stop();
    await stop();
  });

  test('when its customer leaves a shared device, and the server cannot be reached', async () => {
    const { clock, a, stop } = await twoDevices();
    const { id } = await within({ clock }, 1_000, a.relevo.checkout.begin());
    a.line.setOnline(false);
    const done = a.relevo.checkout.complete({ orderId: 'N-1', checkoutId: id });
    done.catch(() => {});
    await clock.pass(500);
    const { outcome } = await within({ clock }, 5_000, a.relevo.signOut());
    expect([await standOf(done), outcome]).toEqual(['sync/abandoned', 'dropped']);
    await stop();
  });

  test('when another tab signs out while the store is asked whether the order is known', async () => {
    const { made, clock, a, stop } = await twoDevices();
    const by = slowStore(a.device, made);
    const tab = a.device.open().relevo;
    await clock.pass(1_000);
    by.beginMs = 300;
    const done = tab.checkout.complete({ orderId: 'N-1', lines: [{ sku: 'SOFA', quantity: 1 }] });
    done.catch(() => {});
    await clock.pass(50);
    await within({ clock }, 5_000, a.relevo.signOut());
    expect(await standOf(done)).toBe('sync/abandoned');
    await tab.stop();
    await stop();
  });
});

// Two guards hold it: nothing of theirs is known while they leave, and what is there again is a restore.
test('a leaving that comes to nothing makes no news of a checkout that was there before, and hears what comes after it', async () => {
  const made = world();
  const { clock } = made;
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const { relevo } = device.open();
  const tab = device.open().relevo;
  await clock.pass(1_000);
  relevo.cart.add({ sku: 'SOFA' });
  const { id } = await within(made, 1_000, relevo.checkout.begin());
  await clock.pass(1_000);
  const news = newsOf(relevo);
  const release = line.hold();
  // A token that the server does not take.
  const entering = relevo.signIn('nobody');
  entering.catch(() => {});
  await clock.pass(500);
  const left = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  tab.cart.add({ sku: 'LAMP' });
  await clock.pass(500);
  release();
  await within(made, 10_000, left);
  tab.cart.add({ sku: 'MUG' });
  await clock.pass(10_000);
  expect([cartOf(relevo), news]).toEqual([{ SOFA: 1, LAMP: 1, MUG: 1 }, []]);
  await within(made, 5_000, tab.checkout.abandon(id));
  expect(news).toEqual(['abandoned']);
  await relevo.stop();
  await tab.stop();
});
