import { expect, test } from 'vitest';
import { countedPage } from './counted-page.ts';
import { standOf, within, world } from './world.ts';

const nothing = { timers: 0, listeners: 0, locks: 0, sockets: 0, stores: 0, channels: 0 };

test('a running page holds a live connection, a lock and listeners; a stopped one holds nothing', async () => {
  const made = world();
  const { relevo, open } = countedPage(made, { getToken: () => made.token('ana') });
  await made.clock.pass(2_000);
  expect(open).toMatchObject({ locks: 1, sockets: 1, stores: 1, channels: 1 });
  expect(open.listeners).toBeGreaterThan(0);
  expect(open.timers).toBeGreaterThan(0);
  await within(made, 1_000, relevo.stop());
  await made.clock.settle();
  expect(open).toEqual(nothing);
  expect(relevo.status.connection).toBe('stopped');
});

test.each([0, 10, 60, 500])('stopped %d ms after the start it holds nothing, and sends nothing more', async (ms) => {
  const made = world();
  const { relevo, open, line } = countedPage(made, { getToken: () => made.token('ana') });
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(ms);
  const stopping = relevo.stop();
  await within(made, 5_000, stopping);
  const sent = line.requests.length;
  await made.clock.pass(20_000);
  expect(open).toEqual(nothing);
  expect(line.requests).toHaveLength(sent);
  expect(made.clock.pendingTimers).toBe(0);
});

test('stopped while it is offline and waiting to try again it holds nothing', async () => {
  const made = world();
  const { relevo, open, line } = countedPage(made);
  await made.clock.pass(100);
  line.setOnline(false);
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(30_000);
  expect(relevo.status.connection).toBe('offline');
  await within(made, 100, relevo.stop());
  expect(open).toEqual(nothing);
  expect(made.clock.pendingTimers).toBe(0);
});

test('stopped while getToken keeps rejecting it asks no more', async () => {
  const made = world();
  let asked = 0;
  const { relevo, open } = countedPage(made, {
    getToken: async () => {
      asked++;
      throw new Error('the shop is down');
    },
  });
  await made.clock.pass(10_000);
  expect(asked).toBeGreaterThan(1);
  await within(made, 100, relevo.stop());
  const before = asked;
  await made.clock.pass(600_000);
  expect(asked).toBe(before);
  expect(open).toEqual(nothing);
});

test('stop twice is stop once, and a signal afterwards wakes nothing', async () => {
  const made = world();
  const page = countedPage(made, { getToken: () => made.token('ana') });
  await made.clock.pass(1_000);
  await within(made, 1_000, Promise.all([page.relevo.stop(), page.relevo.stop()]));
  const sent = page.line.requests.length;
  for (const name of ['visible', 'online', 'pageshow', 'pagehide'] as const) page.signal(name);
  await made.clock.pass(60_000);
  expect(page.line.requests).toHaveLength(sent);
  expect(page.open).toEqual(nothing);
});

test('a sign-in that is under way when the page stops settles', async () => {
  const made = world();
  const { relevo, open, line } = countedPage(made);
  await made.clock.pass(100);
  line.hold();
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(200);
  await within(made, 20_000, relevo.stop());
  await made.clock.pass(20_000);
  expect(await standOf(signingIn)).not.toBe('open');
  expect(open).toEqual(nothing);
});
