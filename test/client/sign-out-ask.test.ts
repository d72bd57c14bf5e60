import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import { type Device, outKey } from '../../src/client/records.ts';
import type { Json } from '../../src/core/json.ts';
import type { RelevoError } from '../../src/core/relevo-error.ts';
import { copyOf } from './device-disk.ts';
import { hangsOnDemand } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { entry } from './out-entries.ts';
import { signedIn as slowlySignedIn, slowStore } from './slow-store.ts';
import { cartOf, within, world } from './world.ts';

const signedIn = async (kind: 'shared' | 'personal' = 'shared') => {
  const made = world();
  const own = made.device({ device: { kind } });
  const store = hangsOnDemand(own.device);
  const { relevo } = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  return { made, ...own, store, relevo };
};

const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    ({ code, unsynced }: RelevoError) => [code, unsynced],
  );

test.each(['shared', 'personal'] as const)(
  'on a %s device one who asks hears how much is not sent, and nothing has changed',
  async (kind) => {
    const { made, device, line, relevo } = await signedIn(kind);
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    relevo.preferences.set('currency', 'EUR');
    await made.clock.pass(1_000);
    const before = [await copyOf(device), cartOf(relevo), relevo.identity.current];
    expect(await within(made, 5_000, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 2]);
    expect([await copyOf(device), cartOf(relevo), relevo.identity.current]).toEqual(before);
    line.setOnline(true);
    await made.clock.pass(60_000);
    expect(relevo.status).toMatchObject({ pending: 0, connection: 'online' });
    expect(await within(made, 4_000, relevo.signOut({ unsynced: 'ask' }))).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect(relevo.identity.current.kind).toBe('guest');
    await relevo.stop();
  },
);

test('one who was asked may still flush or drop', async () => {
  const { made, line, relevo } = await signedIn();
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await within(made, 5_000, refusalOf(relevo.signOut({ unsynced: 'ask' })));
  expect(await within(made, 4_000, relevo.signOut({ unsynced: 'drop' }))).toEqual({ unsynced: 1, outcome: 'dropped' });
  await relevo.stop();
});

test('what is on its way when it is asked gets its time', async () => {
  const { made, line, relevo } = await signedIn();
  const release = line.hold();
  relevo.cart.add({ sku: 'LAMP' });
  const leaving = relevo.signOut({ unsynced: 'ask' });
  await made.clock.pass(1_000);
  expect(relevo.identity.current.kind).toBe('customer');
  release();
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  await relevo.stop();
});

test('the changes of all tabs are counted, what waits for consent is not', async () => {
  const { made, device, line, relevo } = await signedIn('personal');
  const other = device.open().relevo;
  await made.clock.pass(500);
  line.setOnline(false);
  other.cart.add({ sku: 'LAMP' });
  relevo.browsing.view({ kind: 'product', id: 'SOFA' });
  await made.clock.pass(1_000);
  expect(await within(made, 5_000, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a store that hangs is not waited for: this page’s own changes are counted', async () => {
  const { made, line, store, relevo } = await signedIn();
  line.setOnline(false);
  store.hang();
  relevo.cart.add({ sku: 'LAMP' });
  expect(await within(made, 5_100, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
  store.go();
  await relevo.stop();
});

test('a guest who asks is told of nothing: what they did stays', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  expect(await within(made, 5_000, relevo.signOut({ unsynced: 'ask' }))).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  await relevo.stop();
});

test('what another tab wrote before its customer was known is asked about', async () => {
  const { made, device } = await lockedDevice();
  const [writer, asking] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(100);
  await within(made, 500, writer.cart.add({ sku: 'LAMP' }).saved);
  expect(await within(made, 9_000, refusalOf(asking.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
  await Promise.all([writer.stop(), asking.stop()]);
});

test('a guest of a shared device whose sign-in had no answer is asked: it goes with them', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(3_000);
  expect(await within(made, 9_000, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
  expect(cartOf(relevo)).toEqual({ SOFA: 1, LAMP: 1 });
  await relevo.stop();
});

test('what the shop reported and is still being asked about counts', async () => {
  const { made, relevo } = await signedIn();
  await relevo.cart.bind({ write: () => {}, read: () => new Promise<never>(() => {}) });
  relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  await made.clock.pass(100);
  expect(await within(made, 9_000, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
});

test('what another tab is sending gets its time too', async () => {
  const { made, device, line, relevo } = await signedIn();
  const other = device.open().relevo;
  other.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(500);
  const release = line.hold();
  other.cart.add({ sku: 'LAMP' });
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'RUG' });
  const leaving = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  await made.clock.pass(300);
  release();
  expect(await within(made, 6_000, leaving)).toBe('done');
  await Promise.all([relevo.stop(), other.stop()]);
});

test('one who has left in another tab meanwhile asks for nobody else', async () => {
  const { made, device, line, relevo } = await signedIn();
  const other = device.open().relevo;
  other.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(500);
  const release = line.hold();
  relevo.cart.add({ sku: 'RUG' });
  await made.clock.pass(100);
  const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  await made.clock.pass(500);
  void other.signOut({ unsynced: 'drop' });
  await made.clock.pass(100);
  release();
  await within(made, 2_000, other.signIn(made.token('ben')));
  other.cart.add({ sku: 'BENS' });
  await made.clock.pass(6_000);
  expect([await asking, other.identity.current.kind, cartOf(other)]).toEqual(['done', 'customer', { BENS: 1 }]);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('who has come in another tab, before a page whose store is slow could say how much is not sent, stays', async () => {
  const { made, device, by, relevo } = await slowlySignedIn('shared');
  slowStore(device, made);
  const other = device.open().relevo;
  other.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(500);
  by.readMs = 1_500;
  const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  await made.clock.pass(100);
  await within(made, 1_000, other.signOut());
  await within(made, 1_000, other.signIn(made.token('ben')));
  await made.clock.pass(30_000);
  expect([await asking, other.identity.current.customerId]).toEqual(['done', 'ben']);
  await Promise.all([relevo.stop(), other.stop()]);
});

test.each(['shared', 'personal'] as const)(
  'on a %s device a page that stops answers nobody who asks: nobody is signed out',
  async (kind) => {
    const { made, device, line, by, relevo } = await slowlySignedIn(kind);
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(500);
    by.readMs = 50;
    const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
    await within(made, 5_000, relevo.stop());
    expect(await within(made, 5_000, asking)).toEqual(['sync/abandoned', undefined]);
    expect(device.marker.text).toContain('customer');
  },
);

test('what is added while the store is read is asked about', async () => {
  const { made, line, by, relevo } = await slowlySignedIn('shared');
  line.setOnline(false);
  by.answeredMs = 500;
  const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  await made.clock.pass(300);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(9_000);
  expect([await asking, cartOf(relevo)]).toEqual([['auth/unsynced', 1], { SOFA: 1, LAMP: 1 }]);
  await relevo.stop();
});

test('one who asks on a page whose store is slow asks for nobody who came meanwhile', async () => {
  const { made, device, relevo } = await slowlySignedIn('shared');
  slowStore(device, made).beginMs = 2_000;
  const late = device.open().relevo;
  await made.clock.pass(50);
  const asking = refusalOf(late.signOut({ unsynced: 'ask' }));
  await within(made, 500, relevo.signOut());
  await within(made, 500, relevo.signIn(made.token('ben')));
  relevo.cart.add({ sku: 'BENS' });
  await made.clock.pass(20_000);
  expect([await asking, relevo.identity.current.customerId, cartOf(relevo)]).toEqual(['done', 'ben', { BENS: 1 }]);
  await Promise.all([relevo.stop(), late.stop()]);
});

test('a page that has not synced yet gives another tab its time', async () => {
  const { made, device, line, relevo } = await slowlySignedIn('personal');
  const release = line.hold();
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(100);
  const other = device.open().relevo;
  await made.clock.pass(100);
  const asking = refusalOf(other.signOut({ unsynced: 'ask' }));
  await made.clock.pass(500);
  release();
  expect(await within(made, 8_000, asking)).toBe('done');
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a network that comes back within three seconds is waited for', async () => {
  const { made, line, relevo } = await signedIn();
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(100);
  const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  await made.clock.pass(1_000);
  line.setOnline(true);
  expect(await within(made, 8_000, asking)).toBe('done');
  await relevo.stop();
});

test('a page that stood still is not asked about what another tab has sent meanwhile', async () => {
  const { made, device } = await lockedDevice();
  const writer = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 500, writer.cart.add({ sku: 'LAMP' }).saved);
  const asker = device.open();
  await made.clock.pass(200);
  asker.freeze();
  writer.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(2_000);
  const asking = refusalOf(asker.relevo.signOut({ unsynced: 'ask' }));
  asker.thaw();
  expect(await within(made, 9_000, asking)).toBe('done');
  await Promise.all([writer.stop(), asker.relevo.stop()]);
});

test('a report of one who left meanwhile, that never got a place, is none of the next one', async () => {
  const { made, relevo } = await signedIn();
  await relevo.cart.bind({ write: () => {}, read: () => new Promise<never>(() => {}) });
  relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  await made.clock.pass(100);
  expect(await within(made, 9_000, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'dropped' });
  await within(made, 9_000, relevo.signIn(made.token('ben')));
  expect(await within(made, 9_000, relevo.signOut({ unsynced: 'ask' }))).toEqual({ unsynced: 0, outcome: 'flushed' });
});

test('what was sent of the guest whose merge is owed, and had no answer, is asked about', async () => {
  const made = world({ hooks: { beforeMerge: () => Promise.reject(new Error('not now')) } });
  const { device } = made.device({ device: { kind: 'personal' } });
  const stores: Store[] = [];
  device.setOpen(async (handle) => {
    stores.push(handle);
    return handle;
  });
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  const { merging } = JSON.parse(device.marker.text ?? '{}') as Device;
  const sent = entry(1, { q: 1, r: 'an-older-replica' });
  await stores[0]?.write(async (tx) => tx.put(outKey(merging?.id ?? '', sent), sent as unknown as Json));
  expect(await within(made, 9_000, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
  await relevo.stop();
});

test('what waits for consent on a page that waits to know whose it is is neither asked about nor counted', async () => {
  const { made, device } = await lockedDevice();
  const { relevo } = device.open();
  await made.clock.pass(200);
  relevo.browsing.view({ kind: 'product', id: 'SOFA' });
  await made.clock.pass(200);
  expect(await within(made, 9_000, relevo.signOut({ unsynced: 'ask' }))).toEqual({ unsynced: 0, outcome: 'flushed' });
  await relevo.stop();
});
