import { expect, test } from 'vitest';
import { faultyStore } from './device-disk.ts';
import { hangsOnDemand } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { entering, heardOf, isStored, kinds, slowStore, until } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

test('what a guest did right before they leave, while they are signed in on a shared device, is counted', async () => {
  const { made, relevo, heard } = await entering('shared');
  const { saved } = relevo.cart.add({ sku: 'FRESH' });
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  expect(await within(made, 5_000, leaving)).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect([heard, await standOf(saved)]).toEqual([[1], 'sync/abandoned']);
  await relevo.stop();
});

test('it is counted also when the disk fails meanwhile', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const fault = { isBroken: false };
  device.setOpen(async () => faultyStore(device, fault));
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'BEFORE' });
  await made.clock.pass(1_000);
  line.hold();
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'FRESH' });
  await made.clock.pass(500);
  fault.isBroken = true;
  expect(await within(made, 5_000, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'dropped' });
  await relevo.stop();
});

test.each(kinds)(
  'on a %s device what was done during a sign-in that was stored when they left is theirs',
  async (kind) => {
    const { made, device, relevo, by, release } = await entering(kind);
    relevo.cart.add({ sku: 'BEFORE' });
    relevo.cart.add({ sku: 'DURING' });
    await made.clock.pass(500);
    by.committedMs = 200;
    release();
    await until(made, isStored(device));
    const leaving = relevo.signOut();
    relevo.cart.add({ sku: 'AFTER' });
    by.committedMs = 0;
    expect(await within(made, 20_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect(cartOf(relevo)).toEqual({ AFTER: 1 });
    await within(made, 20_000, relevo.signIn(made.token('ben')));
    await made.clock.pass(5_000);
    expect(cartOf(relevo)).toEqual({ AFTER: 1 });
    await within(made, 20_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(5_000);
    expect(cartOf(relevo)).toEqual({ BEFORE: 2, DURING: 1 });
    await relevo.stop();
  },
);

test.each(kinds)('on a %s device one who leaves while what they have is read was not signed in', async (kind) => {
  const { made, relevo, by, release, signingIn, heard } = await entering(kind);
  by.readMs = by.committedMs = 50;
  release();
  await until(made, () => relevo.identity.current.kind === 'customer');
  const leaving = relevo.signOut();
  await made.clock.pass(6_000);
  expect([await standOf(signingIn), heard]).toEqual(['sync/abandoned', [0]]);
  expect(await leaving).toEqual({ unsynced: 0, outcome: 'flushed' });
  await relevo.stop();
});

test('a customer who is back, and leaves while what they have is read, is not signed in', async () => {
  const { made, device } = await lockedDevice();
  const by = slowStore(device, made);
  const { relevo } = device.open();
  await made.clock.pass(100);
  by.readMs = 200;
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(50);
  const leaving = relevo.signOut();
  await made.clock.pass(6_000);
  expect(await standOf(signingIn)).toBe('sync/abandoned');
  expect((await leaving).unsynced).toBe(0);
  await relevo.stop();
});

test('a sign-in is over that another tab was told to end, also when that tab is killed then', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const by = slowStore(device, made);
  const { relevo } = device.open();
  const store = hangsOnDemand(device);
  const other = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'BEFORE' });
  await made.clock.pass(1_000);
  const release = line.hold();
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(500);
  // It knows of the claim then.
  other.signal('visible');
  await made.clock.pass(200);
  const heard = heardOf(relevo);
  by.committedMs = 200;
  release();
  await until(made, isStored(device));
  store.hang();
  other.relevo.signOut().catch(() => {});
  await made.clock.pass(5);
  other.kill();
  await made.clock.pass(20_000);
  // The guest is hers by now, and gives way to a new one.
  expect([await standOf(signingIn), heard, cartOf(relevo)]).toEqual(['sync/abandoned', ['auth/guest-claimed'], {}]);
  expect(relevo.identity.current.kind).toBe('guest');
  await relevo.stop();
});

test('a tab of a shared device whose store hangs shows nothing of a guest who left in another while they were signed in', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const { relevo } = device.open();
  const store = hangsOnDemand(device);
  const other = device.open().relevo;
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(3_000);
  expect(cartOf(other)).toEqual({ SOFA: 1 });
  store.hang();
  await within(made, 2_000, relevo.signOut());
  expect(cartOf(other)).toEqual({});
  store.go();
  await Promise.all([relevo.stop(), other.stop()]);
});

test('one who is to be signed in after a guest whose own sign-in had no answer is not, when another tab is told meanwhile', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const store = hangsOnDemand(device);
  const { relevo } = device.open();
  device.setOpen(async (handle) => handle);
  const other = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  line.setFaults({ replyLost: 1 });
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(40_000);
  line.setFaults({});
  other.signal('visible');
  await made.clock.pass(200);
  // It is asked what became of ana's, and the guest gives way to a new one.
  const asked = line.requests.length;
  const signingIn = relevo.signIn(made.token('ben'));
  signingIn.catch(() => {});
  await until(made, () => line.requests.length > asked);
  store.hang();
  await made.clock.pass(500);
  await within(made, 1_000, other.relevo.signOut());
  const word = () => (JSON.parse(device.marker.text ?? '{}') as { epoch?: number }).epoch ?? 0;
  const epoch = word();
  store.go();
  await made.clock.pass(5_000);
  // What the other tab said stands.
  expect(word()).toBeGreaterThanOrEqual(epoch);
  expect([await standOf(signingIn), relevo.identity.current.kind]).toEqual(['sync/abandoned', 'guest']);
  await Promise.all([relevo.stop(), other.relevo.stop()]);
});

test.each(['personal', 'shared'] as const)(
  'on a %s device a sign-in after another tab’s sign-out is the last word, however late the one before it ends',
  async (kind) => {
    const made = world();
    const { device } = made.device({ device: { kind } });
    const other = device.open().relevo;
    const by = slowStore(device, made);
    const { relevo } = device.open();
    await made.clock.pass(500);
    by.readMs = 400;
    const first = relevo.signIn(made.token('ana', 1));
    first.catch(() => {});
    await made.clock.pass(100);
    const behind = relevo.signIn(made.token('ana', 2));
    behind.catch(() => {});
    const left = other.signOut();
    await made.clock.pass(100);
    expect(await standOf(left)).toBe('done');
    const second = relevo.signIn(made.token('ana', 3));
    second.catch(() => {});
    await made.clock.pass(8_000);
    const stands = [await standOf(first), await standOf(behind), await standOf(second)];
    expect([...stands, relevo.identity.current.customerId]).toEqual([
      'sync/abandoned',
      'sync/abandoned',
      'done',
      'ana',
    ]);
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test('a sign-out beside a tab that is still seeing somebody off ends the sign-in of a third', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const [leaver, last, third] = [device.open().relevo, device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  await within(made, 2_000, leaver.signIn(made.token('ana')));
  await made.clock.pass(500);
  line.setClogged(true);
  void leaver.signOut();
  await made.clock.pass(20);
  const entered = third.signIn(made.token('ben'));
  entered.catch(() => {});
  await made.clock.pass(1_000);
  void last.signOut();
  await made.clock.pass(200);
  line.setClogged(false);
  await made.clock.pass(10_000);
  expect([third.identity.current.kind, await standOf(entered)]).toEqual(['guest', 'sync/abandoned']);
  await Promise.all([leaver, last, third].map((relevo) => relevo.stop()));
});
