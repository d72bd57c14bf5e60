import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { idbStore } from '../../src/platform/browser/idb-store.ts';
import { runHistory } from '../../src/testing/history.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { cartOf, settle, standOf, within, world } from './world.ts';

let made = 0;

/** A world whose devices have IndexedDB: a transaction there ends at the first foreign await, as in a browser. */
const worldOverIndexedDb = (seed = 1): World => {
  // Each request of the database takes a turn of the event loop; time waits for whole transactions.
  const patient = async () => {
    for (let turn = 0; turn < 60; turn++) await settle();
  };
  const plain = world({ seed, settle: patient });
  return {
    ...plain,
    device(options) {
      const own = plain.device(options);
      const name = `relevo:1:engine-${made++}`;
      own.device.setOpen(() => idbStore({ name }));
      return own;
    },
  };
};

test('a cart, views and preferences come back after a reload, and reach the other device', async () => {
  const world = worldOverIndexedDb();
  const options = { getToken: () => world.token('ana'), consent: { personalization: 'granted' } } as const;
  const [laptop, phone] = [world.device(options).device, world.device(options).device];
  const first = laptop.open().relevo;
  await world.clock.pass(1_000);
  expect(first.status.storage).toBe('indexeddb');
  const change = first.cart.add({ sku: 'A', quantity: 2, title: 'A product', properties: { colour: 'oak' } });
  first.preferences.set('currency', 'EUR');
  first.browsing.view({ kind: 'product', id: 'A' });
  await within(world, 1_000, Promise.all([change.saved, change.synced]));
  const { lines } = first.cart;
  await within(world, 500, first.stop());
  const again = laptop.open().relevo;
  const other = phone.open().relevo;
  await world.clock.pass(2_000);
  for (const relevo of [again, other]) {
    expect(relevo.cart.lines).toEqual(lines);
    expect(relevo.preferences.get('currency')).toBe('EUR');
    expect(relevo.browsing.recent().map(({ id }) => id)).toEqual(['A']);
  }
  await within(world, 500, Promise.all([again.stop(), other.stop()]));
});

test('offline changes are saved, survive the page, and are synced once by the next', async () => {
  const world = worldOverIndexedDb();
  const { device, line } = world.device();
  line.setOnline(false);
  const first = device.open().relevo;
  const changes = [
    first.cart.add({ sku: 'A' }),
    first.cart.add({ sku: 'A', quantity: 2 }),
    first.preferences.set('size', 'M'),
  ];
  await world.clock.pass(500);
  expect(await Promise.all(changes.map(({ saved }) => standOf(saved)))).toEqual(['done', 'done', 'done']);
  await within(world, 500, first.stop());
  line.setOnline(true);
  const next = device.open().relevo;
  await world.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ A: 3 });
  expect(next.status.pending).toBe(0);
  await within(world, 500, next.stop());
});

test('signing in merges, signing out leaves nothing in the database', async () => {
  const world = worldOverIndexedDb();
  const { device } = world.device();
  const { relevo } = device.open();
  await world.clock.pass(200);
  relevo.cart.add({ sku: 'CANARY' });
  const { receipt } = await within(world, 2_000, relevo.signIn(world.token('ana')));
  expect(receipt?.added).toHaveLength(1);
  relevo.cart.add({ sku: 'CANARY-2' });
  expect(await within(world, 4_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
  await within(world, 500, relevo.stop());
  const store = await idbStore({ name: `relevo:1:engine-${made - 1}` });
  const rows = await store.read((tx) => tx.list([]));
  store.close();
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain('CANARY');
});

test.each([undefined, null, true, {}, ''])(
  'an order id that is no key of a database, %j, is refused and costs no store',
  async (orderId) => {
    const world = worldOverIndexedDb();
    const { relevo } = world.device().device.open();
    const told: string[] = [];
    relevo.on('error', ({ code }) => void told.push(code));
    relevo.cart.add({ sku: 'SOFA' });
    await world.clock.pass(1_000);
    relevo.capture({ type: 'purchase', orderId: orderId as never, items: [{ sku: 'SOFA', quantity: 1 }] });
    await world.clock.pass(2_000);
    expect([told, relevo.status.storage, cartOf(relevo)]).toEqual([['change/bad-key'], 'indexeddb', { SOFA: 1 }]);
    await within(world, 500, relevo.stop());
  },
);

test('twenty histories of two devices over IndexedDB end equal', { timeout: 60_000 }, async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { faults, trace } = await runHistory(worldOverIndexedDb(seed), { seed, steps: 25 });
    expect(faults, trace.join('\n')).toEqual([]);
  }
});
