import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { lockedDevice } from './locked-device.ts';
import { entering, heardOf, isStored, kinds, signedIn, slowStore, until, type World } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** What the next customer finds on the device, and then the one who has left. */
const found = async (made: World, relevo: Relevo) => {
  const carts: unknown[] = [];
  for (const who of ['ben', 'ana']) {
    await within(made, 20_000, relevo.signIn(made.token(who, 7)));
    await made.clock.pass(5_000);
    carts.push(cartOf(relevo));
  }
  await relevo.stop();
  return carts;
};

test.each(kinds)(
  'on a %s device who clicks twice while their sign-in is stored leaves once, with all they did',
  async (kind) => {
    const { made, device, relevo, by, release, heard } = await entering(kind);
    relevo.cart.add({ sku: 'BEFORE' });
    relevo.cart.add({ sku: 'DURING' });
    await made.clock.pass(500);
    by.committedMs = 200;
    release();
    await until(made, isStored(device));
    const first = relevo.signOut();
    await made.clock.pass(20);
    const second = relevo.signOut();
    by.committedMs = 0;
    await made.clock.pass(10_000);
    expect([await first, await second, heard]).toEqual([
      { unsynced: 0, outcome: 'flushed' },
      { unsynced: 0, outcome: 'flushed' },
      [0],
    ]);
    expect(await found(made, relevo)).toEqual([{}, { BEFORE: 2, DURING: 1 }]);
  },
);

test.each(kinds.flatMap((kind) => [true, false].map((isUnheardOf) => ({ kind, isUnheardOf }))))(
  'on a $kind device what is done right before they leave, while their sign-in is stored, is theirs (a guest nobody had heard of: $isUnheardOf)',
  async ({ kind, isUnheardOf }) => {
    const { made, device, relevo, by, release } = await entering(kind, isUnheardOf);
    relevo.cart.add({ sku: 'DURING' });
    await made.clock.pass(500);
    by.committedMs = 200;
    release();
    await until(made, isStored(device));
    relevo.cart.add({ sku: 'FRESH' });
    const leaving = relevo.signOut();
    expect(cartOf(relevo)).toEqual({});
    expect(await within(made, 20_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
    by.committedMs = 0;
    expect(await found(made, relevo)).toEqual([{}, { ...(isUnheardOf ? {} : { BEFORE: 1 }), DURING: 1, FRESH: 1 }]);
  },
);

test('what a guest nobody had heard of did while they were signed in on a shared device is not in view, and not the next one’s', async () => {
  const { made, relevo } = await entering('shared', true);
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(300);
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test('on a personal device a guest who was not signed in after all has their lines back, and what they do next beside them', async () => {
  const { made, relevo } = await entering('personal', true);
  relevo.cart.add({ sku: 'DURING' });
  await made.clock.pass(300);
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  relevo.cart.add({ sku: 'AFTER' });
  expect(cartOf(relevo)).toEqual({ AFTER: 1 });
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(cartOf(relevo)).toEqual({ DURING: 1, AFTER: 1 });
  await relevo.stop();
});

test.each(kinds)(
  'on a %s device a store that fails after the sign-in was stored gives nothing of it to the next one',
  async (kind) => {
    const { made, device, relevo, by, release } = await entering(kind);
    relevo.cart.add({ sku: 'DURING' });
    await made.clock.pass(500);
    by.committedMs = 600_000;
    release();
    await until(made, isStored(device));
    const leaving = relevo.signOut();
    expect(cartOf(relevo)).toEqual({});
    await within(made, 60_000, leaving);
    by.committedMs = 0;
    expect(relevo.status.storage).toBe('memory');
    await within(made, 20_000, relevo.signIn(made.token('ben')));
    await made.clock.pass(3_000);
    expect(cartOf(relevo)).toEqual({});
    await relevo.stop();
  },
);

test.each(kinds)(
  'on a %s device another tab that is faster to follow takes nothing from who leaves, and gives nobody anything of it',
  async (kind) => {
    const { made, device, relevo, by, release } = await entering(kind);
    slowStore(device, made);
    const other = device.open().relevo;
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'DURING' });
    await made.clock.pass(500);
    by.committedMs = 200;
    release();
    await until(made, isStored(device));
    by.committedMs = 0;
    by.beginMs = 100;
    await within(made, 20_000, relevo.signOut());
    by.beginMs = 0;
    expect([cartOf(relevo), cartOf(other)]).toEqual([{}, {}]);
    await other.stop();
    expect(await found(made, relevo)).toEqual([{}, { BEFORE: 1, DURING: 1 }]);
  },
);

/** A page whose store is slow to answer; its customer, as the marker says, has a sofa at the server. */
const unread = async (
  kind: (typeof kinds)[number],
  options: Parameters<Awaited<ReturnType<typeof signedIn>>['device']['open']>[0] = {},
) => {
  const { relevo: first, ...all } = await signedIn(kind);
  await within(all.made, 1_000, first.stop());
  const by = slowStore(all.device, all.made);
  by.beginMs = by.readMs = 300;
  const { relevo } = all.device.open(options);
  await all.made.clock.pass(50);
  return { ...all, by, relevo };
};

test.each(kinds)(
  'on a %s device what the shop reported before the store was read, and then signed out, is not the next one’s',
  async (kind) => {
    const { made, by, relevo } = await unread(kind);
    relevo.capture({ type: 'add', items: [{ sku: 'RUG', quantity: 1 }] });
    relevo.capture({ type: 'purchase', orderId: 'o1', items: [{ sku: 'SOFA', quantity: 1 }] });
    const leaving = relevo.signOut();
    relevo.capture({ type: 'add', items: [{ sku: 'LAMP', quantity: 1 }] });
    const { unsynced } = await within(made, 9_000, leaving);
    expect(unsynced).toBe(kind === 'personal' ? 2 : 1);
    await made.clock.pass(3_000);
    by.beginMs = by.readMs = 0;
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    // What they paid for on a device of their own is paid for.
    const [, ana] = await found(made, relevo);
    expect(ana).toEqual(kind === 'personal' ? {} : { SOFA: 1 });
  },
);

test('what the shop’s own cart held of one who left before the store was read is no echo of the next one', async () => {
  const { made, device, relevo: first } = await signedIn('shared');
  first.capture({ type: 'cart', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(1_000);
  await within(made, 1_000, first.stop());
  const by = slowStore(device, made);
  by.beginMs = by.readMs = 300;
  const { relevo } = device.open();
  await made.clock.pass(50);
  await within(made, 9_000, relevo.signOut());
  by.beginMs = by.readMs = 0;
  relevo.capture({
    type: 'cart',
    items: [
      { sku: 'SOFA', quantity: 1 },
      { sku: 'LAMP', quantity: 1 },
    ],
  });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1, LAMP: 1 });
  await relevo.stop();
});

test.each(kinds)(
  'on a %s device an answer of before signs nobody in who left before the store was read',
  async (kind) => {
    let asked = 0;
    let answer = (_: string): void => {};
    const getToken = () =>
      asked++
        ? Promise.resolve(null)
        : new Promise<string>((done) => {
            answer = done;
          });
    const { made, relevo } = await unread(kind, { getToken });
    const heard = heardOf(relevo);
    const leaving = relevo.signOut();
    await made.clock.pass(500);
    answer(made.token('ana', 5));
    await made.clock.pass(10_000);
    expect([(await leaving).unsynced, heard, relevo.identity.current.kind]).toEqual([0, [0], 'guest']);
    await relevo.stop();
  },
);

test.each([0, 50, 150])(
  'somebody whom the page’s token was signing in, and who left %i ms later, is not signed in by it again',
  async (ms) => {
    const { made, device } = await lockedDevice();
    const by = slowStore(device, made);
    by.readMs = 200;
    const ben = made.token('ben');
    const { relevo } = device.open({ getToken: async () => ben });
    await within(made, 5_000, relevo.ready);
    await made.clock.pass(ms);
    const heard = heardOf(relevo);
    relevo.signOut().catch(() => {});
    await made.clock.pass(30_000);
    expect(relevo.identity.current.kind).toBe('guest');
    expect(heard).not.toContain('sync/abandoned');
    await relevo.stop();
  },
);

test.each(kinds)(
  'on a %s device one who left while they were signed in is not by a page that goes on answering their token',
  async (kind) => {
    const made = world();
    const { device, line } = made.device({ device: { kind } });
    const release = line.hold();
    const ben = made.token('ben');
    const getToken = () => new Promise<string>((done) => void made.clock.timer(2_000, () => done(ben)));
    const { relevo } = device.open({ getToken });
    await made.clock.pass(500);
    relevo.signIn(ben).catch(() => {});
    await made.clock.pass(500);
    const leaving = relevo.signOut();
    release();
    await within(made, 9_000, leaving);
    await made.clock.pass(60_000);
    expect(relevo.identity.current.kind).toBe('guest');
    await within(made, 9_000, relevo.signIn(ben));
    expect(relevo.identity.current.customerId).toBe('ben');
    await relevo.stop();
  },
);

test('a guest who comes after one who left before the store was read is not announced before they do something', async () => {
  const { made, line, relevo } = await unread('shared');
  const heard = heardOf(relevo);
  await within(made, 9_000, relevo.signOut());
  const before = line.requests.length;
  await made.clock.pass(20_000);
  expect([line.requests.length - before, heard]).toEqual([0, [0]]);
  await relevo.stop();
});

test('a customer who is back is not, when another tab is told meanwhile', async () => {
  const { made, device } = await lockedDevice();
  const by = slowStore(device, made);
  const { relevo } = device.open();
  slowStore(device, made);
  const other = device.open().relevo;
  await made.clock.pass(500);
  by.readMs = 200;
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(50);
  const leaving = other.signOut();
  await made.clock.pass(9_000);
  await leaving;
  expect([await standOf(signingIn), relevo.identity.current.kind]).toEqual(['sync/abandoned', 'guest']);
  await Promise.all([relevo.stop(), other.stop()]);
});

test.each(kinds)(
  'on a %s device a guest’s sign-out is later than the sign-in that another tab hears of then',
  async (kind) => {
    const made = world();
    const { device, line } = made.device({ device: { kind } });
    const { relevo } = device.open();
    const by = slowStore(device, made);
    const other = device.open().relevo;
    await made.clock.pass(1_000);
    by.beginMs = 100;
    const release = line.hold();
    const signingIn = relevo.signIn(made.token('ana'));
    signingIn.catch(() => {});
    await made.clock.pass(500);
    const leaving = other.signOut();
    await made.clock.pass(20);
    release();
    await made.clock.pass(9_000);
    await leaving;
    expect([await standOf(signingIn), relevo.identity.current.kind, other.identity.current.kind]).toEqual([
      'sync/abandoned',
      'guest',
      'guest',
    ]);
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test('what was done after they were told to leave is kept for the next guest by a page that is left then', async () => {
  const { made, device, page, relevo, by } = await signedIn('shared');
  by.beginMs = 5_000;
  // It waits for the store, and the sign-out behind it.
  relevo.signIn(made.token('ana')).catch(() => {});
  relevo.signOut().catch(() => {});
  relevo.cart.add({ sku: 'AFTER' }).saved.catch(() => {});
  page.signal('pagehide');
  page.kill();
  by.beginMs = 0;
  await made.clock.pass(100);
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect([next.identity.current.kind, cartOf(next)]).toEqual(['guest', { AFTER: 1 }]);
  expect(await textOf(device)).not.toContain('SOFA');
  await next.stop();
});
