import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { clearSiteData, textOf } from './device-disk.ts';
import { hangsOnDemand } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { entering, heardOf, signedIn as slowlySignedIn, slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

const kinds = ['shared', 'personal'] as const;

const toldOf = (...relevos: Relevo[]) => {
  const told: number[] = [];
  for (const relevo of relevos) relevo.on('signout', ({ unsynced }) => told.push(unsynced));
  return told;
};

/** A customer with a sofa at the server. */
const signedIn = async (kind: (typeof kinds)[number]) => {
  const made = world();
  const own = made.device({ device: { kind } });
  const store = hangsOnDemand(own.device);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  return { made, ...own, store, page, relevo: page.relevo };
};

/** The same, with a lamp that was not sent; that page is left, and the next one’s store hangs. */
const unread = async (kind: (typeof kinds)[number]) => {
  const { relevo: first, ...all } = await signedIn(kind);
  all.line.setOnline(false);
  first.cart.add({ sku: 'LAMP' });
  await all.made.clock.pass(100);
  await within(all.made, 1_000, first.stop());
  all.store.hang();
  const { relevo } = all.device.open();
  return { ...all, relevo, told: toldOf(relevo) };
};

test.each([
  { name: 'waits to be sent', isOnline: false, result: { unsynced: 1, outcome: 'dropped' } },
  { name: 'is at the server', isOnline: true, result: { unsynced: 0, outcome: 'flushed' } },
])(
  'what was nobody’s, found its place in another tab and $name is counted for what it is',
  async ({ isOnline, result }) => {
    const { made, device, line } = await lockedDevice();
    const writer = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 500, writer.cart.add({ sku: 'LAMP' }).saved);
    const teller = device.open();
    await made.clock.pass(200);
    teller.freeze();
    line.setOnline(isOnline);
    writer.signIn(made.token('ana')).catch(() => {});
    await made.clock.pass(2_000);
    expect(cartOf(writer)).toEqual({ SOFA: 1, LAMP: 1 });
    const told = toldOf(teller.relevo, writer);
    const leaving = teller.relevo.signOut();
    teller.thaw();
    expect(await within(made, 6_000, leaving)).toEqual(result);
    expect(told).toEqual([result.unsynced]);
    await Promise.all([writer.stop(), teller.relevo.stop()]);
  },
);

test('what was nobody’s is counted once, by the tab that was told, also when another one is faster to drop it', async () => {
  const { made, device } = await lockedDevice();
  const writer = device.open().relevo;
  await made.clock.pass(100);
  const store = hangsOnDemand(device);
  const teller = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 500, writer.cart.add({ sku: 'LAMP' }).saved);
  const told = toldOf(writer, teller);
  store.hang();
  const leaving = teller.signOut();
  await made.clock.pass(100);
  store.go();
  expect(await within(made, 6_000, leaving)).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(told).toEqual([1]);
  await Promise.all([writer.stop(), teller.stop()]);
});

test('who clicks twice before it is known who is here hears of what was not sent once', async () => {
  const { made, store, relevo, told } = await unread('shared');
  const both = [relevo.signOut(), relevo.signOut()];
  store.go();
  const results = await within(made, 5_000, Promise.all(both));
  expect(results.map(({ unsynced }) => unsynced)).toEqual([1, 0]);
  expect(told).toEqual([1]);
  await relevo.stop();
});

test.each(kinds)('on a %s device one who leaves while it is read who is here is not shown any more', async (kind) => {
  const { made, device, store, relevo, told } = await unread(kind);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'EARLY' }).saved.catch(() => {});
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  const shown: unknown[] = [];
  relevo.subscribe(() => shown.push(cartOf(relevo), relevo.identity.current.kind));
  store.go();
  expect(await within(made, 5_000, leaving)).toEqual({
    unsynced: 2,
    outcome: kind === 'personal' ? 'held' : 'dropped',
  });
  expect(told).toEqual([2]);
  expect(shown).not.toContainEqual(expect.objectContaining({ SOFA: 1 }));
  expect(shown).not.toContain('customer');
  expect(device.marker.text).not.toContain('customer');
  await relevo.stop();
});

test('what is kept for one who leaves before it is known who is here is said to be kept', async () => {
  const { made, line, store, relevo } = await unread('personal');
  const leaving = relevo.signOut();
  store.go();
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 1, outcome: 'held' });
  line.setOnline(true);
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(3_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1, LAMP: 1 });
  await relevo.stop();
});

test('whoever came after a page that does not know yet who is here was told is not signed out', async () => {
  const { made, device, relevo } = await signedIn('shared');
  const store = hangsOnDemand(device);
  store.hang();
  const late = device.open().relevo;
  await made.clock.pass(50);
  const leaving = late.signOut();
  await made.clock.pass(100);
  await within(made, 1_000, relevo.signIn(made.token('ben')));
  relevo.cart.add({ sku: 'BENS' });
  store.go();
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect([relevo.identity.current.kind, cartOf(relevo)]).toEqual(['customer', { BENS: 1 }]);
  await Promise.all([relevo.stop(), late.stop()]);
});

test('what a killed sign-out could not say the next page says', async () => {
  const { made, device, line, store, page, relevo } = await signedIn('shared');
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(500);
  store.hang();
  relevo.signOut().catch(() => {});
  await made.clock.pass(1);
  page.kill();
  store.go();
  const next = device.open().relevo;
  const told = toldOf(next);
  await made.clock.pass(3_000);
  expect(told).toEqual([1]);
  expect(await textOf(device)).not.toContain('LAMP');
  await next.stop();
});

test('what a locked page writes while another one hears that nobody is here goes to whoever comes next', async () => {
  const { made, device } = await lockedDevice();
  const store = hangsOnDemand(device);
  const writer = device.open().relevo;
  await made.clock.pass(100);
  device.setOpen(async (handle) => handle);
  store.hang();
  const { saved } = writer.cart.add({ sku: 'LAMP' });
  await made.clock.pass(10);
  const other = device.open({ getToken: async () => null }).relevo;
  await made.clock.pass(500);
  store.go();
  await made.clock.pass(5_000);
  expect([await standOf(saved), cartOf(writer), cartOf(other)]).toEqual(['done', { LAMP: 1 }, { LAMP: 1 }]);
  await Promise.all([writer.stop(), other.stop()]);
});

test('what a tab had in no store yet when another one was told is counted by that tab', async () => {
  const { made, device, relevo } = await signedIn('shared');
  const store = hangsOnDemand(device);
  const other = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, other.signIn(made.token('ana')));
  const told = [toldOf(relevo), toldOf(other)];
  store.hang();
  const { saved } = other.cart.add({ sku: 'FRESH' });
  await made.clock.pass(1);
  expect(await within(made, 5_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
  store.go();
  await made.clock.pass(1_000);
  expect([told, await standOf(saved)]).toEqual([[[0], [1]], 'sync/abandoned']);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('what went with the site data, and its page had still, is counted when a new page there is told', async () => {
  const { made, device, line, page, relevo } = await signedIn('personal');
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(500);
  page.freeze();
  await clearSiteData(device);
  const other = device.open().relevo;
  await made.clock.pass(500);
  await within(made, 5_000, other.signOut());
  const told = toldOf(relevo);
  page.thaw();
  page.signal('visible');
  await made.clock.pass(2_000);
  expect([told, cartOf(relevo)]).toEqual([[1], {}]);
  await Promise.all([relevo.stop(), other.stop()]);
});

test.each(kinds)('on a %s device what waits for consent is not counted before the store is read', async (kind) => {
  const { made, device, relevo: first } = await slowlySignedIn(kind);
  await within(made, 1_000, first.stop());
  const by = slowStore(device, made);
  by.beginMs = by.readMs = 300;
  const { relevo } = device.open();
  await made.clock.pass(50);
  relevo.browsing.view({ kind: 'product', id: 'SOFA' });
  expect(await within(made, 9_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
  await relevo.stop();
});

test.each(kinds.flatMap((kind) => [true, false].map((isOnline) => ({ kind, isOnline }))))(
  'on a $kind device what another tab has just stored is counted by the tab that is told alone (online: $isOnline)',
  async ({ kind, isOnline }) => {
    const { made, device, line, relevo } = await slowlySignedIn(kind);
    const by = slowStore(device, made);
    const other = device.open().relevo;
    await made.clock.pass(100);
    await within(made, 2_000, other.signIn(made.token('ana')));
    const told = [toldOf(relevo), toldOf(other)];
    line.setOnline(isOnline);
    by.committedMs = 300;
    other.cart.add({ sku: 'FRESH' }).saved.catch(() => {});
    await made.clock.pass(5);
    by.beginMs = 400;
    const { unsynced } = await within(made, 9_000, relevo.signOut());
    await made.clock.pass(3_000);
    expect([unsynced, told]).toEqual(isOnline ? [0, [[0], []]] : [1, [[1], []]]);
    by.committedMs = by.beginMs = 0;
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test.each(kinds)(
  'on a %s device a tab that has not read its store and is told counts what another one had not sent',
  async (kind) => {
    const { made, device, line, relevo } = await slowlySignedIn(kind);
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(500);
    const by = slowStore(device, made);
    by.beginMs = by.readMs = 500;
    const late = device.open().relevo;
    const told = [toldOf(relevo), toldOf(late)];
    await made.clock.pass(50);
    const outcome = kind === 'personal' ? 'held' : 'dropped';
    expect(await within(made, 12_000, late.signOut())).toEqual({ unsynced: 1, outcome });
    expect(told).toEqual([[], [1]]);
    await Promise.all([relevo.stop(), late.stop()]);
  },
);

test('what a guest of a shared device did while they were signed in is counted by the tab that was told, also when another one is faster', async () => {
  const { made, device, relevo, by } = await entering('shared');
  slowStore(device, made);
  const other = device.open().relevo;
  await made.clock.pass(200);
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(300);
  const told = [toldOf(relevo), toldOf(other)];
  by.beginMs = 300;
  expect((await within(made, 9_000, relevo.signOut())).unsynced).toBe(1);
  expect(told).toEqual([[1], []]);
  await Promise.all([relevo.stop(), other.stop()]);
});

test('what a page that was killed in the farewell could not say the next page says', async () => {
  const { made, device, line, page, relevo } = await slowlySignedIn('shared');
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(500);
  line.setOnline(true);
  line.setClogged(true);
  relevo.signOut().catch(() => {});
  await made.clock.pass(500);
  page.kill();
  line.setClogged(false);
  const next = device.open().relevo;
  const told = toldOf(next);
  await made.clock.pass(3_000);
  expect(told).toEqual([1]);
  await next.stop();
});

test('what a guest in doubt did on a slow store when the page says that nobody is here is counted', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const by = slowStore(device, made);
  let answer = (_: null): void => {};
  let asked = 0;
  const getToken = () =>
    asked++
      ? Promise.resolve(undefined)
      : new Promise<null>((done) => {
          answer = done;
        });
  const { relevo } = device.open({ getToken });
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(3_000);
  const heard = heardOf(relevo);
  by.beginMs = 300;
  relevo.cart.add({ sku: 'FRESH' }).saved.catch(() => {});
  answer(null);
  await made.clock.pass(20_000);
  expect([heard.filter((one) => typeof one === 'number'), cartOf(relevo)]).toEqual([[1], {}]);
  await relevo.stop();
});
