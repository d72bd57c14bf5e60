import { describe, expect, test } from 'vitest';
import { faultyStore, textOf } from './device-disk.ts';
import { canary, isClean, type Made, signedIn } from './devices-world.ts';
import { hangingWorld } from './waiting-merges.ts';
import { cartOf, within, world } from './world.ts';

/** Ana's phone has something unsent in its store, which fails then: its page goes on in memory, without a network. */
const phoneInMemory = async ({ made, isGuest = false }: { made: Made; isGuest?: boolean } = { made: world() }) => {
  const laptop = await signedIn(made);
  const fault = { isBroken: false };
  const own = made.device({ device: { kind: 'personal' } });
  own.device.setOpen(async () => faultyStore(own.device, fault));
  const page = own.device.open();
  const { relevo } = page;
  await made.clock.pass(100);
  const guest = relevo.identity.current.anonymousId;
  if (isGuest) {
    relevo.cart.add({ sku: 'LAMP' });
    await within(made, 1_000, relevo.flush());
  }
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(500);
  own.line.setOnline(false);
  relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(500);
  fault.isBroken = true;
  relevo.preferences.set('style', canary);
  await made.clock.pass(500);
  expect(relevo.status.storage).toBe('memory');
  return { made, laptop, fault, guest, phone: { ...own, page, relevo, id: relevo.identity.current.deviceId } };
};

type Phone = Awaited<ReturnType<typeof phoneInMemory>>;

const isOnline = async ({ made, phone }: Phone) => {
  phone.line.setOnline(true);
  phone.page.signal('online');
  await made.clock.pass(3_000);
};

const revokes = ({ made, laptop, phone }: Phone, by = laptop) =>
  within(made, 1_000, by.relevo.devices.revoke(phone.id));

const ways: readonly (readonly [string, (of: Phone) => Promise<unknown>])[] = [
  [
    'the device takes itself back',
    async (of) => {
      await isOnline(of);
      await revokes(of, of.phone);
    },
  ],
  [
    'another device takes it back',
    async (of) => {
      await revokes(of);
      await isOnline(of);
    },
  ],
  [
    'its sign-out hears that it was taken back',
    async (of) => {
      await revokes(of);
      of.phone.line.setOnline(true);
      await within(of.made, 5_000, of.phone.relevo.signOut());
    },
  ],
  [
    'it is told to drop what waits',
    ({ made, phone }) => within(made, 5_000, phone.relevo.signOut({ unsynced: 'drop' })),
  ],
];

describe.each(ways)('a store that failed, and works again after %s,', (_, leave) => {
  test.each(['nobody', 'another customer'])('has nothing of its customer, with %s here since', async (who) => {
    const of = await phoneInMemory();
    const { made, laptop, fault, phone } = of;
    const { relevo } = phone;
    await leave(of);
    expect(relevo.identity.current.kind).toBe('guest');
    relevo.cart.add({ sku: 'OF-THE-NEXT' });
    phone.line.setOnline(true);
    if (who !== 'nobody') await within(made, 3_000, relevo.signIn(made.token('ben')));
    fault.isBroken = false;
    await made.clock.pass(70_000);
    expect([relevo.status.storage, cartOf(relevo)]).toEqual(['indexeddb', { 'OF-THE-NEXT': 1 }]);
    if (who !== 'nobody') await within(made, 5_000, relevo.signOut());
    await isClean(phone);
    await Promise.all([laptop.relevo.stop(), relevo.stop()]);
  });

  test('hands nothing of before to the same customer, who has signed in anew since', async () => {
    const of = await phoneInMemory();
    const { made, laptop, fault, phone } = of;
    await leave(of);
    const before = cartOf(laptop.relevo);
    phone.line.setOnline(true);
    await within(made, 3_000, phone.relevo.signIn(made.token('ana', 9)));
    phone.relevo.cart.add({ sku: 'SINCE' });
    fault.isBroken = false;
    await made.clock.pass(70_000);
    expect(phone.relevo.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
    for (const { relevo } of [phone, laptop]) expect(cartOf(relevo)).toEqual({ ...before, SINCE: 1 });
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });
});

test('nor does a guest stay there whose merge the customer was owed', async () => {
  const { made } = hangingWorld(true);
  const of = await phoneInMemory({ made, isGuest: true });
  const { laptop, fault, guest, phone } = of;
  // The server took no note of one that it had before.
  const late = {
    n: 1,
    i: 'late',
    c: 'cart',
    k: 'k',
    r: 'r',
    q: 1,
    w: 1,
    at: 0,
    x: { t: 'add', n: 1, f: { sku: canary } },
  };
  await phone.device.disk.write(async (tx) => tx.put(['out', guest, late.n, late.i], late));
  await revokes(of);
  await isOnline(of);
  fault.isBroken = false;
  await made.clock.pass(70_000);
  await isClean(phone);
  expect(await textOf(phone.device)).not.toContain(guest);
  await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
});
