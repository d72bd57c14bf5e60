import { describe, expect, test } from 'vitest';
import { createDisk } from '../../src/client/disk.ts';
import type { Clock, Ports, Store, StoreKey } from '../../src/client/ports.ts';
import type { Json } from '../../src/core/json.ts';
import { memoryStore } from '../../src/platform/memory-store.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { copyOf, faultyStore, restoreTo, textOf } from './device-disk.ts';
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

// A phone without a keychain entry: no marker says who was here.
describe('a store that opens late, and no marker', () => {
  const options = { device: { kind: 'personal' } } as const;
  const slow = (made: World, device: VirtualDevice, ms: number) => {
    device.marker.text = null;
    device.setOpen(
      () => new Promise((done) => void made.clock.timer(ms, () => done(faultyStore(device, { isBroken: false })))),
    );
  };

  /** A guest who saved two sofas and could not send them; the app starts again. */
  const guestWithSofas = async (line: { setOnline(isOnline: boolean): void }, device: VirtualDevice, made: World) => {
    const first = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 1_000, first.flush());
    line.setOnline(false);
    await within(made, 100, first.cart.add({ sku: 'SOFA', quantity: 2 }).saved);
    const { anonymousId } = first.identity.current;
    await first.stop();
    line.setOnline(true);
    return anonymousId;
  };

  test('the guest whose cart it holds is still the guest, and what was done meanwhile is theirs, synced or not', async () => {
    const made = world();
    const { device, line } = made.device(options);
    const guest = await guestWithSofas(line, device, made);
    slow(made, device, 5_000);
    const { relevo } = device.open();
    await within(made, 2_100, relevo.ready);
    relevo.cart.add({ sku: 'LAMP', quantity: 3, title: 'Lamp' });
    relevo.preferences.set('currency', 'EUR');
    relevo.cart.add({ sku: 'SOFA' });
    await within(made, 1_000, relevo.flush());
    line.setOnline(false);
    const late = relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(4_000);
    expect(relevo.identity.current.anonymousId).toBe(guest);
    expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 4 });
    expect([relevo.preferences.get('currency'), relevo.cart.find({ sku: 'LAMP' })?.title]).toEqual(['EUR', 'Lamp']);
    expect([await standOf(late.saved), await standOf(late.synced)]).toEqual(['done', 'open']);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(await standOf(late.synced)).toBe('done');
    expect(relevo.status).toMatchObject({ pending: 0, storage: 'indexeddb' });
    await relevo.stop();
    device.setOpen(async () => faultyStore(device, { isBroken: false }));
    const next = device.open().relevo;
    await made.clock.pass(3_000);
    expect(cartOf(next)).toEqual({ SOFA: 3, LAMP: 4 });
    await next.stop();
  });

  test('a customer who signed in meanwhile keeps what the guest had saved', async () => {
    const made = world();
    const { device, line } = made.device({ ...options, getToken: () => made.token('ana') });
    const guest = made.device(options);
    await guestWithSofas(guest.line, guest.device, made);
    await restoreTo(device, await copyOf(guest.device));
    slow(made, device, 5_000);
    const { relevo } = device.open();
    await made.clock.pass(3_000);
    expect(relevo.identity.current.kind).toBe('customer');
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(10_000);
    expect(relevo.identity.current.kind).toBe('customer');
    expect(cartOf(relevo)).toEqual({ SOFA: 2, LAMP: 1 });
    expect(relevo.status.pending).toBe(0);
    line.setOnline(true);
    await relevo.stop();
  });

  test('a customer who signed in by hand meanwhile is signed in still', async () => {
    const made = world();
    const { device, line } = made.device(options);
    await guestWithSofas(line, device, made);
    slow(made, device, 5_000);
    const { relevo } = device.open();
    await made.clock.pass(2_100);
    await within(made, 1_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(10_000);
    expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
    expect(cartOf(relevo)).toEqual({ SOFA: 2 });
    await relevo.stop();
  });

  test.each([
    ['the same customer', 4],
    ['the same customer, many sign-ins later', 9],
  ] as const)('%s: the changes of both are there once', async (_, times) => {
    const made = world();
    const { device, line } = made.device(options);
    const first = device.open().relevo;
    await made.clock.pass(100);
    for (let at = 0; at < times; at += 3) {
      await within(made, 4_000, first.signIn(made.token('ana')));
      await within(made, 4_000, first.signOut());
    }
    await within(made, 4_000, first.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    line.setOnline(false);
    await within(made, 100, first.cart.add({ sku: 'SOFA', quantity: 2 }).saved);
    await first.stop();
    line.setOnline(true);
    slow(made, device, 5_000);
    const { relevo } = device.open();
    await made.clock.pass(2_100);
    await within(made, 1_000, relevo.signIn(made.token('ana')));
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(5_000);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(cartOf(relevo)).toEqual({ SOFA: 2, LAMP: 1 });
    expect(relevo.status.pending).toBe(0);
    await relevo.stop();
  });

  test('a sign-out meanwhile holds, though the store knew a customer', async () => {
    const made = world();
    const { device } = made.device(options);
    const first = device.open().relevo;
    await made.clock.pass(100);
    for (let times = 0; times < 2; times++) {
      await within(made, 4_000, first.signIn(made.token('ana')));
      first.cart.add({ sku: 'CANARY' });
      await within(made, 4_000, first.flush());
      if (!times) await within(made, 4_000, first.signOut());
    }
    await first.stop();
    slow(made, device, 5_000);
    const { relevo } = device.open();
    await made.clock.pass(2_100);
    await within(made, 4_000, relevo.signOut());
    await made.clock.pass(10_000);
    expect([relevo.identity.current.kind, cartOf(relevo)]).toEqual(['guest', {}]);
    expect(await textOf(device)).not.toContain('CANARY');
    await relevo.stop();
  });
});

test.each(['write', 'read'] as const)(
  'a store whose %s never settles gives way to memory, and sign-out works',
  async (act) => {
    const made = world();
    const { device } = made.device();
    let isStuck = false;
    device.setOpen(async () => {
      const store = faultyStore(device, { isBroken: false });
      return { ...store, [act]: (...of: [never]) => (isStuck ? never() : store[act](...of)) };
    });
    const page = device.open();
    const { relevo } = page;
    await made.clock.pass(100);
    await within(made, 2_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    isStuck = true;
    page.signal('visible');
    const change = relevo.cart.add({ sku: 'A' });
    await made.clock.pass(30_000);
    expect(await standOf(change.synced)).toBe('done');
    expect(relevo.status).toMatchObject({ storage: 'memory', degraded: expect.stringContaining('does not answer') });
    const signedOut = relevo.signOut();
    expect((await within(made, 20_000, signedOut)).outcome).toBe('flushed');
    await relevo.stop();
  },
);

test.each([
  ['on time, the wait is over', [1_000, 2_000], 'memory'],
  ['just as it wakes, it waits for the second half', [2_000], 'indexeddb'],
  ['late, since the page was busy, it waits once more', [1_000, 2_100], 'indexeddb'],
  ['late and then on time, the wait is over', [1_000, 2_100, 4_100], 'memory'],
])('of a store that does not open the page hears %s', async (_, moments, kind) => {
  const made = world();
  let nowMs = 0;
  const timers: { atMs: number; callback(): void }[] = [];
  const clock: Clock = {
    ...made.clock.device(),
    monotonic: () => nowMs,
    timer: (ms, callback) => {
      const own = { atMs: nowMs + ms, callback };
      timers.push(own);
      return () => void timers.splice(timers.indexOf(own), timers.includes(own) ? 1 : 0);
    },
  };
  const { device } = made.device();
  let open = (_: Store): void => {};
  const openStore = () => new Promise<Store>((done) => (open = done));
  const disk = createDisk({ clock, openStore, memoryStore } as unknown as Ports, {
    changed: () => {},
    adopt: async () => {},
    refill: async () => {},
    trim: async () => false,
  });
  const opened = disk.open();
  for (const at of moments) {
    nowMs = at;
    for (const { callback } of timers.splice(0)) callback();
  }
  if (kind === 'indexeddb') open(faultyStore(device, { isBroken: false }));
  await opened;
  expect(disk.kind).toBe(kind);
});

test('a write that was given up and then takes effect after all counts once', async () => {
  const made = world();
  const { device } = made.device();
  const held: (() => void)[] = [];
  let isStuck = false;
  device.setOpen(async () => {
    const store = faultyStore(device, { isBroken: false });
    const write: Store['write'] = async (body, options) => {
      if (!isStuck) return store.write(body, options);
      const puts: (readonly [StoreKey, Json])[] = [];
      const put = (key: StoreKey, value: Json) => void puts.push([key, structuredClone(value)]);
      const result = await device.disk.read((tx) => body({ ...tx, put, delete: () => {}, deleteAll: () => {} }));
      await new Promise<void>((done) => held.push(done));
      await store.write(async (tx) => puts.forEach(([key, value]) => void tx.put(key, value)));
      return result;
    };
    return { ...store, write };
  });
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  isStuck = true;
  const change = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(30_000);
  expect([await standOf(change.synced), relevo.status.storage]).toEqual(['done', 'memory']);
  isStuck = false;
  for (const answer of held) answer();
  await made.clock.pass(70_000);
  expect([relevo.status.storage, relevo.status.pending, cartOf(relevo)]).toEqual(['indexeddb', 0, { A: 1 }]);
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ A: 1 });
  await next.stop();
});

describe.each(['personal', 'shared'] as const)('a store of a %s device that opens late, and a marker', (kind) => {
  test.each([true, false])('its customer is still here, with cart and unsent changes (getToken: %s)', async (asks) => {
    const made = world();
    const { device, line } = made.device({ device: { kind }, ...(asks ? { getToken: () => made.token('ana') } : {}) });
    const first = device.open().relevo;
    await made.clock.pass(100);
    if (!asks) await within(made, 2_000, first.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    await within(made, 1_000, first.cart.add({ sku: 'A' }).synced);
    line.setOnline(false);
    await within(made, 100, first.cart.add({ sku: 'U' }).saved);
    await first.stop();
    device.setOpen(
      () => new Promise((done) => void made.clock.timer(5_000, () => done(faultyStore(device, { isBroken: false })))),
    );
    const { relevo } = device.open();
    await made.clock.pass(3_000);
    const early = relevo.cart.add({ sku: 'EARLY' });
    relevo.cart.add({ sku: 'A' });
    await made.clock.pass(10_000);
    expect([relevo.identity.current.kind === 'customer', await standOf(early.saved)]).toEqual([
      kind === 'personal' || asks,
      'done',
    ]);
    if (kind === 'personal') expect(cartOf(relevo)).toEqual({ A: 2, U: 1, EARLY: 1 });
    line.setOnline(true);
    await within(made, 5_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(70_000);
    expect([cartOf(relevo), relevo.status.pending]).toEqual([{ A: 2, U: 1, EARLY: 1 }, 0]);
    await relevo.stop();
  });

  test('a page that is killed before that takes nobody away', async () => {
    const made = world();
    const { device } = made.device({ device: { kind } });
    const first = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, first.signIn(made.token('ana')));
    await within(made, 1_000, first.cart.add({ sku: 'A' }).synced);
    await first.stop();
    device.setOpen(never);
    const killed = device.open();
    await made.clock.pass(3_000);
    killed.kill();
    device.setOpen(async () => faultyStore(device, { isBroken: false }));
    const { relevo } = device.open();
    await made.clock.pass(100);
    await within(made, 5_000, relevo.signIn(made.token('ana')));
    expect(cartOf(relevo)).toEqual({ A: 1 });
    await relevo.stop();
  });
});
