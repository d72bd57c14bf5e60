import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import { textOf } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** The device's disk with room for so many characters; a write that only deletes is always taken. */
const smallStore = (device: VirtualDevice, room: { left: number }): Store => ({
  kind: 'indexeddb',
  durable: true,
  read: (body) => device.disk.read(body),
  write: (body, options) =>
    device.disk.write(async (tx) => {
      const before = JSON.stringify(await tx.list([])).length;
      const result = await body(tx);
      const after = JSON.stringify(await tx.list([])).length;
      if (after > before && after > room.left) throw new DOMException('the disk is full', 'QuotaExceededError');
      return result;
    }, options),
  writeNow: (puts) => device.disk.writeNow(puts),
  close: () => {},
});

const consent = { personalization: 'granted' } as const;
const text = 'x'.repeat(300);

/** A customer with 40 views on a device whose disk has no room for more. */
const fullDevice = async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device, line } = made.device({ consent, getToken });
  const room = { left: Number.POSITIVE_INFINITY };
  device.setOpen(async () => smallStore(device, room));
  const page = device.open();
  await made.clock.pass(1_000);
  for (let at = 0; at < 40; at++) {
    page.relevo.browsing.view({ kind: 'product', id: `P${at}`, title: `${at} ${text}` });
    await made.clock.pass(10);
  }
  await made.clock.pass(5_000);
  page.relevo.cart.add({ sku: 'OLD', quantity: 2 });
  await within(made, 2_000, page.relevo.flush());
  room.left = (await textOf(device)).length - 200;
  return { made, device, line, page, room, relevo: page.relevo, getToken };
};

/** Recently viewed, by id. */
const viewsOf = (relevo: Awaited<ReturnType<typeof fullDevice>>['relevo']) =>
  relevo.browsing
    .recent({ kind: 'product', limit: 100 })
    .map(({ id }) => id)
    .sort();

test('a full disk takes room from the oldest half of the recently viewed: the change is saved there and nothing else goes', async () => {
  const { made, device, line, relevo, getToken } = await fullDevice();
  line.setOnline(false);
  const change = relevo.cart.add({ sku: 'NEW', title: text });
  await made.clock.pass(100);
  expect(await standOf(change.saved)).toBe('done');
  expect(relevo.status).toMatchObject({ storage: 'indexeddb' });
  expect(relevo.status).not.toHaveProperty('degraded');
  const views = Array.from({ length: 20 }, (_, at) => `P${20 + at}`);
  expect(viewsOf(relevo)).toEqual(views);
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect([cartOf(next), viewsOf(next)]).toEqual([{ OLD: 2, NEW: 1 }, views]);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect(next.status.pending).toBe(0);
  // The server kept what this device had no room for.
  const other = made.device({ consent, getToken }).device.open().relevo;
  await made.clock.pass(2_000);
  expect([viewsOf(other).length, cartOf(other)]).toEqual([40, { OLD: 2, NEW: 1 }]);
  await Promise.all([next.stop(), other.stop()]);
});

test('a disk that is full without any history: memory takes over with the whole outbox, sync goes on, and all is stored when there is room', async () => {
  const { made, device, line, relevo, room } = await fullDevice();
  room.left = 0;
  line.setOnline(false);
  const changes = ['A', 'B', 'C'].map((sku) => relevo.cart.add({ sku, title: text }));
  await made.clock.pass(30_000);
  expect(relevo.status).toMatchObject({ storage: 'memory', degraded: expect.stringContaining('QuotaExceededError') });
  expect(await Promise.all(changes.map(({ saved }) => standOf(saved)))).toEqual(['open', 'open', 'open']);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect([relevo.status.pending, cartOf(relevo)]).toEqual([0, { OLD: 2, A: 1, B: 1, C: 1 }]);
  room.left = Number.POSITIVE_INFINITY;
  await made.clock.pass(70_000);
  expect(relevo.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
  expect(relevo.status).not.toHaveProperty('degraded');
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({ OLD: 2, A: 1, B: 1, C: 1 });
  await next.stop();
});

test('what memory holds is trimmed until a small disk takes it: a page does not stay in memory for the sake of its history', async () => {
  const { made, relevo, room } = await fullDevice();
  const enough = room.left;
  room.left = 0;
  relevo.cart.add({ sku: 'A', title: text });
  await made.clock.pass(10_000);
  expect(relevo.status.storage).toBe('memory');
  room.left = Math.round(enough / 3);
  await made.clock.pass(10 * 60_000);
  expect(relevo.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
  expect(cartOf(relevo)).toEqual({ OLD: 2, A: 1 });
  expect(viewsOf(relevo).length).toBeGreaterThan(4);
  await relevo.stop();
});

test('a store that never opens is asked for once a minute, and the page hears of it once', async () => {
  const made = world();
  const { device } = made.device();
  let opens = 0;
  device.setOpen(async () => {
    opens++;
    throw new DOMException('Internal error opening backing store', 'UnknownError');
  });
  const { relevo } = device.open();
  const heard: string[] = [];
  relevo.on('degraded', ({ reason }) => heard.push(reason));
  await made.clock.pass(10 * 60_000 + 1_000);
  expect([heard.length, opens]).toEqual([1, 11]);
  await within(made, 1_000, relevo.cart.add({ sku: 'A' }).synced);
  await relevo.stop();
});
