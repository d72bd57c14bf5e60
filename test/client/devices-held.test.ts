import { expect, test } from 'vitest';
import { canary, shown, twoDevices } from './devices-world.ts';
import { slowStore, until } from './slow-store.ts';
import { cartOf, within } from './world.ts';

test('who signs in anew on a device that held something when it was taken back stays, and hears what is not taken', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-HELD` });
  phone.relevo.preferences.set('size', 'M');
  await made.clock.pass(500);
  const left = within(made, 5_000, phone.relevo.signOut());
  await expect(left).resolves.toEqual({ unsynced: 2, outcome: 'held' });
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(10_000);
  const heard: unknown[] = [];
  for (const event of ['signout', 'revoked'] as const)
    phone.relevo.on(event, (detail) => void heard.push([event, detail]));
  phone.relevo.on('error', ({ code, message }) => void heard.push([code, message]));
  phone.line.setOnline(true);
  await within(made, 5_000, phone.relevo.signIn(made.token('ana', 9)));
  await made.clock.pass(5_000);
  expect(shown(phone.relevo)).toContain(`${canary}-LINE`);
  expect(heard).toEqual([
    ['auth/revoked', 'auth/revoked: The customer had taken this device back. Changes from before, not taken: 2.'],
  ]);
  expect(phone.relevo.status).toMatchObject({ pending: 0, connection: 'online' });
  phone.relevo.cart.add({ sku: 'MORE' });
  await within(made, 2_000, phone.relevo.flush());
  await made.clock.pass(1_000);
  for (const { relevo } of [laptop, phone]) {
    expect(cartOf(relevo)).toEqual({ [`${canary}-LINE`]: 1, MORE: 1 });
    expect(relevo.preferences.get('size')).toBeUndefined();
  }
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('what was viewed is shown again where a denial of consent was held and is not taken', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  laptop.relevo.consent.set({ personalization: 'granted' });
  laptop.relevo.browsing.view({ kind: 'product', id: 'LAMP' });
  await made.clock.pass(2_000);
  const viewed = () => [laptop, phone].map(({ relevo }) => relevo.browsing.recent().map(({ id }) => id));
  expect(viewed()).toEqual([['LAMP'], ['LAMP']]);
  phone.line.setOnline(false);
  phone.relevo.consent.set({ personalization: 'denied' });
  await made.clock.pass(500);
  await expect(within(made, 5_000, phone.relevo.signOut())).resolves.toMatchObject({ outcome: 'held' });
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(10_000);
  phone.line.setOnline(true);
  await within(made, 5_000, phone.relevo.signIn(made.token('ana', 9)));
  await made.clock.pass(5_000);
  expect(viewed()).toEqual([['LAMP'], ['LAMP']]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

/** A phone that held something of Ana over a sign-out when she took it back, and is online again. */
const heldAndTakenBack = async () => {
  const two = await twoDevices({ device: { kind: 'personal' } });
  const { made, laptop, phone } = two;
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: 'HELD' });
  await made.clock.pass(500);
  await within(made, 5_000, phone.relevo.signOut());
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(10_000);
  return two;
};

test('the shop’s own cart drops with it what was held', async () => {
  const { made, laptop, phone } = await heldAndTakenBack();
  let shop = {};
  phone.relevo.cart.bind({
    write: ({ lines }) => {
      shop = Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]));
    },
  });
  phone.line.setOnline(true);
  await within(made, 5_000, phone.relevo.signIn(made.token('ana', 9)));
  await made.clock.pass(5_000);
  expect([cartOf(phone.relevo), shop]).toEqual([{ [`${canary}-LINE`]: 1 }, { [`${canary}-LINE`]: 1 }]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test.each([20, 90])(
  'what is refused as another tab lets somebody else in is told once, at the latest when they are back (%i ms after)',
  async (ms) => {
    const { made, laptop, phone } = await heldAndTakenBack();
    const heard: unknown[] = [];
    phone.line.setOnline(true);
    const tab = phone.device.open();
    await made.clock.pass(500);
    for (const { relevo } of [phone, tab]) relevo.on('error', ({ code }) => void heard.push(code));
    const first = phone.relevo.signIn(made.token('ana', 9));
    first.catch(() => {});
    await made.clock.pass(ms);
    await within(made, 9_000, tab.relevo.signIn(made.token('ben')));
    await made.clock.pass(5_000);
    expect(cartOf(tab.relevo)).toEqual({});
    await within(made, 9_000, phone.relevo.signIn(made.token('ana', 10)));
    await made.clock.pass(5_000);
    expect(heard).toEqual(['auth/revoked']);
    for (const { relevo } of [laptop, phone]) expect(cartOf(relevo)).toEqual({ [`${canary}-LINE`]: 1 });
    await Promise.all([laptop, phone, tab].map(({ relevo }) => relevo.stop()));
  },
);

test('who signs in anew there and leaves at once has done what they did since, and hears of no revocation', async () => {
  const { made, laptop, phone } = await heldAndTakenBack();
  const heard: unknown[] = [];
  for (const event of ['signout', 'revoked'] as const)
    phone.relevo.on(event, (detail) => void heard.push([event, detail]));
  phone.line.setOnline(true);
  const left = phone.relevo.signIn(made.token('ana', 9)).then(() => {
    phone.relevo.cart.add({ sku: 'NEW' });
    return phone.relevo.signOut();
  });
  // What was held is told of.
  expect(await within(made, 8_000, left)).toMatchObject({ unsynced: 1 });
  await made.clock.pass(2_000);
  expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1, NEW: 1 });
  expect(heard).toEqual([['signout', { unsynced: 1 }]]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('a question right behind that sign-in is of who is there now', async () => {
  const { made, laptop, phone } = await heldAndTakenBack();
  phone.line.setOnline(true);
  const asked = phone.relevo.signIn(made.token('ana', 9)).then(() => phone.relevo.devices.list());
  expect(await within(made, 8_000, asked)).toHaveLength(2);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('the next guest stays who they are where another tab signs them out meanwhile', async () => {
  const { made, laptop, phone } = await heldAndTakenBack();
  phone.line.setOnline(true);
  const by = slowStore(phone.device, made);
  const [tab, other] = [phone.device.open(), phone.device.open()];
  await made.clock.pass(500);
  tab.relevo.signIn(made.token('ana', 9)).catch(() => {});
  await until(made, () => tab.relevo.identity.current.kind !== 'guest');
  by.beginMs = 200;
  await made.clock.pass(100);
  other.relevo.signOut().catch(() => {});
  await until(made, () => other.relevo.identity.current.kind === 'guest');
  const guests = new Set<unknown>();
  for (let n = 0; n < 400; n++) {
    await made.clock.pass(20);
    guests.add(other.relevo.identity.current.anonymousId);
  }
  expect(guests.size).toBe(1);
  await Promise.all([laptop, phone, tab, other].map(({ relevo }) => relevo.stop()));
});

test.each(['revoked', 'signed out'])(
  'a guest who asks nobody does not say of the network what was so before their customer was %s',
  async (how) => {
    const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' }, guest: 'local' });
    phone.line.setOnline(false);
    phone.relevo.cart.add({ sku: 'MORE' });
    await made.clock.pass(1_000);
    expect(phone.relevo.status.connection).toBe('offline');
    if (how === 'revoked') {
      await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
      phone.line.setOnline(true);
    } else await within(made, 5_000, phone.relevo.signOut());
    await made.clock.pass(70_000);
    const { identity, status } = phone.relevo;
    expect([identity.current.kind, status.connection]).toEqual(['guest', 'connecting']);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  },
);
