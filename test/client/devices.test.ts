import { expect, test } from 'vitest';
import type { Relevo, ShopWrite } from '../../src/client/api.ts';
import type { WrapPorts } from '../../src/testing/virtual-device.ts';
import { canary, endOf, isClean, shown, signedIn, twoDevices } from './devices-world.ts';
import { slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

const monthsMs = 100 * 86_400_000;

test('a customer sees the devices that they are signed in on, and which one is this', async () => {
  const { made, laptop, phone } = await twoDevices();
  const devices = await within(made, 1_000, laptop.relevo.devices.list());
  expect(devices).toEqual([
    { id: phone.id, isThis: false, channel: 'ios', signedInAt: expect.any(Number), lastSeenAt: expect.any(Number) },
    { id: laptop.id, isThis: true, channel: 'web', signedInAt: expect.any(Number), lastSeenAt: expect.any(Number) },
  ]);
  await within(made, 4_000, phone.relevo.signOut());
  expect((await within(made, 1_000, laptop.relevo.devices.list())).map(({ id }) => id)).toEqual([laptop.id]);
  expect(await within(made, 1_000, phone.relevo.devices.list())).toEqual([]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test.each(['shared', 'personal'] as const)(
  'a %s device that was revoked forgets all of the customer within 5 s, and sends nothing more with their token',
  async (kind) => {
    const { made, laptop, phone, heard } = await twoDevices({ device: { kind } });
    const writes: ShopWrite[] = [];
    phone.relevo.cart.bind({ write: (change) => void writes.push(change) });
    await made.clock.pass(100);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    await made.clock.pass(5_000);
    await isClean(phone);
    expect(heard).toEqual([
      ['signout', { unsynced: 0 }],
      ['revoked', { unsynced: 0 }],
    ]);
    expect(writes.at(-1)).toMatchObject({ lines: [], cause: 'signout' });
    const asked = phone.line.requests.length;
    phone.relevo.cart.add({ sku: 'OF-THE-NEXT' });
    await made.clock.pass(60_000);
    expect(phone.line.requests.slice(asked).map(({ body }) => body)).not.toContainEqual(
      expect.stringContaining('"token"'),
    );
    expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1 });
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  },
);

test.each(['shared', 'personal'] as const)(
  'one (%s) that is offline for months forgets them at its next contact; what it had not sent is not taken, and told',
  async (kind) => {
    const { made, laptop, phone, heard } = await twoDevices({ device: { kind } });
    phone.line.setOnline(false);
    const change = phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
    await made.clock.pass(500);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    phone.page.freeze();
    await laptop.relevo.stop();
    await made.clock.pass(monthsMs);
    phone.page.thaw();
    expect(shown(phone.relevo)).toContain(`${canary}-UNSENT`);
    phone.line.setOnline(true);
    phone.page.signal('online');
    await made.clock.pass(2_000);
    await isClean(phone);
    expect(heard).toEqual([
      ['signout', { unsynced: 1 }],
      ['revoked', { unsynced: 1 }],
    ]);
    expect(await standOf(change.synced)).toBe('sync/abandoned');
    const desktop = await signedIn(made);
    expect(cartOf(desktop.relevo)).toEqual({ [`${canary}-LINE`]: 1 });
    await Promise.all([desktop.relevo.stop(), phone.relevo.stop()]);
  },
);

test('all its tabs forget, and hear of it; one that stood still does when it is looked at', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  const [second, frozen] = [phone.device.open(), phone.device.open()];
  await made.clock.pass(1_000);
  expect([shown(second.relevo), shown(frozen.relevo)].join()).toContain(canary);
  frozen.freeze();
  let heard = 0;
  second.relevo.on('revoked', () => void heard++);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(5_000);
  expect([shown(second.relevo), heard]).toEqual([expect.not.stringContaining(canary), 1]);
  frozen.thaw();
  frozen.signal('pageshow');
  await made.clock.pass(100);
  expect(shown(frozen.relevo)).not.toContain(canary);
  await isClean(phone);
  await Promise.all([laptop, phone, second, frozen].map(({ relevo }) => relevo.stop()));
});

test('a page that is still loading when its device is taken back shows nothing of them, and throws nothing into the shop', async () => {
  const { made, laptop, phone } = await twoDevices({ device: { kind: 'personal' } });
  Object.assign(slowStore(phone.device, made), { readMs: 400, beginMs: 400 });
  const revoked = laptop.relevo.devices.revoke(phone.id);
  const pages = [];
  while (phone.relevo.identity.current.kind !== 'guest') {
    pages.push(phone.device.open());
    await made.clock.pass(20);
  }
  await within(made, 1_000, revoked);
  await made.clock.pass(5_000);
  for (const { relevo } of pages) await isClean({ ...phone, relevo });
  await Promise.all([laptop, phone, ...pages].map(({ relevo }) => relevo.stop()));
});

test('a page that is opened later shows nothing of them once the server was asked', async () => {
  const { made, laptop, phone } = await twoDevices({ getToken: () => made.token('ana') });
  phone.page.kill();
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  const { relevo } = phone.device.open();
  await made.clock.pass(3_000);
  await isClean({ ...phone, relevo });
  await made.clock.pass(600_000);
  await isClean({ ...phone, relevo });
  await Promise.all([laptop.relevo.stop(), relevo.stop()]);
});

test('a shop that goes on handing out tokens signs nobody in again before it has said that nobody is here', async () => {
  let serial = 0;
  let isOut = false;
  const { made, laptop, phone } = await twoDevices({
    getToken: () => (isOut ? null : made.token('ana', ++serial)),
  });
  const second = phone.device.open();
  await made.clock.pass(1_000);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(600_000);
  for (const page of [phone.page, second]) page.signal('visible');
  await made.clock.pass(60_000);
  await isClean(phone);
  expect(second.relevo.identity.current.kind).toBe('guest');
  second.kill();
  phone.page.kill();
  isOut = true;
  const page = phone.device.open();
  await made.clock.pass(2_000);
  isOut = false;
  await within(made, 2_000, page.relevo.signIn(made.token('ana', ++serial)));
  await made.clock.pass(1_000);
  expect(shown(page.relevo)).toContain(canary);
  expect((await within(made, 1_000, laptop.relevo.devices.list())).map(({ id }) => id)).toContain(phone.id);
  await Promise.all([laptop.relevo.stop(), page.relevo.stop()]);
});

test('a sign-in by a token from before is refused, and the guest stays as they are; by a later one they are back', async () => {
  const { made, laptop, phone } = await twoDevices();
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(5_000);
  phone.relevo.cart.add({ sku: 'GUEST' });
  await within(made, 1_000, phone.relevo.flush());
  expect(await endOf(made, 2_000, phone.relevo.signIn(made.token('ana')))).toBe('auth/revoked');
  expect([phone.relevo.identity.current.kind, cartOf(phone.relevo)]).toEqual(['guest', { GUEST: 1 }]);
  await within(made, 2_000, phone.relevo.signIn(made.token('ana', 7)));
  expect(cartOf(phone.relevo)).toEqual({ GUEST: 1, [`${canary}-LINE`]: 1 });
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('a customer may take back the device in their hands', async () => {
  const { made, laptop, phone, heard } = await twoDevices();
  const change = phone.relevo.cart.add({ sku: `${canary}-MORE` });
  await within(made, 2_000, phone.relevo.devices.revoke(phone.id));
  await isClean(phone);
  expect(heard.at(-1)).toEqual(['revoked', { unsynced: expect.any(Number) }]);
  expect(['done', 'sync/abandoned']).toContain(await standOf(change.synced));
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test("neither another customer's device nor one that is not there can be taken back, nor any by a guest", async () => {
  const { made, laptop, phone } = await twoDevices();
  const ben = made.device().device.open().relevo;
  await made.clock.pass(100);
  const codeOf = (relevo: Relevo, id: string) => endOf(made, 2_000, relevo.devices.revoke(id));
  expect(await codeOf(ben, phone.id)).toBe('auth/unknown-device');
  await within(made, 2_000, ben.signIn(made.token('ben')));
  ben.cart.add({ sku: 'BENS' });
  await within(made, 1_000, ben.flush());
  expect(await codeOf(ben, phone.id)).toBe('auth/unknown-device');
  expect(await codeOf(laptop.relevo, ben.identity.current.deviceId)).toBe('auth/unknown-device');
  expect(await codeOf(laptop.relevo, 'device-of-nobody')).toBe('auth/unknown-device');
  expect(await codeOf(laptop.relevo, '')).toBe('change/bad-value');
  await made.clock.pass(5_000);
  expect([shown(phone.relevo), cartOf(ben)]).toEqual([expect.stringContaining(canary), { BENS: 1 }]);
  await Promise.all([laptop.relevo, phone.relevo, ben].map((relevo) => relevo.stop()));
});

test('on a shared tablet the customer who comes after the one who took it back is not asked to leave', async () => {
  const { made, laptop, phone } = await twoDevices();
  await within(made, 4_000, phone.relevo.signOut());
  await within(made, 2_000, phone.relevo.signIn(made.token('ben')));
  phone.relevo.cart.add({ sku: 'BENS' });
  await made.clock.pass(1_000);
  await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
  await made.clock.pass(60_000);
  expect([phone.relevo.identity.current.customerId, cartOf(phone.relevo)]).toEqual(['ben', { BENS: 1 }]);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('offline nothing is listed and nothing taken back', async () => {
  const { made, laptop, phone } = await twoDevices();
  laptop.line.setOnline(false);
  expect(await endOf(made, 20_000, laptop.relevo.devices.list())).toBe('network/offline');
  expect(await endOf(made, 20_000, laptop.relevo.devices.revoke(phone.id))).toBe('network/offline');
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});

test('a page that fails to answer who is here is told that there is no token, with why', async () => {
  const made = world();
  const broken = new Error('the session store is down');
  let isBroken = false;
  const { device } = made.device({
    device: { kind: 'personal' },
    getToken: async () => {
      if (isBroken) throw broken;
      return made.token('ana');
    },
  });
  const first = device.open();
  await made.clock.pass(1_000);
  await first.relevo.stop();
  isBroken = true;
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  for (const ask of [() => relevo.devices.list(), () => relevo.devices.revoke('0123456789abcdef')])
    await expect(within<unknown>(made, 1_000, ask())).rejects.toMatchObject({ code: 'network/offline', cause: broken });
  await relevo.stop();
});

test('a server that does not know of it yet is told from one that cannot be reached', async () => {
  const made = world();
  const older: WrapPorts = (ports) => ({
    ...ports,
    transport: {
      ...ports.transport,
      async post(path, body, options) {
        const reply = await ports.transport.post(path, body, options);
        return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), want: undefined }) };
      },
    },
  });
  const { relevo } = await signedIn(made, {}, older);
  expect(await endOf(made, 2_000, relevo.devices.list())).toBe('request/version');
  await relevo.stop();
});
