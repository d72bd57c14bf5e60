import { expect, test } from 'vitest';
import { faultyStore } from './device-disk.ts';
import { durableStore } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** Beside a locked page that kept a lamp another one goes on in memory as it places that with ana. */
const placedInMemory = async ({ isOnline = true } = {}) => {
  const { made, device, line } = await lockedDevice();
  device.setOpen(durableStore(device));
  const locked = device.open();
  await made.clock.pass(100);
  const lamp = locked.relevo.cart.add({ sku: 'LAMP' });
  await within(made, 100, lamp.saved);
  const fault = { isBroken: false };
  let isFailing = false;
  device.setOpen(async () => {
    const store = faultyStore(device, fault);
    return {
      ...store,
      write(body, options) {
        fault.isBroken ||= isFailing;
        return store.write(body, options);
      },
    };
  });
  const memory = device.open();
  await made.clock.pass(100);
  isFailing = true;
  line.setOnline(isOnline);
  memory.relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(1_000);
  expect([cartOf(memory.relevo), memory.relevo.status.pending]).toEqual([{ SOFA: 1, LAMP: 1 }, isOnline ? 0 : 1]);
  expect(memory.relevo.status.degraded).toContain('the disk is gone');
  device.setOpen(durableStore(device));
  return { made, device, line, locked, memory, lamp };
};

/** What somebody has elsewhere. */
const elsewhere = async (made: ReturnType<typeof world>, who: string) => {
  const { relevo } = made.device({ getToken: () => made.token(who, 2) }).device.open();
  await made.clock.pass(2_000);
  return cartOf(relevo);
};

test.each(['memory', 'locked'] as const)(
  'what a page in memory has placed with ana is not ben’s, whom the %s page signs in after her',
  async (which) => {
    const { made, lamp, ...pages } = await placedInMemory();
    await within(made, 5_000, pages[which].relevo.signIn(made.token('ben')));
    await made.clock.pass(5_000);
    expect([await elsewhere(made, 'ana'), await elsewhere(made, 'ben')]).toEqual([{ SOFA: 1, LAMP: 1 }, {}]);
    expect(await standOf(lamp.synced)).toBe('sync/abandoned');
    expect(JSON.stringify(await pages.device.disk.read((tx) => tx.list([])))).not.toContain('LAMP');
  },
);

test('what a locked page did beside what is ana’s by now is ben’s, who signs in there', async () => {
  const { made, locked } = await placedInMemory();
  locked.relevo.cart.add({ sku: 'RUG' });
  await within(made, 5_000, locked.relevo.signIn(made.token('ben')));
  expect([await elsewhere(made, 'ana'), await elsewhere(made, 'ben')]).toEqual([{ SOFA: 1, LAMP: 1 }, { RUG: 1 }]);
});

test('the marker of a shared device does not name ana once she has left, nor what was placed once the store is back', async () => {
  const { made, device, memory, locked } = await placedInMemory();
  const { customer, placed } = JSON.parse(device.marker.text ?? '{}');
  expect(placed).toHaveLength(1);
  await within(made, 8_000, memory.relevo.signOut());
  expect(device.marker.text).not.toContain(customer.space);
  memory.kill();
  locked.kill();
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  expect([relevo.status.storage, JSON.parse(device.marker.text ?? '{}').placed]).toEqual(['indexeddb', []]);
});

test('a page that never had a store notes nothing of what it has placed', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' }, getToken: () => made.token('ana') });
  device.setOpen(() => Promise.reject(new Error('no store')));
  const { relevo } = device.open();
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(3_000);
  expect([cartOf(relevo), JSON.parse(device.marker.text ?? '{}').placed]).toEqual([{ LAMP: 1 }, []]);
});

test.each([[{}], [[null, 7]]])('a marker that was damaged there stops nothing: %j', async (placed) => {
  const { made, device } = await lockedDevice();
  device.marker.text = JSON.stringify({ ...JSON.parse(device.marker.text ?? '{}'), placed });
  const { relevo } = device.open();
  await made.clock.pass(100);
  const { saved, synced } = relevo.cart.add({ sku: 'LAMP' });
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  expect([await standOf(saved), await standOf(synced), await elsewhere(made, 'ana')]).toEqual([
    'done',
    'done',
    { SOFA: 1, LAMP: 1 },
  ]);
});

test('what a page in memory has placed with ana, and could not send before it was killed, is hers when she is back', async () => {
  const { made, device, line, locked, memory } = await placedInMemory({ isOnline: false });
  memory.kill();
  locked.kill();
  line.setOnline(true);
  const { relevo } = device.open();
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ SOFA: 1, LAMP: 1 }, 0]);
});
