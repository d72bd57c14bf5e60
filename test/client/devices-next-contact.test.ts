import { describe, expect, test } from 'vitest';
import type { DeviceOptions, RelevoOptions } from '../../src/client/api.ts';
import { canary, isClean, shown, signedIn } from './devices-world.ts';
import { cartOf, within, world } from './world.ts';

const laterMs = 600_000;

/** Ana's laptop and her phone, whose shop issues a token at every call of `getToken` for as long as its session goes on. */
const ofAShop = async (kind: NonNullable<DeviceOptions['kind']>, options: Partial<RelevoOptions> = {}) => {
  const made = world();
  const session = { tokens: 0, last: '' };
  const getToken = () => {
    session.last = made.token('ana', ++session.tokens + 100);
    return session.last;
  };
  const laptop = await signedIn(made);
  const phone = await signedIn(made, { device: { kind }, getToken, ...options });
  phone.relevo.cart.add({ sku: `${canary}-LINE` });
  await within(made, 1_000, phone.relevo.flush());
  await made.clock.pass(1_000);
  return { made, laptop, phone, session };
};

const hear = ({ relevo }: Pick<Awaited<ReturnType<typeof signedIn>>, 'relevo'>) => {
  const heard: unknown[] = [];
  for (const event of ['signin', 'signout', 'revoked'] as const)
    relevo.on(event, (detail) => void heard.push([event, detail]));
  return heard;
};

describe.each(['shared', 'personal'] as const)('a %s device whose shop goes on issuing tokens', (kind) => {
  test('forgets all at its next contact, though its page was closed when it was revoked', async () => {
    const { made, laptop, phone } = await ofAShop(kind);
    phone.line.setOnline(false);
    phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
    await made.clock.pass(500);
    phone.page.kill();
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    await made.clock.pass(laterMs);
    phone.line.setOnline(true);
    const page = phone.device.open();
    const heard = hear(page);
    await made.clock.pass(5_000);
    await isClean({ ...phone, relevo: page.relevo });
    expect(heard).toEqual([
      ['signout', { unsynced: 1 }],
      ['revoked', { unsynced: 1 }],
    ]);
    expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1 });
    expect((await within(made, 1_000, laptop.relevo.devices.list())).map(({ id }) => id)).toEqual([laptop.id]);
    await Promise.all([laptop.relevo.stop(), page.relevo.stop()]);
  });

  test('forgets all at its next contact, though the token of its open page has ended', async () => {
    const { made, laptop, phone, session } = await ofAShop(kind);
    const heard = hear(phone);
    phone.line.setOnline(false);
    phone.relevo.cart.add({ sku: `${canary}-UNSENT` });
    await made.clock.pass(500);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    await made.clock.pass(laterMs);
    made.expire(session.last);
    phone.line.setOnline(true);
    phone.page.signal('online');
    await made.clock.pass(5_000);
    await isClean(phone);
    expect(heard).toEqual([
      ['signout', { unsynced: 1 }],
      ['revoked', { unsynced: 1 }],
    ]);
    expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1 });
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });

  test('forgets all though its token has ended and its shop gives no other', async () => {
    let isMute = false;
    const made = world();
    const last = made.token('ana', 50);
    const laptop = await signedIn(made);
    const phone = await signedIn(made, { device: { kind }, getToken: () => (isMute ? undefined : last) });
    phone.relevo.cart.add({ sku: `${canary}-LINE` });
    await within(made, 1_000, phone.relevo.flush());
    const heard = hear(phone);
    phone.line.setOnline(false);
    await made.clock.pass(1_000);
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    isMute = true;
    made.expire(last);
    phone.line.setOnline(true);
    phone.page.signal('online');
    await made.clock.pass(5_000);
    await isClean(phone);
    expect(heard).toEqual([
      ['signout', { unsynced: 0 }],
      ['revoked', { unsynced: 0 }],
    ]);
    await Promise.all([laptop.relevo.stop(), phone.relevo.stop()]);
  });

  test('forgets all where the first refusal was lost, and signs her in again when it has', async () => {
    const { made, laptop, phone } = await ofAShop(kind);
    phone.page.kill();
    await within(made, 1_000, laptop.relevo.devices.revoke(phone.id));
    await made.clock.pass(laterMs);
    // Killed before it could take the answer in.
    const first = phone.device.open();
    await made.clock.pass(40);
    first.kill();
    const second = phone.device.open();
    const heard = hear(second);
    await made.clock.pass(5_000);
    expect(heard.map((one) => (one as [string])[0])).toEqual(['signout', 'revoked']);
    await isClean({ ...phone, relevo: second.relevo });
    second.kill();
    const third = phone.device.open();
    await made.clock.pass(5_000);
    expect(shown(third.relevo)).toContain(`${canary}-LINE`);
    third.relevo.cart.add({ sku: 'MORE' });
    await within(made, 2_000, third.relevo.flush());
    expect(cartOf(laptop.relevo)).toEqual({ [`${canary}-LINE`]: 1, MORE: 1 });
    await Promise.all([laptop.relevo.stop(), third.relevo.stop()]);
  });
});
