import { expect, test } from 'vitest';
import type { RelevoOptions } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { durableStore } from './late-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

const canary = 'CANARY';

const signedIn = async (made: ReturnType<typeof world>, options: Partial<RelevoOptions> = {}) => {
  const own = made.device({ consent: { personalization: 'granted' }, ...options });
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token(`ana-${canary}`)));
  page.relevo.cart.add({ sku: `${canary}-LINE`, title: canary });
  page.relevo.preferences.set('style', canary);
  page.relevo.browsing.view({ kind: 'product', id: canary });
  page.relevo.identity.set({ displayName: canary });
  await made.clock.pass(1_000);
  return { ...own, page, relevo: page.relevo };
};

/** All that a page can read, as text. */
const shown = (relevo: { [name: string]: unknown } & object): string => {
  const { cart, browsing, preferences, identity, status } = relevo as never as import('../../src/client/api.ts').Relevo;
  return JSON.stringify([cart.lines, cart.parked, browsing.recent(), preferences.entries(), identity.current, status]);
};

test('the view is empty before signOut returns, and the guest afterwards is a new one', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const { anonymousId, deviceId } = relevo.identity.current;
  const heard: number[] = [];
  relevo.on('signout', ({ unsynced }) => heard.push(unsynced));
  const signingOut = relevo.signOut();
  await Promise.resolve();
  await Promise.resolve();
  expect(shown(relevo as never)).not.toContain(canary);
  expect(relevo.cart.count).toBe(0);
  expect(await within(made, 3_000, signingOut)).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(heard).toEqual([0]);
  expect(relevo.identity.current).toMatchObject({ kind: 'guest', deviceId });
  expect(relevo.identity.current.anonymousId).not.toBe(anonymousId);
  await relevo.stop();
});

test.each([
  ['shared', 'dropped'],
  ['personal', 'held'],
] as const)('on a %s device with a dead network it takes at most 3 s and ends %s', async (kind, outcome) => {
  const made = world();
  const { relevo, line, device } = await signedIn(made, { device: { kind } });
  line.setOnline(false);
  const change = relevo.cart.add({ sku: `${canary}-UNSYNCED` });
  await made.clock.pass(100);
  expect(await within(made, 3_100, relevo.signOut())).toEqual({ unsynced: 1, outcome });
  expect(await standOf(change.synced)).toBe('sync/abandoned');
  expect(relevo.identity.current.kind).toBe('guest');
  const left = await textOf(device);
  if (kind === 'shared') expect(left).not.toContain(canary);
  else expect(left).not.toContain(`${canary}-LINE`);
  await relevo.stop();
});

test('a server that never answers does not hold a sign-out longer than 3 s', async () => {
  const made = world();
  const { relevo, line } = await signedIn(made);
  line.hold();
  relevo.cart.add({ sku: 'LATE' });
  const signingOut = relevo.signOut();
  expect((await within(made, 3_100, signingOut)).outcome).toBe('dropped');
});

test('on a shared device nothing of the customer is left on the disk, in the marker or in the page, also when an answer comes afterwards', async () => {
  const made = world();
  const { relevo, line, device, page } = await signedIn(made);
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(await textOf(device)).toContain(canary);
  other.cart.add({ sku: `${canary}-REMOTE` });
  const release = line.hold();
  await made.clock.pass(1_000);
  page.signal('online');
  await made.clock.pass(1_000);
  await within(made, 4_000, relevo.signOut());
  expect(await textOf(device)).not.toContain(canary);
  release();
  await made.clock.pass(30_000);
  expect(await textOf(device)).not.toContain(canary);
  expect(shown(relevo as never)).not.toContain(canary);
  await relevo.stop();
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(shown(next as never)).not.toContain(canary);
  expect(await textOf(device)).not.toContain(canary);
  await Promise.all([next.stop(), other.stop()]);
});

test('what other devices change after a sign-out does not arrive here', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await within(made, 4_000, relevo.signOut());
  other.cart.add({ sku: 'AFTER' });
  await made.clock.pass(10_000);
  expect(cartOf(other)).toMatchObject({ AFTER: 1 });
  expect(cartOf(relevo)).toEqual({});
  await Promise.all([relevo.stop(), other.stop()]);
});

test('what is written after a sign-out is the new guest, and reaches the server as that guest', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const signingOut = relevo.signOut();
  const change = relevo.cart.add({ sku: 'GUEST' });
  await within(made, 4_000, signingOut);
  await made.clock.pass(1_000);
  const now = cartOf(relevo);
  expect(['done', 'sync/abandoned']).toContain(await standOf(change.synced));
  const guest = relevo.cart.add({ sku: 'LATER' });
  await within(made, 1_000, guest.synced);
  expect(cartOf(relevo)).toEqual({ ...now, LATER: 1 });
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).not.toHaveProperty('LATER');
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a personal device holds unsynced changes unreadable; the same customer gets them back, another does not', async () => {
  const made = world();
  const { relevo, line, device } = await signedIn(made, { device: { kind: 'personal' } });
  line.setOnline(false);
  relevo.cart.add({ sku: 'HELD', quantity: 2 });
  await made.clock.pass(100);
  expect(await within(made, 3_100, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'held' });
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
  line.setOnline(true);
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({});
  await within(made, 3_000, next.signIn(made.token('bob')));
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({});
  await within(made, 3_100, next.signOut());
  await within(made, 3_000, next.signIn(made.token(`ana-${canary}`)));
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual({ [`${canary}-LINE`]: 1, HELD: 2 });
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ [`${canary}-LINE`]: 1, HELD: 2 });
  await Promise.all([next.stop(), other.stop()]);
});

test("with unsynced: 'drop' nothing is sent or held, on a personal device too", async () => {
  const made = world({ seed: 2 });
  const { relevo, line, device } = await signedIn(made, { device: { kind: 'personal' } });
  line.setOnline(false);
  relevo.cart.add({ sku: 'DROPPED' });
  await made.clock.pass(100);
  line.setOnline(true);
  expect(await within(made, 3_100, relevo.signOut({ unsynced: 'drop' }))).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(await textOf(device)).not.toContain('DROPPED');
  await made.clock.pass(60_000);
  expect(JSON.stringify(line.requests)).not.toContain('DROPPED');
  await relevo.stop();
});

test('what waits when signing out online is brought to the server first', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const change = relevo.cart.add({ sku: 'LAST', quantity: 4 });
  expect(await within(made, 3_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(await standOf(change.synced)).toBe('done');
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).toMatchObject({ LAST: 4 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test.each([0, 1, 5, 20, 60, 500])(
  'a page killed %d ms into signing out: the next one is signed out and clean',
  async (ms) => {
    const made = world();
    const { page, line, device, relevo } = await signedIn(made);
    line.setOnline(false);
    relevo.cart.add({ sku: `${canary}-UNSYNCED` });
    relevo.signOut().catch(() => {});
    await made.clock.pass(ms);
    page.kill();
    line.setOnline(true);
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    expect(next.identity.current.kind).toBe('guest');
    expect(shown(next as never)).not.toContain(canary);
    expect(await textOf(device)).not.toContain(canary);
    await next.stop();
  },
);

test('a store that takes longer than the three seconds of a sign-out sends nothing of the customer after them', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  let left = Number.POSITIVE_INFINITY;
  device.setOpen(async () => ({
    ...device.disk,
    async write(body, options) {
      const result = await device.disk.write(body, options);
      // The third write after it was told is the one that gives its last changes their numbers.
      if (--left === 0) await new Promise<void>((done) => void made.clock.timer(5_000, done));
      return result;
    },
  }));
  const { relevo } = device.open();
  await within(made, 1_000, relevo.signIn(made.token('ana')));
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  line.setOnline(true);
  left = 3;
  const asked = line.requests.length;
  await within(made, 10_000, relevo.signOut());
  expect(left).toBeLessThan(1);
  expect(line.requests.slice(asked).map(({ body }) => body)).not.toContainEqual(expect.stringContaining('"token"'));
  await relevo.stop();
});

test('signing out twice, or with nobody signed in, is no error', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const [first, second] = await within(made, 4_000, Promise.all([relevo.signOut(), relevo.signOut()]));
  expect([first, second]).toEqual([
    { unsynced: 0, outcome: 'flushed' },
    { unsynced: 0, outcome: 'flushed' },
  ]);
  await relevo.stop();
});

test('a guest who signs out is signed in by no answer of the page that was on its way', async () => {
  const made = world();
  let answer = (_: string | null): void => {};
  const asked = () => new Promise<string | null>((done) => (answer = done));
  const { relevo } = made.device({ getToken: asked }).device.open();
  await made.clock.pass(500);
  const leaving = relevo.signOut();
  answer(made.token('ana'));
  await made.clock.pass(5_000);
  await leaving;
  expect(relevo.identity.current.kind).toBe('guest');
  await relevo.stop();
});

test('a sign-out that two tabs are told is over when the first one is', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(200);
  await within(made, 2_000, one.signIn(made.token('ana')));
  one.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  // Its last changes get three seconds.
  line.hold();
  const leaving = [one.signOut()];
  await made.clock.pass(500);
  leaving.push(two.signOut());
  await made.clock.pass(5_000);
  await Promise.all(leaving);
  expect(await textOf(device)).not.toMatch(/closing|SOFA/);
  await Promise.all([one.stop(), two.stop()]);
});

test('a page that was asked for its token before a guest signed out, and answers when they have logged in, signs them in', async () => {
  const made = world();
  const answers: ((token: string | null) => void)[] = [];
  const getToken = () => new Promise<string | null>((done) => void answers.push(done));
  const { relevo } = made.device({ getToken }).device.open();
  await made.clock.pass(500);
  await within(made, 100, relevo.signOut());
  await made.clock.pass(3_000);
  for (const answer of answers) answer(made.token('ana'));
  await made.clock.pass(5_000);
  expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  await relevo.stop();
});

/** Two pages over a store that holds a customer's rows and does not open; it is theirs again after `takenBack`. */
const inMemory = async () => {
  const made = world();
  const { relevo, device, line } = await signedIn(made);
  await relevo.stop();
  device.setOpen(() => Promise.reject(new DOMException('denied by the browser', 'SecurityError')));
  const [one, two] = [device.open(), device.open()];
  await made.clock.pass(100);
  const takenBack = async () => {
    device.setOpen(durableStore(device));
    await made.clock.pass(70_000);
    return textOf(device);
  };
  return { made, line, one, two, takenBack };
};

test.each([1, 10, 20])('two pages in memory that sign out %i turns apart leave nothing on the disk', async (turns) => {
  const { made, one, two, takenBack } = await inMemory();
  const leaving = [one.relevo.signOut()];
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  leaving.push(two.relevo.signOut());
  await within(made, 5_000, Promise.all(leaving));
  expect(await takenBack()).not.toContain(canary);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('when a page in memory is killed while it signs out, another one that takes the store back clears it', async () => {
  const { made, line, one, two, takenBack } = await inMemory();
  await within(made, 2_000, one.relevo.signIn(made.token(`ana-${canary}`)));
  line.hold();
  one.relevo.signOut().catch(() => {});
  await made.clock.pass(500);
  one.kill();
  expect(await takenBack()).not.toContain(canary);
  await two.relevo.stop();
});
