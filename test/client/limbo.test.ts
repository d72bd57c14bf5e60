import { expect, test } from 'vitest';
import { cartOf, world } from './world.ts';

/** A shared device on which ana signed in with a sofa, and whose pages do not know her token yet. */
const lockedDevice = async () => {
  const made = world();
  const { device, line } = made.device();
  const first = device.open().relevo;
  const signingIn = first.signIn(made.token('ana'));
  await made.clock.pass(1_000);
  await signingIn;
  first.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await first.stop();
  return { made, device, line };
};

test('what is added before the customer is known survives the page and joins their cart once, from whichever tab', async () => {
  const { made, device } = await lockedDevice();
  const page = device.open();
  await made.clock.pass(100);
  const { saved } = page.relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  page.relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  await made.clock.pass(100);
  await saved;
  page.kill();

  const tabs = [device.open().relevo, device.open().relevo];
  await made.clock.pass(100);
  expect(tabs.map(cartOf)).toEqual([{ LAMP: 2 }, { LAMP: 2 }]);
  const done = Promise.all(tabs.map((relevo) => relevo.signIn(made.token('ana'))));
  await made.clock.pass(3_000);
  await done;
  expect(tabs.map(cartOf)).toEqual([
    { SOFA: 1, LAMP: 2, RUG: 1 },
    { SOFA: 1, LAMP: 2, RUG: 1 },
  ]);
  for (const relevo of tabs) expect(relevo.status.pending).toBe(0);
  for (const relevo of tabs) await relevo.stop();
});

test('what is added before the customer is known goes to the next guest when the shop says signed out', async () => {
  const { made, device } = await lockedDevice();
  const { relevo } = device.open({ getToken: () => null });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(5_000);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  expect(relevo.status.pending).toBe(0);
  await relevo.stop();
});

test('what is added before the customer is known is gone when the page signs out', async () => {
  const { made, device } = await lockedDevice();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'LAMP' });
  relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  await made.clock.pass(100);
  const leaving = relevo.signOut();
  await made.clock.pass(5_000);
  await leaving;
  expect(cartOf(relevo)).toEqual({});
  const left = JSON.stringify(await device.disk.read((tx) => tx.list([])));
  expect(left).not.toMatch(/LAMP|RUG|SOFA/);
  await relevo.stop();
});

test('a removal that the shop reports before the customer is known meets their line', async () => {
  const { made, device } = await lockedDevice();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.capture({ type: 'remove', items: [{ sku: 'SOFA', quantity: 1 }] });
  const signingIn = relevo.signIn(made.token('ana'));
  await made.clock.pass(2_000);
  await signingIn;
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test.each([true, false])(
  "what the shop reported before somebody signed out is taken out of its own cart and is not the next one's (read: %s)",
  async (canRead) => {
    const { made, device } = await lockedDevice();
    const { relevo } = device.open();
    const shop = new Map([['LAMP', 2]]);
    const read = () => [...shop].map(([sku, quantity]) => ({ sku, quantity }));
    await made.clock.pass(100);
    relevo.cart.bind({
      ...(canRead ? { read } : {}),
      write({ removed }) {
        for (const { sku } of removed) shop.delete(sku);
      },
    });
    relevo.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 2 }] });
    relevo.capture({ type: 'view', items: [{ id: 'LAMP' }] });
    await made.clock.pass(100);
    const leaving = relevo.signOut();
    await made.clock.pass(5_000);
    await leaving;
    expect([[...shop], cartOf(relevo)]).toEqual([[], {}]);
    await relevo.stop();
  },
);

test('a whole cart reported before somebody signed out is what the shop is asked to empty', async () => {
  const { made, device } = await lockedDevice();
  const { relevo } = device.open();
  const removed: unknown[] = [];
  relevo.cart.bind({ write: (change) => void removed.push(...change.removed) });
  await made.clock.pass(100);
  relevo.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
  relevo.capture({ type: 'cart', items: [{ sku: 'RUG', quantity: 3 }] });
  relevo.capture({ type: 'remove', items: [{ sku: 'RUG', quantity: 1 }] });
  await made.clock.pass(100);
  const leaving = relevo.signOut();
  await made.clock.pass(5_000);
  await leaving;
  expect(removed).toMatchObject([{ sku: 'RUG', previousQuantity: 2 }]);
  await relevo.stop();
});
