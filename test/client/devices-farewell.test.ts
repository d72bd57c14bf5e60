import { describe, expect, test } from 'vitest';
import type { DeviceOptions } from '../../src/client/api.ts';
import { canary, endOf, isClean, shown, signedIn, twoDevices } from './devices-world.ts';
import { inTurnStore, slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** The phone holds something unsent and is offline; the laptop has taken it back. */
const takenBack = async (device: DeviceOptions) => {
  const two = await twoDevices({ device });
  const { made, laptop, phone } = two;
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(500);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  return two;
};

describe.each<[string, DeviceOptions]>([
  ['shared', { kind: 'shared' }],
  ['personal', { kind: 'personal' }],
  ['personal, with the lines of a cart that stay,', { kind: 'personal', keep: 'cart-lines' }],
])('a %s device that was taken back, and whose next contact is a sign-out', (_, device) => {
  test('holds nothing, shows nothing, sends nothing and says why', async () => {
    const { made, laptop, phone, heard } = await takenBack(device);
    phone.line.setOnline(true);
    const left = phone.relevo.signOut();
    phone.relevo.cart.add({ sku: 'OF-THE-NEXT' });
    expect(await within(made, 5_000, left)).toEqual({ unsynced: 1, outcome: 'dropped' });
    await made.clock.pass(2_000);
    await isClean(phone);
    expect(cartOf(phone.relevo)).toEqual({ 'OF-THE-NEXT': 1 });
    expect(heard).toEqual([
      ['signout', { unsynced: 1 }],
      ['revoked', { unsynced: 1 }],
    ]);
    await within(made, 3_000, phone.relevo.signIn(made.token('ana', 3)));
    await made.clock.pass(1_000);
    const all = { [`${canary}-LINE`]: 1, 'OF-THE-NEXT': 1 };
    expect([cartOf(phone.relevo), cartOf(laptop.relevo)]).toEqual([all, all]);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });
});

test.each(['told', 'dropped'] as const)(
  'what is to be dropped is not held where the page is killed in the middle of it (%s)',
  async (how) => {
    const made = world();
    const laptop = await signedIn(made);
    const own = made.device({ device: { kind: 'personal' } });
    const by = slowStore(own.device, made);
    const page = own.device.open();
    await made.clock.pass(100);
    await within(made, 2_000, page.relevo.signIn(made.token('ana')));
    await made.clock.pass(500);
    own.line.setOnline(false);
    page.relevo.cart.add({ sku: `${canary}-UNSENT` });
    await made.clock.pass(500);
    if (how === 'told') await within(made, 1_000, laptop.relevo.devices.revoke(page.relevo.identity.current.deviceId));
    by.beginMs = 3_000;
    if (how === 'told') {
      own.line.setOnline(true);
      page.signal('online');
      for (let n = 0; n < 400 && page.relevo.identity.current.kind !== 'guest'; n++) await made.clock.pass(50);
      expect(page.relevo.identity.current.kind).toBe('guest');
    } else page.relevo.signOut({ unsynced: 'drop' }).catch(() => {});
    page.kill();
    by.beginMs = 0;
    own.line.setOnline(true);
    const next = own.device.open();
    const heard: number[] = [];
    next.relevo.on('signout', ({ unsynced }) => heard.push(unsynced));
    await made.clock.pass(3_000);
    await isClean({ ...own, page: next, relevo: next.relevo, id: '' });
    expect(heard).toEqual([1]);
    await within(made, 3_000, next.relevo.signIn(made.token('ana', 3)));
    await made.clock.pass(1_000);
    expect([shown(next.relevo), cartOf(laptop.relevo)]).toEqual([expect.not.stringContaining(canary), {}]);
    await Promise.all([laptop.relevo.stop(), next.relevo.stop()]);
  },
);

test('whoever asks whether they may leave hears what was dropped when the device was taken back meanwhile', async () => {
  const { made, laptop, phone, heard } = await takenBack({ kind: 'personal' });
  const asked = phone.relevo.signOut({ unsynced: 'ask' });
  await made.clock.pass(500);
  phone.line.setOnline(true);
  phone.page.signal('online');
  expect(await within(made, 10_000, asked)).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(heard).toEqual([
    ['signout', { unsynced: 1 }],
    ['revoked', { unsynced: 1 }],
  ]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('a device that is taken back in the moment in which its customer leaves is said not to have been', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  const [revoked, listed] = [phone.relevo.devices.revoke(phone.id), phone.relevo.devices.list()];
  revoked.catch(() => {});
  listed.catch(() => {});
  await within(made, 4_000, phone.relevo.signOut());
  expect([await standOf(revoked), await standOf(listed)]).toEqual(['sync/abandoned', 'sync/abandoned']);
  // After the call nobody is here.
  expect(await endOf(made, 1_000, phone.relevo.devices.revoke(phone.id))).toBe('auth/unknown-device');
  await within(made, 2_000, phone.relevo.signIn(made.token('ana')));
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('nobody waits for a merge that is owed to see their devices, or to take one back', async () => {
  let isHanging = false;
  const made = world({ hooks: { beforeMerge: () => (isHanging ? new Promise<never>(() => {}) : undefined) } });
  const phone = await signedIn(made);
  isHanging = true;
  const { device } = made.device({ device: { kind: 'personal' } });
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'OF-THE-GUEST' });
  await made.clock.pass(1_000);
  await within(made, 8_000, relevo.signIn(made.token('ana')));
  relevo.cart.setQuantity({ sku: 'OF-THE-GUEST' }, 4);
  await made.clock.pass(1_000);
  expect(await within(made, 5_000, relevo.devices.list())).toHaveLength(2);
  await within(made, 5_000, relevo.devices.revoke(phone.id));
  await made.clock.pass(5_000);
  expect(phone.relevo.identity.current.kind).toBe('guest');
  await Promise.all([relevo.stop(), phone.relevo.stop()]);
});

test('pages of a kiosk that are gone are no devices of its customer, and push none of them out', async () => {
  const made = world();
  const phone = await signedIn(made, { channel: 'ios' });
  const laptop = await signedIn(made);
  const kiosk = made.device({ device: { kind: 'kiosk' }, getToken: () => made.token('ana') });
  for (let n = 0; n < 22; n++) {
    const page = kiosk.device.open();
    await made.clock.pass(2_000);
    expect(page.relevo.identity.current.customerId).toBe('ana');
    page.signal('pagehide');
    page.kill();
  }
  await made.clock.pass(1_000);
  const devices = await within(made, 1_000, laptop.relevo.devices.list());
  expect(devices.map(({ id }) => id).sort()).toEqual([phone.id, laptop.id].sort());
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('a device that asks for the list and hears that it was taken back itself forgets at once, not at its next turn', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(500);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  // Its tries are far apart by now.
  await made.clock.pass(600_000);
  phone.line.setOnline(true);
  expect(await endOf(made, 300, phone.relevo.devices.list())).toBe('auth/revoked');
  await made.clock.pass(300);
  await isClean(phone);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('what is wrong with an id, or that nobody is signed in, is said in words', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  const messageOf = (id: string) => within(made, 500, relevo.devices.revoke(id)).catch(({ message }: Error) => message);
  expect([await messageOf(''), await messageOf('x')]).toEqual([
    'change/bad-value: revoke() takes the `id` of one of `devices.list()`.',
    'auth/unknown-device: Nobody is signed in here: a guest has no devices.',
  ]);
  await relevo.stop();
});

test.each(['gone', 'back'] as const)(
  'a sign-out that hears after its time that the device was taken back drops what it held, of who is %s',
  async (who) => {
    const { made, laptop, phone } = await takenBack({ kind: 'personal' });
    phone.line.setFaults({ delayed: 1 });
    phone.line.setOnline(true);
    const left = phone.relevo.signOut();
    expect(await within(made, 3_500, left)).toEqual({ unsynced: 1, outcome: 'held' });
    phone.line.setFaults({});
    if (who === 'back') await within(made, 3_000, phone.relevo.signIn(made.token('ana', 3)));
    await made.clock.pass(40_000);
    if (who === 'gone') await isClean(phone);
    else expect(cartOf(phone.relevo)).toEqual(cartOf(laptop.relevo));
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  },
);

test('what is held of who left goes when their sign-in is refused, as they took the device back since', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
  expect(await within(made, 5_000, phone.relevo.signOut())).toEqual({ unsynced: 1, outcome: 'held' });
  const ofBefore = made.token('ana', 2);
  await made.clock.pass(2_000);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  phone.line.setOnline(true);
  const entering = phone.relevo.signIn(ofBefore);
  entering.catch(() => {});
  await made.clock.pass(5_000);
  expect(await standOf(entering)).toBe('auth/revoked');
  await isClean(phone);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('what they did since they are back is held also when a token of before is tried then', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  const ofBefore = made.token('ana', 2);
  await made.clock.pass(2_000);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(3_000);
  await within(made, 3_000, phone.relevo.signIn(made.token('ana', 3)));
  phone.line.setOnline(false);
  phone.relevo.cart.add({ sku: 'NEW' });
  await made.clock.pass(500);
  expect(await within(made, 5_000, phone.relevo.signOut())).toEqual({ unsynced: 1, outcome: 'held' });
  phone.line.setOnline(true);
  await within(
    made,
    5_000,
    phone.relevo.signIn(ofBefore).catch(() => {}),
  );
  await made.clock.pass(1_000);
  await within(made, 5_000, phone.relevo.signIn(made.token('ana', 4)));
  await made.clock.pass(2_000);
  expect(cartOf(phone.relevo)['NEW']).toBe(1);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test.each([0, 2, 4])(
  'nor does a refusal that comes later take it, %i exchanges after the device was met',
  async (times) => {
    const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
    for (let n = 0; n < times; n++) await within(made, 3_000, phone.relevo.devices.list());
    phone.line.setOnline(false);
    phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
    await made.clock.pass(500);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    phone.line.setFaults({ delayed: 1 });
    phone.line.setOnline(true);
    await within(made, 3_500, phone.relevo.signOut());
    phone.line.setFaults({});
    await within(made, 3_000, phone.relevo.signIn(made.token('ana', 3)));
    await made.clock.pass(100);
    phone.line.setFaults({ requestLost: 1 });
    phone.relevo.cart.add({ sku: 'NEW' });
    await within(made, 5_000, phone.relevo.signOut());
    await made.clock.pass(40_000);
    phone.line.setFaults({});
    await within(made, 3_000, phone.relevo.signIn(made.token('ana', 4)));
    await made.clock.pass(3_000);
    expect(cartOf(phone.relevo)['NEW']).toBe(1);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  },
);

test('a sign-out over a slow store hears in time that the device was taken back', async () => {
  const made = world();
  const laptop = await signedIn(made);
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const store = inTurnStore(device, made);
  const { relevo } = device.open();
  const heard: unknown[] = [];
  relevo.on('revoked', (event) => heard.push(event));
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(500);
  line.setOnline(false);
  relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(500);
  await within(made, 1_000, laptop.relevo.devices.revoke(relevo.identity.current.deviceId));
  line.setOnline(true);
  store.ms = 1_000;
  expect(await within(made, 20_000, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(heard).toEqual([{ unsynced: 1 }]);
  await Promise.all([laptop.relevo.stop(), relevo.stop()]);
});
