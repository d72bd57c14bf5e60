import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  type Fields,
  guest,
  lineOf,
  put,
  statuses,
} from './core-world.ts';
import { from } from './device-requests.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const list = async (device: string, fields: Fields = {}) =>
  (await world.sync(from(device, { want: { devices: true }, ...fields }))).want?.devices ?? [];
const idsOf = (devices: readonly { readonly id: string }[]) => devices.map(({ id }) => id.replace('device_', ''));
const revoke = (device: string, by = 'laptop', fields: Fields = {}) =>
  world.send(from(by, { want: { revoke: `device_${device}` }, ...fields }));
const codeOf = ({ status, body }: Awaited<ReturnType<typeof revoke>>) => [
  status,
  (body as { code?: string } | null)?.code,
];

/** Two devices of Ana's, the phone an hour after the laptop. */
const signedIn = async () => {
  await world.sync(from('laptop', { ops: [add(1, 'sofa', 1)] }));
  world.clock.jump(3_600_000);
  await world.sync(from('phone', { channel: 'ios' }));
};

describe('the devices of a customer', () => {
  test('are those on which they are signed in, the last heard of first, with where and since when', async () => {
    const startMs = world.clock.now();
    await signedIn();
    expect(await list('laptop')).toEqual([
      { id: 'device_phone', channel: 'ios', since: startMs + 3_600_000, seen: startMs + 3_600_000 },
      { id: 'device_laptop', channel: 'web', since: startMs, seen: startMs },
    ]);
  });

  test('are known before there is anything in their space', async () => {
    await world.sync(from('phone'));
    expect(idsOf(await list('laptop'))).toEqual(['laptop', 'phone']);
  });

  test('lose one that signs out, and have it again, since then, when it is back', async () => {
    await signedIn();
    await world.sync(from('phone', { want: { signout: true } }));
    expect(idsOf(await list('laptop'))).toEqual(['laptop']);
    world.clock.jump(60_000);
    await world.sync(from('phone', { r: 'replica_phone_2', channel: 'ios' }));
    const [back] = (await list('laptop')).filter(({ id }) => id === 'device_phone');
    expect(back).toMatchObject({ channel: 'ios', since: world.clock.now() });
  });

  test('have none again by what a device that signed out said before, and comes late', async () => {
    await signedIn();
    const late = from('phone', { ops: [put(1, 'currency', 'EUR')] });
    await world.sync(from('phone', { ops: [put(1, 'size', 42)], want: { signout: true } }));
    world.clock.jump(2 * 3_600_000);
    await world.core.beacon(world.body(late));
    await world.sync(from('phone'));
    expect(idsOf(await list('laptop'))).toEqual(['laptop']);
  });

  test("are another customer's on the same device apart", async () => {
    await signedIn();
    await world.sync(from('phone', { auth: customer('ben'), r: 'replica_of_ben' }));
    expect(idsOf(await list('phone', { auth: customer('ben'), r: 'replica_of_ben' }))).toEqual(['phone']);
    expect(idsOf(await list('laptop'))).toEqual(['phone', 'laptop']);
  });

  test('are nothing that a guest may ask about', async () => {
    const auth = guest('one');
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    for (const want of [{ devices: true }, { revoke: 'device_one' }])
      expect(await world.refusal({ auth, want })).toEqual([400, 'request/malformed']);
  });
});

describe('a device that was revoked', () => {
  test('is refused at once, with a token that is still good, whatever it says, and nothing of it is taken', async () => {
    await signedIn();
    expect((await revoke('phone')).body).toMatchObject({ want: { revoke: true } });
    const claim = {
      guest: guest('one').guest,
      secret: guest('one').secret,
      r: 'replica_guest',
      ops: [add(1, 'mug', 1)],
    };
    const tries: readonly Fields[] = [
      {},
      { r: 'another_replica' },
      { ops: [add(1, 'lamp', 1)] },
      { want: { devices: true } },
      { want: { revoke: 'device_laptop' } },
      { claim },
      { offer: [['preferences', 'size', 3, { v: 1, h: [1, 0, 'r', 1] }]] },
    ];
    for (const fields of tries) expect(await world.refusal(from('phone', fields))).toEqual([403, 'auth/revoked']);
    expect((await world.core.beacon(world.body(from('phone', { ops: [add(1, 'lamp', 1)] })))).status).toBe(403);
    const reply = await world.sync(from('laptop'));
    expect(reply.ent.map(([, key]) => key)).toEqual(['sofa']);
    expect(idsOf(await list('laptop'))).toEqual(['laptop']);
    // The guest was not handed over.
    expect((await world.sync({ auth: guest('one'), r: 'replica_guest', ops: [add(1, 'mug', 1)] })).acks).toHaveLength(
      1,
    );
  });

  test('loses its live channel at once, and opens none with a ticket from before', async () => {
    await signedIn();
    const { closes } = await world.listen(customer('ana'), 'device_phone');
    const { live } = await world.sync(from('phone', { live: true }));
    const other = await world.listen(customer('ana'), 'device_laptop');
    await revoke('phone');
    await world.clock.pass(0);
    expect([closes, other.closes]).toEqual([[4403], []]);
    const opened = world.core.live.open(live?.ticket ?? '', { push() {}, close() {} });
    await expect(opened).rejects.toMatchObject({ code: 'auth/ticket' });
  });

  test('comes back by a later sign-in, and by no token from before it, nor one that does not say when', async () => {
    await signedIn();
    const revokedAtMs = world.clock.now();
    await revoke('phone');
    world.clock.jump(10_000);
    for (const auth of [customer('ana'), customer('ana', revokedAtMs - 1)])
      expect(await world.refusal(from('phone', { auth, r: 'replica_new' }))).toEqual([403, 'auth/revoked']);
    const later = { auth: customer('ana', revokedAtMs + 1_000), r: 'replica_new' };
    expect(lineOf(await world.sync(from('phone', later)), 'sofa').d['sku']?.[0]).toBe('SOFA');
    expect(idsOf(await list('laptop'))).toContain('phone');
    // It may be revoked once more.
    world.clock.jump(10_000);
    await revoke('phone');
    expect(await world.refusal(from('phone', later))).toEqual([403, 'auth/revoked']);
  });

  test('stays revoked for years, and behind more devices than are remembered', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxDevices: 3 } } });
    await signedIn();
    await revoke('phone');
    for (let n = 0; n < 5; n++) {
      world.clock.jump(3_600_000);
      await world.sync(from(`other_${n}`));
    }
    await world.passDays(900);
    expect(await world.refusal(from('phone'))).toEqual([403, 'auth/revoked']);
    expect(codeOf(await revoke('phone', 'other_4'))).toEqual([200, undefined]);
    expect(idsOf(await list('other_4'))).not.toContain('phone');
  });

  test('may be the one that asks', async () => {
    await signedIn();
    expect(codeOf(await revoke('phone', 'phone'))).toEqual([200, undefined]);
    expect(await world.refusal(from('phone'))).toEqual([403, 'auth/revoked']);
  });

  test("is nobody's but the customer's who said so", async () => {
    await signedIn();
    await world.sync({ auth: customer('ben'), device: 'device_of_ben', r: 'replica_of_ben', ops: [add(1, 'mug', 1)] });
    // Ben's, and none at all: the same answer.
    const answers = await Promise.all(['of_ben', 'of_nobody'].map((id) => revoke(id)));
    expect(answers.map(({ body }) => body)).toEqual([answers[0]?.body, answers[0]?.body]);
    expect(answers.map(codeOf)).toEqual(Array(2).fill([404, 'auth/unknown-device']));
    const ben = { auth: customer('ben'), device: 'device_phone', r: 'replica_of_ben_2' };
    await world.sync(ben);
    await revoke('phone');
    const still: SyncReply = await world.sync({ ...ben, ops: [add(1, 'mug', 1)] });
    expect(statuses(still.acks)).toEqual(['ok']);
    expect((await world.send({ ...from('phone'), site: 'pk_b' })).status).toBe(200);
  });

  test('is revoked together with the changes that the request brings', async () => {
    await signedIn();
    const reply = await world.sync(
      from('laptop', { ops: [add(2, 'mug', 1)], want: { revoke: 'device_phone', devices: true } }),
    );
    expect([statuses(reply.acks), idsOf(reply.want?.devices ?? [])]).toEqual([['ok'], ['laptop']]);
    const unknown = from('laptop', { ops: [add(3, 'lamp', 1)], want: { revoke: 'device_of_nobody' } });
    expect(await world.refusal(unknown)).toEqual([404, 'auth/unknown-device']);
    expect((await world.sync(from('laptop', { ops: [add(3, 'lamp', 1)] }))).acks).toHaveLength(1);
  });
});
