import { expect, test } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { clearSiteData, textOf } from './device-disk.ts';
import { hangsOnDemand } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { cartOf, standOf, within, world } from './world.ts';

const kinds = ['shared', 'personal'] as const;
const canary = 'CANARY';

/** All that a page can read, as text. */
const shown = ({ cart, browsing, preferences, identity }: Relevo): string =>
  JSON.stringify([cart.lines, cart.parked, cart.count, browsing.recent(), preferences.entries(), identity.current]);

const signedIn = async (kind: (typeof kinds)[number], options: Partial<RelevoOptions> = {}) => {
  const made = world();
  const own = made.device({ device: { kind }, ...options });
  const store = hangsOnDemand(own.device);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token(`ana-${canary}`)));
  page.relevo.cart.add({ sku: canary, title: canary });
  page.relevo.preferences.set('style', canary);
  await made.clock.pass(1_000);
  return { made, ...own, store, page, relevo: page.relevo };
};

test('the view is empty when signOut returns: nothing is awaited for it', async () => {
  const { made, relevo } = await signedIn('shared');
  expect(shown(relevo)).toContain(canary);
  const leaving = relevo.signOut();
  const after = shown(relevo);
  expect(await within(made, 3_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(after).not.toContain(canary);
  await relevo.stop();
});

test.each(kinds)(
  'on a %s device one who is told to leave while the store hangs has left, also when the page is killed then',
  async (kind) => {
    const { made, device, store, page, relevo } = await signedIn(kind);
    store.hang();
    // It waits for the store, and the sign-out behind it.
    relevo.signIn(made.token(`ana-${canary}`)).catch(() => {});
    page.signal('visible');
    await made.clock.pass(100);
    relevo.signOut().catch(() => {});
    expect(shown(relevo)).not.toContain(canary);
    await made.clock.pass(100);
    page.kill();
    store.go();
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    expect(next.identity.current.kind).toBe('guest');
    expect(shown(next)).not.toContain(canary);
    if (kind === 'shared') expect(await textOf(device)).not.toContain(canary);
    await next.stop();
  },
);

test.each(kinds)('on a %s device one who leaves while they are being signed in is not', async (kind) => {
  const made = world();
  const home = made.device().device.open().relevo;
  await within(made, 2_000, home.signIn(made.token('ana')));
  home.cart.add({ sku: canary });
  await made.clock.pass(1_000);
  const { device, line } = made.device({ device: { kind } });
  const page = device.open();
  const { relevo } = page;
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'GUEST' });
  await made.clock.pass(1_000);
  const heard: string[] = [];
  for (const name of ['signin', 'restore', 'merge'] as const) relevo.on(name, () => heard.push(name));
  const told: string[] = [];
  await relevo.cart.bind({ write: ({ lines }) => void told.push(...lines.map(({ sku }) => sku)) });
  const release = line.hold();
  const entering = relevo.signIn(made.token('ana'));
  entering.catch(() => {});
  await made.clock.pass(1_000);
  const leaving = relevo.signOut();
  await made.clock.pass(1_000);
  release();
  await made.clock.pass(10_000);
  expect(await standOf(entering)).toBe('sync/abandoned');
  expect(await standOf(leaving)).toBe('done');
  expect(heard).toEqual([]);
  expect(told).not.toContain(canary);
  expect(shown(relevo)).not.toContain(canary);
  expect(relevo.identity.current.kind).toBe('guest');
  // The guest is Ana's by now: Ben gets nothing of it.
  await within(made, 10_000, relevo.signIn(made.token('ben')));
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({});
  const ana = made.device().device.open().relevo;
  await within(made, 2_000, ana.signIn(made.token('ana')));
  expect(cartOf(ana)).toEqual({ [canary]: 1, GUEST: 1 });
  await Promise.all([home, relevo, ana].map((one) => one.stop()));
});

test.each(kinds)(
  'on a %s device what is done after signOut is the next guest’s, also while one is being signed in',
  async (kind) => {
    const made = world();
    const { device, line } = made.device({ device: { kind } });
    const { relevo } = device.open();
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'BEFORE' });
    await made.clock.pass(1_000);
    const release = line.hold();
    relevo.signIn(made.token('ana')).catch(() => {});
    await made.clock.pass(500);
    const leaving = relevo.signOut();
    relevo.cart.add({ sku: 'AFTER' });
    await made.clock.pass(500);
    release();
    await made.clock.pass(5_000);
    await leaving;
    expect(cartOf(relevo)).toEqual({ AFTER: 1 });
    const ana = made.device().device.open().relevo;
    await within(made, 2_000, ana.signIn(made.token('ana')));
    expect(cartOf(ana)).toEqual({ BEFORE: 1 });
    await Promise.all([relevo.stop(), ana.stop()]);
  },
);

test.each(kinds)(
  'on a %s device one who is told to leave before it is known who is here has left, also when the page is killed then',
  async (kind) => {
    const { made, device, store, relevo: first } = await signedIn(kind);
    await within(made, 1_000, first.stop());
    store.hang();
    const page = device.open();
    await made.clock.pass(100);
    page.relevo.signOut().catch(() => {});
    await made.clock.pass(100);
    page.kill();
    store.go();
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    await within(made, 2_000, next.signIn(made.token('ben')));
    expect(shown(next)).not.toContain(canary);
    if (kind === 'shared') expect(await textOf(device)).not.toContain(canary);
    await next.stop();
  },
);

test('who signs out before it is known who is here hears how much was not sent', async () => {
  const { made, device, line, store, relevo: first } = await signedIn('shared');
  line.setOnline(false);
  first.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(100);
  await within(made, 1_000, first.stop());
  store.hang();
  const { relevo } = device.open();
  relevo.cart.add({ sku: `${canary}-EARLY` });
  const leaving = relevo.signOut();
  relevo.cart.add({ sku: 'AFTER' });
  store.go();
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 2, outcome: 'dropped' });
  expect(cartOf(relevo)).toEqual({ AFTER: 1 });
  await relevo.stop();
});

test.each(['a second tab', 'a page that stood still'])(
  '%s whose store hangs shows nothing of who left in another tab',
  async (name) => {
    const { made, device, store, relevo } = await signedIn('personal');
    const other = device.open();
    await made.clock.pass(500);
    expect(shown(other.relevo)).toContain(canary);
    if (name !== 'a second tab') other.freeze();
    store.hang();
    const leaving = relevo.signOut();
    await made.clock.pass(1);
    other.thaw();
    other.signal('visible');
    await made.clock.pass(1);
    expect(shown(other.relevo)).not.toContain(canary);
    store.go();
    await within(made, 5_000, leaving);
    expect(shown(other.relevo)).not.toContain(canary);
    await Promise.all([relevo.stop(), other.relevo.stop()]);
  },
);

test.each([false, true])(
  'a page killed right after signOut forgets no merge that is owed (the store hangs: %s)',
  async (hangs) => {
    const made = world({
      hooks: { beforeMerge: () => (isMerging ? undefined : Promise.reject(new Error('not now'))) },
    });
    let isMerging = false;
    const { device } = made.device({ device: { kind: 'personal' } });
    const store = hangsOnDemand(device);
    const page = device.open();
    await made.clock.pass(100);
    page.relevo.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    await within(made, 5_000, page.relevo.signIn(made.token('ana')));
    if (hangs) store.hang();
    page.relevo.signOut().catch(() => {});
    await made.clock.pass(1);
    page.kill();
    store.go();
    isMerging = true;
    const { relevo } = device.open();
    await made.clock.pass(1_000);
    expect(cartOf(relevo)).toEqual({});
    const merges: unknown[] = [];
    relevo.on('merge', ({ receipt }) => merges.push(receipt));
    await within(made, 5_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(90_000);
    expect(cartOf(relevo)).toEqual({ SOFA: 1 });
    expect(merges).toHaveLength(1);
    await relevo.stop();
  },
);

/** A shared device whose customer is known, with pages that wait to know whose they are; what they write is nobody's. */
const lockedPages = async (count: number) => {
  const { made, device } = await lockedDevice();
  const pages = Array.from({ length: count }, () => device.open());
  await made.clock.pass(100);
  const told: number[] = [];
  for (const { relevo } of pages) relevo.on('signout', ({ unsynced }) => told.push(unsynced));
  return { made, device, relevos: pages.map(({ relevo }) => relevo), told };
};

test('what another tab had written before its customer was known is counted by the sign-out', async () => {
  const { made, relevos, told } = await lockedPages(3);
  const [teller, writer] = relevos;
  await within(made, 500, writer?.cart.add({ sku: 'LAMP' }).saved ?? Promise.reject());
  teller?.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
  expect(await within(made, 5_000, teller?.signOut() ?? Promise.reject())).toEqual({ unsynced: 1, outcome: 'dropped' });
  await made.clock.pass(1_000);
  expect(told).toEqual([1]);
  for (const relevo of relevos) await relevo.stop();
});

test('a sign-out counts what was written before the customer was known, also when the site data is cleared under the page', async () => {
  const { made, device, relevos, told } = await lockedPages(1);
  const [relevo] = relevos;
  await within(made, 500, relevo?.cart.add({ sku: 'LAMP' }).saved ?? Promise.reject());
  await clearSiteData(device);
  expect(await within(made, 5_000, relevo?.signOut() ?? Promise.reject())).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(told).toEqual([1]);
  await relevo?.stop();
});

test('what the tab that is told to leave before it has read its store cannot count, the tab that drops it says', async () => {
  const { made, device, relevos, told } = await lockedPages(1);
  const [writer] = relevos;
  await within(made, 500, writer?.cart.add({ sku: 'LAMP' }).saved ?? Promise.reject());
  device.setOpen((handle) => new Promise((done) => void made.clock.timer(1_500, () => done(handle))));
  const late = device.open().relevo;
  const counted: number[] = [];
  late.on('signout', ({ unsynced }) => counted.push(unsynced));
  const leaving = late.signOut();
  await made.clock.pass(5_000);
  await leaving;
  expect([...told, ...counted].reduce((sum, unsynced) => sum + unsynced, 0)).toBe(1);
  await late.stop();
  await writer?.stop();
});
