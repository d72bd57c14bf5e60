import { expect, test } from 'vitest';
import { durableStore, opensLater } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { cartOf, within, world } from './world.ts';

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

/** A locked page kept a lamp and a report in the store; the tab opened last does not reach it. */
const keptBesideMemory = async (getToken: () => null | undefined = () => undefined) => {
  const { made, device } = await lockedDevice();
  device.setOpen(durableStore(device));
  const locked = device.open();
  await made.clock.pass(100);
  locked.relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  await within(made, 100, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
  const open = opensLater(device);
  const memory = device.open({ getToken }).relevo;
  await made.clock.pass(3_000);
  device.setOpen(durableStore(device));
  return { made, device, locked, memory, open };
};

test.each(['a guest', 'ben', 'ana'])(
  'what a locked page kept in the store is gone when a tab in memory signs out, and %s is next',
  async (who) => {
    const { made, device, locked, memory } = await keptBesideMemory();
    locked.kill();
    await within(made, 5_000, memory.signOut());
    if (who !== 'a guest') await within(made, 2_000, memory.signIn(made.token(who)));
    await memory.stop();
    const next = device.open().relevo;
    await made.clock.pass(1_000);
    if (who !== 'a guest') await within(made, 2_000, next.signIn(made.token(who)));
    expect(cartOf(next)).toEqual(who === 'ana' ? { SOFA: 1 } : {});
    await next.stop();
  },
);

test('what a locked page kept in the store is gone when a tab in memory signs out, and takes the store back', async () => {
  const { made, device, locked, memory, open } = await keptBesideMemory();
  locked.kill();
  await within(made, 5_000, memory.signOut());
  open();
  await made.clock.pass(5_000);
  expect(memory.status.degraded).toBe(undefined);
  expect(JSON.stringify(await device.disk.read((tx) => tx.list([])))).not.toMatch(/LAMP|RUG|SOFA/);
  await memory.stop();
});

test('what a locked page kept in the store is gone when a tab that knows nobody signs out, and takes the store back', async () => {
  const { made, device } = await lockedDevice();
  device.setOpen(durableStore(device));
  const locked = device.open();
  await made.clock.pass(100);
  await within(made, 100, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
  locked.kill();
  device.marker.text = null;
  const open = opensLater(device);
  const { relevo } = device.open();
  await made.clock.pass(3_000);
  await within(made, 5_000, relevo.signOut());
  open();
  await made.clock.pass(5_000);
  expect(JSON.stringify(await device.disk.read((tx) => tx.list([])))).not.toMatch(/LAMP|SOFA/);
  await relevo.stop();
});

test('a locked page whose customer a tab in memory signs out shows the next guest nothing of what it had kept', async () => {
  const { made, device, locked, memory } = await keptBesideMemory();
  await within(made, 5_000, memory.signOut());
  await made.clock.pass(1_000);
  expect([cartOf(locked.relevo), cartOf(memory)]).toEqual([{}, {}]);
  expect(JSON.stringify(await device.disk.read((tx) => tx.list([])))).not.toMatch(/LAMP|RUG|SOFA/);
  await Promise.all([locked.relevo.stop(), memory.stop()]);
});

test('what a locked page kept in the store goes to the next guest when the shop says signed out to a tab in memory', async () => {
  const { made, device, locked, memory } = await keptBesideMemory(() => null);
  locked.kill();
  expect(memory.identity.current.kind).toBe('guest');
  await memory.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({ LAMP: 1, RUG: 1 });
  await next.stop();
});

test('what a locked page kept alone in an emptied store is not the next guest’s', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await within(made, 2_000, first.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  await first.stop();
  device.setOpen(durableStore(device));
  const locked = device.open();
  await made.clock.pass(100);
  opensLater(device);
  const memory = device.open().relevo;
  await made.clock.pass(3_000);
  device.setOpen(durableStore(device));
  await device.disk.write(async (tx) => tx.deleteAll([]));
  await within(made, 100, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
  locked.kill();
  await within(made, 5_000, memory.signOut());
  await memory.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({});
  await next.stop();
});

// The marker alone is lost: a page that reaches neither store nor marker makes a device of its own.
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
    if (isKilled) locked.kill();
    device.setOpen(durableStore(device));
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    expect([cartOf(next), rows.includes('LAMP')]).toEqual([{}, false]);
  },
);

test('a change of somebody who is known is not looked for among what is nobody’s', async () => {
  const made = world();
  const { device } = made.device();
  const asked: unknown[] = [];
  device.setOpen(async () => ({
    ...device.disk,
    write: (body, options) =>
      device.disk.write((tx) => {
        const get: typeof tx.get = (key) => {
          asked.push(key[0]);
          return tx.get(key);
        };
        return body({ ...tx, get });
      }, options),
  }));
  const { relevo } = device.open();
  await made.clock.pass(500);
  asked.length = 0;
  await within(made, 100, relevo.cart.add({ sku: 'SOFA' }).saved);
  expect(asked).toContain('device');
  expect(asked).not.toContain('limbo');
  await relevo.stop();
});
