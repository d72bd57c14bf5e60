import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RelevoError } from '../../src/core/relevo-error.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import type { Store } from '../../src/server/store.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  ended,
  type Fields,
  guest,
  lineOf,
  put,
  statuses,
} from './core-world.ts';
import { from } from './device-requests.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = createCoreWorld();
  await world.sync(from('laptop', { ops: [add(1, 'sofa', 1)] }));
  const { cur } = await world.sync(from('phone', { ops: [put(1, 'size', 42)] }));
  held = cur;
  world.clock.jump(60_000);
  await world.sync(from('laptop', { want: { revoke: 'device_phone' } }));
  world.clock.jump(86_400_000);
});
afterEach(() => world.dispose());

/** Where the phone stood when it was revoked. */
let held: string;
/** The phone with a token of this moment. */
const later = (fields: Fields = {}): Fields => from('phone', { auth: customer('ana', world.clock.now()), ...fields });
const revoked = [403, 'auth/revoked'];

describe('a device that was revoked, whatever token it brings', () => {
  test('is refused with anything that it had, and as often as it asks', async () => {
    const tries: readonly Fields[] = [
      {},
      { cur: held },
      { cur: held, ops: [add(2, 'mug', 1)] },
      { ops: [add(2, 'mug', 1)] },
      { want: { signout: true } },
      // Numbered anew after its last contact, or of a replica that the server has forgotten.
      { r: 'replica_unheard', cur: held },
      { r: 'replica_unheard', ops: [add(1, 'mug', 1)] },
      { r: 'replica_unheard', cur: held, want: { signout: true } },
      { r: 'replica_unheard', want: { signout: true } },
      { r: 'replica_unheard', offer: [['preferences', 'size', 3, { v: 1, h: [1, 0, 'r', 1] }]] },
    ];
    for (const fields of [...tries, ...tries]) expect(await world.refusal(later(fields))).toEqual(revoked);
    expect((await world.core.beacon(world.body(later({ r: 'replica_unheard' })))).status).toBe(403);
    const claim = {
      guest: guest('one').guest,
      secret: guest('one').secret,
      r: 'replica_guest',
      ops: [add(1, 'mug', 1)],
    };
    expect(await world.refusal(later({ claim }))).toEqual(revoked);
    const reply = await world.sync(from('laptop', { want: { devices: true } }));
    expect([reply.ent.map(([, key]) => key).sort(), reply.want?.devices?.map(({ id }) => id)]).toEqual([
      ['size', 'sofa'],
      ['device_laptop'],
    ]);
    expect((await world.sync({ auth: guest('one'), r: 'replica_guest', ops: [add(1, 'mug', 1)] })).acks).toHaveLength(
      1,
    );
  });

  test('comes back when it has forgotten all: by a sign-in with a new replica, and goes on as any other', async () => {
    const back = later({ r: 'replica_anew' });
    const first = await world.sync(back);
    expect(lineOf(first, 'sofa').d['sku']?.[0]).toBe('SOFA');
    // Its answer was lost.
    await world.sync(later({ r: 'replica_again' }));
    const next = { ...back, cur: first.cur, ops: [add(1, 'mug', 1)] };
    expect(statuses((await world.sync(next)).acks)).toEqual(['ok']);
    expect((await world.core.beacon(world.body({ ...next, ops: [add(2, 'mug', 1)] }))).status).toBe(204);
    // It numbers anew after a fork.
    const renewed = later({ r: 'replica_renewed', cur: first.cur, ops: [add(1, 'cup', 1)] });
    expect(statuses((await world.sync(renewed)).acks)).toEqual(['ok']);
    await world.sync({ ...renewed, ops: [], want: { signout: true } });
    await world.sync(later({ r: 'replica_third' }));
  });

  test('is refused with what it had also after it came back: a copy of its disk, a tab that stood still', async () => {
    await world.sync(later({ r: 'replica_anew' }));
    for (const fields of [{}, { cur: held }, { cur: held, ops: [add(2, 'mug', 1)] }])
      expect(await world.refusal(later(fields))).toEqual(revoked);
    await world.sync(later({ r: 'replica_anew' }));
  });

  test('may be revoked once more, and has to forget once more', async () => {
    await world.sync(later({ r: 'replica_anew' }));
    await world.sync(from('laptop', { want: { revoke: 'device_phone' } }));
    world.clock.jump(1_000);
    expect(await world.refusal(later({ r: 'replica_anew' }))).toEqual(revoked);
    await world.sync(later({ r: 'replica_third' }));
  });

  test('hands no guest over before it has forgotten, and one afterwards', async () => {
    await world.sync({ auth: guest('one'), r: 'replica_guest', ops: [add(1, 'mug', 1)] });
    const claim = { guest: guest('one').guest, secret: guest('one').secret, r: 'replica_guest', ops: [] };
    expect(await world.refusal(later({ claim }))).toEqual(revoked);
    const reply = await world.sync(later({ r: 'replica_anew', claim }));
    expect([reply.claim, reply.ent.map(([, key]) => key)]).toEqual(['merged', expect.arrayContaining(['mug', 'sofa'])]);
  });
});

test('a sign-in that could not be noted is asked for once more: the request after it would pass for one of before', async () => {
  let isFull = false;
  const full = (): never => {
    throw new RelevoError('server/busy', { retryable: true });
  };
  const store: Store = {
    ...world.store,
    write: (body) => (isFull ? Promise.resolve().then(full) : world.store.write(body)),
  };
  const other = createCoreWorld({ store });
  other.clock.jump(world.clock.now() - other.clock.now());
  await other.sync(from('laptop'));
  isFull = true;
  expect(await other.refusal(later({ r: 'replica_anew' }))).toEqual([503, 'server/busy']);
  expect((await other.send(from('laptop', { r: 'replica_other' }))).status).toBe(200);
  isFull = false;
  const { cur } = await other.sync(later({ r: 'replica_anew' }));
  await other.sync(later({ r: 'replica_anew', cur }));
  await other.dispose();
});

test('a token that has ended hides no revocation, and says nothing else', async () => {
  for (const auth of [ended('ana'), ended('ana', world.clock.now())])
    for (const fields of [{}, { cur: held }, { ops: [add(2, 'mug', 1)] }])
      expect(await world.refusal(from('phone', { ...fields, auth }))).toEqual(revoked);
  const expired = [401, 'auth/expired'];
  expect(await world.refusal(from('laptop', { auth: ended('ana') }))).toEqual(expired);
  expect(await world.refusal(from('laptop', { auth: ended('ana'), ops: [add(2, 'mug', 1)] }))).toEqual(expired);
  expect(await world.refusal(from('phone', { auth: ended('ben') }))).toEqual(expired);
  expect(await world.refusedWith(from('laptop', { auth: ended('ana') }))).toMatchObject({ retryable: true });
  expect((await world.sync(from('laptop'))).ent.map(([, key]) => key)).not.toContain('mug');
});

test('a sign-in of the same second as the revocation counts as after it: tokens count whole seconds', async () => {
  world.clock.jump(500 - (world.clock.now() % 1_000));
  await world.sync(from('laptop', { want: { revoke: 'device_phone' } }));
  const secondMs = world.clock.now() - 500;
  expect(await world.refusal(from('phone', { auth: customer('ana', secondMs - 1_000), r: 'replica_anew' }))).toEqual(
    revoked,
  );
  expect(await world.refusal(from('phone', { auth: customer('ana', secondMs) }))).toEqual(revoked);
  await world.sync(from('phone', { auth: customer('ana', secondMs), r: 'replica_anew' }));
});

test('whoever has copied a session pushes no revocation out with devices that they make up', async () => {
  const own = createCoreWorld({ store: memoryStore() });
  const [phone, laptop] = [from('phone'), from('laptop')];
  await own.sync(phone);
  own.clock.jump(60_000);
  await own.sync({ ...laptop, want: { revoke: 'device_phone' } });
  own.clock.jump(1_000);
  for (let n = 0; n < 501; n++) await own.sync(from(`made_up_${n}`, { want: { revoke: `device_made_up_${n}` } }));
  expect(await own.refusal(phone)).toEqual(revoked);
  expect(await own.refusal(from('made_up_500'))).toEqual(revoked);
  await own.dispose();
});

test('a device that is signed in stays in the list, and can be taken back, however many have signed out since', async () => {
  await world.sync(from('tablet'));
  for (let n = 0; n < 25; n++) {
    world.clock.jump(3_600_000);
    await world.sync(from(`public_${n}`));
    await world.sync(from(`public_${n}`, { want: { signout: true } }));
  }
  const list = async () =>
    (await world.sync(from('laptop', { want: { devices: true } }))).want?.devices?.map(({ id }) => id);
  expect(await list()).toEqual(['device_laptop', 'device_tablet']);
  await world.sync(from('laptop', { want: { revoke: 'device_tablet' } }));
  expect(await world.refusal(from('tablet'))).toEqual(revoked);
});

test('a device that was lost can be taken back by its id when newer ones have pushed it off the list, also where those have left', async () => {
  const { maxDevices } = defaultSpaceLimits;
  await world.sync(from('lost'));
  const takeBack = (id: string) => world.send(from('laptop', { want: { revoke: `device_${id}` } }));
  // None was pushed off so far: what is on no list is none of theirs.
  expect((await takeBack('of_nobody')).status).toBe(404);
  for (let n = 1; n < maxDevices; n++) {
    world.clock.jump(3_600_000);
    await world.sync(from(`newer_${n}`));
  }
  world.clock.jump(3_600_000);
  const reply = await world.sync(from('laptop', { want: { devices: true } }));
  expect(reply.want?.devices?.map(({ id }) => id)).not.toContain('device_lost');
  for (let n = 1; n < maxDevices; n++) await world.sync(from(`newer_${n}`, { want: { signout: true } }));
  expect((await takeBack('lost')).status).toBe(200);
  expect(await world.refusal(from('lost', { ops: [put(1, 'size', 43)] }))).toEqual(revoked);
  expect((await world.sync(from('laptop', { want: { devices: true } }))).want?.devices).toHaveLength(1);
});

test('a page that says that it signs out as it goes away is no device of the list any more', async () => {
  await world.sync(from('kiosk', { ops: [put(1, 'size', 43)] }));
  const last = from('kiosk', { ops: [put(2, 'size', 44)], want: { signout: true, devices: true } });
  expect((await world.core.beacon(world.body(last))).status).toBe(204);
  const reply = await world.sync(from('laptop', { want: { devices: true } }));
  expect(reply.want?.devices?.map(({ id }) => id)).toEqual(['device_laptop']);
  expect(reply.ent.find(([, key]) => key === 'size')?.[3]).toMatchObject({ v: 44 });
});

test('no ticket from before opens a live channel, also of a device that others have pushed out of the list', async () => {
  const own = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxDevices: 1 } } });
  await own.sync(from('phone'));
  own.clock.jump(1_000);
  await own.sync(from('phone', { want: { revoke: 'device_phone' } }));
  own.clock.jump(5_000);
  const back = from('phone', { auth: customer('ana', own.clock.now()), r: 'replica_anew', live: true });
  const { live } = await own.sync(back);
  own.clock.jump(1_000);
  await own.sync(from('laptop'));
  own.clock.jump(1_000);
  await own.sync(from('laptop', { want: { revoke: 'device_phone' } }));
  const opened = own.core.live.open(live?.ticket ?? '', { push() {}, close() {} });
  await expect(opened).rejects.toMatchObject({ code: 'auth/ticket' });
  await own.dispose();
});
