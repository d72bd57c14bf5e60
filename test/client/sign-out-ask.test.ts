import { expect, test } from 'vitest';
import type { RelevoError } from '../../src/core/relevo-error.ts';
import { copyOf } from './device-disk.ts';
import { hangsOnDemand } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
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
  expect(await within(made, 4_100, refusalOf(relevo.signOut({ unsynced: 'ask' })))).toEqual(['auth/unsynced', 1]);
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
