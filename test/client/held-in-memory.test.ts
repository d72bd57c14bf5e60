import { expect, test } from 'vitest';
import { faultyStore } from './device-disk.ts';
import { durableStore, opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

const inMemory = ['a store that opens late', 'a store that is new and opens late', 'a store that failed'] as const;

/** A page of a personal device goes on in memory, and has a sofa of ana's at the server; `heal` gives it its store. */
const anaInMemory = async (kind: (typeof inMemory)[number]) => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const fault = { isBroken: false };
  let heal = () => {
    fault.isBroken = false;
  };
  device.setOpen(async () => faultyStore(device, fault));
  if (kind === 'a store that is new and opens late') heal = opensLater(device);
  let { relevo } = device.open();
  await made.clock.pass(3_000);
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  if (kind === 'a store that opens late') {
    await relevo.stop();
    heal = opensLater(device);
    relevo = device.open().relevo;
    await made.clock.pass(3_000);
    await within(made, 3_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(1_000);
  }
  if (kind === 'a store that failed') {
    fault.isBroken = true;
    relevo.preferences.set('size', 'M');
    await made.clock.pass(3_000);
  }
  expect([relevo.status.storage, cartOf(relevo)]).toEqual(['memory', { SOFA: 1 }]);
  return { made, device, line, relevo, heal };
};

/** What they do without a network waits for them when they leave. */
const leavesOffline = async ({ made, line, relevo }: Awaited<ReturnType<typeof anaInMemory>>) => {
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.setQuantity({ sku: 'SOFA' }, 5);
  await made.clock.pass(100);
  expect(await within(made, 5_000, relevo.signOut())).toEqual({ unsynced: 3, outcome: 'held' });
};

test.each(inMemory)(
  'what a page in memory holds of who left waits for them in its store, and for nobody else: %s',
  async (kind) => {
    const ana = await anaInMemory(kind);
    const { made, device, line, relevo, heal } = ana;
    await leavesOffline(ana);
    heal();
    await made.clock.pass(70_000);
    expect([relevo.status.storage, cartOf(relevo)]).toEqual(['indexeddb', {}]);
    await relevo.stop();
    line.setOnline(true);
    device.setOpen(durableStore(device));
    const next = device.open().relevo;
    await made.clock.pass(1_000);
    await within(made, 3_000, next.signIn(made.token('ben')));
    await made.clock.pass(2_000);
    expect(cartOf(next)).toEqual({});
    await within(made, 5_000, next.signOut());
    await within(made, 3_000, next.signIn(made.token('ana')));
    await made.clock.pass(5_000);
    expect([cartOf(next), next.status.pending]).toEqual([{ SOFA: 5, LAMP: 1 }, 0]);
    await next.stop();
  },
);

test.each([
  ['nobody', {}],
  ['ben', {}],
  ['ana', { SOFA: 5, LAMP: 1, DESK: 1 }],
])(
  'it does beside what another tab over the store held of them, where that has signed in %s since',
  async (who, shown) => {
    const ana = await anaInMemory('a store that opens late');
    const { made, device, line, relevo, heal } = ana;
    device.setOpen(durableStore(device));
    line.setOnline(false);
    const other = device.open().relevo;
    await made.clock.pass(100);
    other.cart.add({ sku: 'DESK' });
    await made.clock.pass(100);
    await leavesOffline(ana);
    line.setOnline(true);
    await made.clock.pass(1_000);
    if (who !== 'nobody') await within(made, 3_000, other.signIn(made.token(who)));
    heal();
    await made.clock.pass(5_000);
    expect([relevo.status.storage, cartOf(relevo), cartOf(other)]).toEqual(['indexeddb', shown, shown]);
    await relevo.stop();
    if (who === 'ben') await within(made, 5_000, other.signOut());
    await within(made, 3_000, other.signIn(made.token('ana')));
    await made.clock.pass(5_000);
    expect([cartOf(other), other.status.pending]).toEqual([{ SOFA: 5, LAMP: 1, DESK: 1 }, 0]);
    await other.stop();
  },
);
