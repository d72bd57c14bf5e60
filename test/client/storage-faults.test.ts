import { expect, test } from 'vitest';
import { faultyStore, textOf } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

const never = () => new Promise<never>(() => {});

test.each([
  ['rejects', () => Promise.reject(new DOMException('denied by the browser', 'SecurityError')), 'SecurityError'],
  ['never settles', never, 'does not open'],
])(
  'a store whose open %s: everything works from memory, status says why, and sync goes on',
  async (_, open, reason) => {
    const made = world();
    const { device } = made.device({ getToken: () => made.token('ana') });
    device.setOpen(open);
    const page = device.open();
    const heard: string[] = [];
    page.relevo.on('degraded', (detail) => heard.push(detail.reason));
    const early = page.relevo.cart.add({ sku: 'A', quantity: 2 });
    await within(made, 2_100, page.relevo.ready);
    expect(page.relevo.status).toMatchObject({ storage: 'memory', degraded: expect.stringContaining(reason) });
    expect(heard.join()).toContain(reason);
    await within(made, 3_000, early.synced);
    expect(await standOf(early.saved)).toBe('done');
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    expect(cartOf(other)).toEqual({ A: 2 });
    other.cart.add({ sku: 'B' });
    await made.clock.pass(1_000);
    expect(cartOf(page.relevo)).toEqual({ A: 2, B: 1 });
    await Promise.all([page.relevo.stop(), other.stop()]);
  },
);

test('a store that opens after 5 s takes over what memory holds: nothing lost, nothing doubled, and saved resolves then', async () => {
  const made = world();
  const { device, line } = made.device();
  const first = device.open().relevo;
  first.cart.add({ sku: 'OLD', quantity: 2 });
  await within(made, 1_000, first.flush());
  line.setOnline(false);
  first.cart.add({ sku: 'OLD' });
  await made.clock.pass(100);
  await first.stop();

  device.setOpen(
    () => new Promise((done) => void made.clock.timer(5_000, () => done(faultyStore(device, { isBroken: false })))),
  );
  const page = device.open();
  await within(made, 2_100, page.relevo.ready);
  const change = page.relevo.cart.add({ sku: 'NEW', quantity: 3 });
  await made.clock.pass(1_000);
  expect(await standOf(change.saved)).toBe('open');
  await made.clock.pass(3_000);
  expect(page.relevo.status.storage).toBe('indexeddb');
  expect(page.relevo.status).not.toHaveProperty('degraded');
  expect(await standOf(change.saved)).toBe('done');
  expect(await textOf(device)).toContain('NEW');
  line.setOnline(true);
  page.signal('online');
  await made.clock.pass(5_000);
  expect(cartOf(page.relevo)).toEqual({ OLD: 3, NEW: 3 });
  await page.relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(6_000);
  expect(cartOf(next)).toEqual({ OLD: 3, NEW: 3 });
  expect(next.status.pending).toBe(0);
  await next.stop();
});

test('a store that opens late while changes were synced from memory: each counts once', async () => {
  const made = world();
  const { device } = made.device();
  device.setOpen(
    () => new Promise((done) => void made.clock.timer(5_000, () => done(faultyStore(device, { isBroken: false })))),
  );
  const { relevo } = device.open();
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(4_000);
  expect(relevo.status.pending).toBe(0);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(5_000);
  expect(cartOf(relevo)).toEqual({ A: 3 });
  relevo.cart.add({ sku: 'A' });
  await within(made, 2_000, relevo.flush());
  expect(cartOf(relevo)).toEqual({ A: 4 });
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(8_000);
  expect(cartOf(next)).toEqual({ A: 4 });
  await next.stop();
});

test('a store that fails while in use: memory takes over with everything known, sync goes on, and it comes back', async () => {
  const made = world();
  const { device } = made.device();
  const fault = { isBroken: false };
  device.setOpen(async () => {
    if (fault.isBroken) throw new DOMException('still gone', 'UnknownError');
    return faultyStore(device, fault);
  });
  const { relevo } = device.open();
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  fault.isBroken = true;
  const change = relevo.cart.add({ sku: 'B' });
  expect(cartOf(relevo)).toEqual({ A: 2, B: 1 });
  await within(made, 2_000, change.synced);
  expect(relevo.status).toMatchObject({ storage: 'memory', degraded: expect.stringContaining('UnknownError') });
  expect(cartOf(relevo)).toEqual({ A: 2, B: 1 });
  fault.isBroken = false;
  const later = relevo.cart.add({ sku: 'C' });
  await made.clock.pass(70_000);
  expect(relevo.status.storage).toBe('indexeddb');
  expect([await standOf(later.saved), await standOf(later.synced)]).toEqual(['done', 'done']);
  await relevo.stop();
  const next = device.open().relevo;
  await within(made, 200, next.ready);
  expect(cartOf(next)).toEqual({ A: 2, B: 1, C: 1 });
  await next.stop();
});

test('a sign-out from memory, before the store opens: what the disk holds of the customer is gone when it does', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  first.cart.add({ sku: 'CANARY' });
  await within(made, 2_000, first.flush());
  await first.stop();
  expect(await textOf(device)).toContain('CANARY');
  device.setOpen(
    () => new Promise((done) => void made.clock.timer(20_000, () => done(faultyStore(device, { isBroken: false })))),
  );
  const { relevo } = device.open();
  await made.clock.pass(3_000);
  await within(made, 5_000, relevo.signOut());
  await made.clock.pass(30_000);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(cartOf(relevo)).toEqual({});
  expect(await textOf(device)).not.toContain('CANARY');
  await relevo.stop();
});
