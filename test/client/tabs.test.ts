import { expect, test } from 'vitest';
import type { Transport } from '../../src/client/ports.ts';
import { createLine } from '../../src/testing/virtual-network.ts';
import { countedPage } from './counted-page.ts';
import { textOf } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

const twoTabs = async (made: ReturnType<typeof world>) => {
  const own = made.device({ consent: { personalization: 'granted' } });
  const [one, two] = [own.device.open(), own.device.open()] as const;
  await made.clock.pass(200);
  return { ...own, one, two, stop: () => Promise.all([one.relevo.stop(), two.relevo.stop()]) };
};

test('a change in one tab is shown in the other, without the network', async () => {
  const made = world();
  const { one, two, line, stop } = await twoTabs(made);
  expect(one.relevo.identity.current).toEqual(two.relevo.identity.current);
  line.setOnline(false);
  let heard = 0;
  two.relevo.cart.subscribe(() => heard++);
  one.relevo.cart.add({ sku: 'A', quantity: 2, title: 'A product' });
  await made.clock.pass(10);
  expect(two.relevo.cart.lines).toMatchObject([{ sku: 'A', quantity: 2, title: 'A product' }]);
  expect(heard).toBeGreaterThan(0);
  two.relevo.cart.setQuantity({ sku: 'A' }, 5);
  one.relevo.preferences.set('currency', 'EUR');
  await made.clock.pass(10);
  expect(cartOf(one.relevo)).toEqual({ A: 5 });
  expect(two.relevo.preferences.get('currency')).toBe('EUR');
  await stop();
});

test('adds of both tabs, online and offline, are each counted once', async () => {
  const made = world();
  const { one, two, line, stop } = await twoTabs(made);
  for (let n = 0; n < 20; n++) {
    (n % 2 ? one : two).relevo.cart.add({ sku: 'A' });
    if (n % 5 === 4) line.setOnline(n % 10 !== 4);
    await made.clock.pass(30);
  }
  line.setOnline(true);
  one.signal('online');
  await made.clock.pass(5_000);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ A: 20 }, { A: 20 }]);
  expect([one.relevo.status.pending, two.relevo.status.pending]).toEqual([0, 0]);
  const added = new Set(
    line.requests.flatMap(({ body }) => (JSON.parse(body) as { ops: { i: string }[] }).ops.map(({ i }) => i)),
  );
  expect(added.size).toBe(20);
  await stop();
});

test('the promise of a change resolves also when the other tab brought it to the server', async () => {
  const made = world();
  const { one, two, line, stop } = await twoTabs(made);
  line.setOnline(false);
  const change = one.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(100);
  line.setOnline(true);
  two.signal('online');
  await within(made, 2_000, change.synced);
  await stop();
});

test('one tab sends at a time', async () => {
  const made = world();
  const { one, two, line, stop } = await twoTabs(made);
  let open = 0;
  let most = 0;
  const { sync } = made.core;
  Object.assign(made.core, {
    sync: async (...args: Parameters<typeof sync>) => {
      most = Math.max(most, ++open);
      await new Promise<void>((done) => void made.clock.timer(500, done));
      open--;
      return sync(...args);
    },
  });
  for (let n = 0; n < 10; n++) {
    one.relevo.cart.add({ sku: 'A' });
    two.relevo.cart.add({ sku: 'B' });
    await made.clock.pass(200);
  }
  await made.clock.pass(10_000);
  expect(line.requests.length).toBeGreaterThan(1);
  expect(most).toBe(1);
  expect(cartOf(one.relevo)).toEqual({ A: 10, B: 10 });
  await stop();
});

test('signing in and out in one tab reaches the other', async () => {
  const made = world();
  const { one, two, stop } = await twoTabs(made);
  one.relevo.cart.add({ sku: 'GUEST' });
  await made.clock.pass(500);
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  await made.clock.pass(500);
  await within(made, 2_000, two.relevo.signIn(made.token('ana')));
  expect(two.relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(two.relevo)).toEqual({ GUEST: 1 });
  two.relevo.cart.add({ sku: 'CANARY' });
  await made.clock.pass(500);
  expect(cartOf(one.relevo)).toEqual({ GUEST: 1, CANARY: 1 });
  await within(made, 4_000, one.relevo.signOut());
  expect(two.relevo.identity.current.kind).toBe('guest');
  expect(two.relevo.cart.lines).toEqual([]);
  expect(two.relevo.identity.current.anonymousId).toBe(one.relevo.identity.current.anonymousId);
  two.relevo.cart.add({ sku: 'NEXT' });
  await made.clock.pass(1_000);
  expect(cartOf(one.relevo)).toEqual({ NEXT: 1 });
  await stop();
});

test('a tab that asks for its token follows a sign-in of the other at once', async () => {
  const made = world();
  let token: string | null | undefined;
  const { device } = made.device({ getToken: () => token });
  const [one, two] = [device.open(), device.open()];
  await made.clock.pass(200);
  token = made.token('ana');
  await within(made, 2_000, one.relevo.signIn(token));
  one.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  expect(two.relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect(cartOf(two.relevo)).toEqual({ A: 1 });
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('a sign-in that waits for another tab to sync ends when that one signs out', async () => {
  const made = world();
  const { device, line } = made.device();
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(100);
  const release = line.hold();
  two.cart.add({ sku: 'A' });
  await made.clock.pass(100);
  const signingIn = one.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(100);
  await within(made, 1_000, two.signOut());
  release();
  await made.clock.pass(5_000);
  expect(await standOf(signingIn)).toBe('sync/abandoned');
  expect([one.identity.current.kind, two.identity.current.kind]).toEqual(['guest', 'guest']);
  expect([cartOf(one), cartOf(two)]).toEqual([{ A: 1 }, { A: 1 }]);
  await within(made, 3_000, one.signIn(made.token('ana')));
  expect([one.identity.current.customerId, cartOf(one)]).toEqual(['ana', { A: 1 }]);
  await Promise.all([one.stop(), two.stop()]);
});

test('so it does on a shared device when the guest who leaves had claimed its cart, and got no answer', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(100);
  two.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  const release = line.hold();
  const [first, second] = [two, one].map((page) => page.signIn(made.token('ana')));
  for (const signingIn of [first, second]) signingIn?.catch(() => {});
  await made.clock.pass(100);
  const leaving = two.signOut();
  leaving.catch(() => {});
  await made.clock.pass(20_000);
  release();
  await made.clock.pass(20_000);
  expect(await standOf(second as Promise<unknown>)).toBe('sync/abandoned');
  expect([one.identity.current.kind, two.identity.current.kind]).toEqual(['guest', 'guest']);
  await Promise.all([one.stop(), two.stop()]);
});

test('somebody signs in on a tab that stood still while the guest of an open claim left in another one', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const [one, two] = [device.open(), device.open()];
  await made.clock.pass(100);
  two.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  one.freeze();
  line.setFaults({ replyLost: 1 });
  two.relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(2_000);
  await within(made, 10_000, two.relevo.signOut());
  line.setFaults({});
  await made.clock.pass(10_000);
  one.thaw();
  const entering = one.relevo.signIn(made.token('ben'));
  entering.catch(() => {});
  await made.clock.pass(10_000);
  expect([await standOf(entering), one.relevo.identity.current.kind]).toEqual(['done', 'customer']);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('a write of a tab that has not heard of a sign-out does not go to the customer', async () => {
  const made = world();
  const { one, two, device, stop } = await twoTabs(made);
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  await made.clock.pass(500);
  await within(made, 2_000, two.relevo.signIn(made.token('ana')));
  one.relevo.signOut().catch(() => {});
  two.relevo.cart.add({ sku: 'LATE' });
  await made.clock.pass(5_000);
  const ana = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(ana)).toEqual({});
  expect(one.relevo.identity.current.kind).toBe('guest');
  expect(two.relevo.identity.current.kind).toBe('guest');
  expect(JSON.stringify(await device.disk.read((tx) => tx.list(['row'])))).not.toContain('c_');
  await Promise.all([stop(), ana.stop()]);
});

test("a killed tab's lock is free: the other sends what it left behind", async () => {
  const made = world();
  const { one, two, line } = await twoTabs(made);
  const release = line.hold();
  one.relevo.cart.add({ sku: 'A' });
  await made.clock.pass(200);
  one.kill();
  release();
  two.relevo.cart.add({ sku: 'B' });
  await made.clock.pass(5_000);
  expect(cartOf(two.relevo)).toEqual({ A: 1, B: 1 });
  expect(two.relevo.status.pending).toBe(0);
  await two.relevo.stop();
});

test('one tab of the device holds the live channel, and another takes it over', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const { device, line } = made.device({ getToken });
  let sockets = 0;
  const { connect } = line.transport;
  Object.assign(line.transport, {
    connect: (ticket: string, on: Parameters<typeof connect>[1]) => {
      sockets++;
      return connect(ticket, {
        ...on,
        close: () => {
          sockets--;
          on.close();
        },
      });
    },
  });
  const [one, two] = [device.open(), device.open()];
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(3_000);
  expect(sockets).toBe(1);
  await one.relevo.stop();
  two.signal('visible');
  await made.clock.pass(3_000);
  expect(sockets).toBe(1);
  other.cart.add({ sku: 'LIVE' });
  await made.clock.pass(300);
  expect(cartOf(two.relevo)).toEqual({ LIVE: 1 });
  await Promise.all([two.relevo.stop(), other.stop()]);
});

test('an answer to a tab that missed the sign-out of another is dropped: it brings nothing of the customer back', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  let token: string | undefined = made.token('ana');
  const { device } = made.device({ device: { kind: 'personal' } });
  // This one hears nothing of other tabs (their messages are hints and may be lost) and has no live channel.
  const line = createLine({ core: () => made.core, clock: made.clock, random: made.random });
  const connect: Transport['connect'] = (_, on) => {
    void Promise.resolve().then(on.close);
    return { send: () => {}, close: () => {} };
  };
  const deaf = countedPage(
    made,
    { getToken: () => token, device: { kind: 'personal' } },
    { disk: device.disk, transport: { ...line.transport, connect } },
  );
  await made.clock.pass(1_000);
  expect(deaf.relevo.identity.current.kind).toBe('customer');
  const other = made.device({ getToken }).device.open().relevo;
  await made.clock.pass(1_000);
  const release = line.hold();
  other.cart.add({ sku: 'CANARY' });
  await made.clock.pass(100);
  deaf.signal('online');
  await made.clock.pass(100);
  expect(cartOf(deaf.relevo)).toEqual({});
  token = undefined;
  const { relevo } = device.open({ getToken: () => null });
  await made.clock.pass(5_000);
  expect(relevo.identity.current.kind).toBe('guest');
  release();
  await made.clock.pass(5_000);
  expect(await textOf(device)).not.toContain('CANARY');
  expect(cartOf(deaf.relevo)).toEqual({});
  await Promise.all([deaf.relevo.stop(), relevo.stop(), other.stop()]);
});
