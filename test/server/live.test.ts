import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { ticketLifeMs } from '../../src/server/tickets.ts';
import { add, type CoreWorld, createCoreWorld, customer, guest, put } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const ana = customer('ana');
const ticketFor = async (fields = {}) => {
  const reply = (await world.send({ auth: ana, live: true, device: 'device_two', ...fields })).body as SyncReply;
  return reply.live?.ticket ?? '';
};
const quiet = { push() {}, close() {} };
const refused = { code: 'auth/ticket' };

describe('the live channel', () => {
  it('pushes each change to the other devices of the customer, with what it follows', async () => {
    const before = await world.sync({ auth: ana, ops: [put(1, 'a', 1)] });
    const { pushes } = await world.listen(ana);
    const reply = await world.sync({ auth: ana, ops: [put(2, 'b', 2), put(3, 'c', 3)] });
    expect(pushes).toEqual([
      { v: reply.head, prev: before.head, cur: reply.cur, ent: reply.ent.filter(([, key]) => key !== 'a') },
    ]);
  });

  it('pushes nothing to the device that wrote, and nothing for a batch that changed nothing', async () => {
    const { pushes } = await world.listen(ana, 'device_one');
    const other = await world.listen(ana, 'device_two');
    const batch = [put(1, 'a', 1)];
    await world.sync({ auth: ana, ops: batch });
    await world.sync({ auth: ana, ops: batch });
    expect([pushes.length, other.pushes.length]).toEqual([0, 1]);
  });

  it('pushes nothing of anybody else', async () => {
    const listeners = [
      await world.listen(ana),
      await world.listen(customer('ben')),
      await world.listen(guest('visitor')),
    ];
    await world.sync({ auth: customer('ben'), ops: [put(1, 'a', 'canary-ben')] });
    await world.sync({ auth: guest('visitor'), ops: [put(1, 'a', 'canary-guest')] });
    await world.sync({ auth: ana, site: 'pk_b', ops: [put(1, 'a', 'canary-site')] });
    expect(listeners.map(({ pushes }) => JSON.stringify(pushes).match(/canary-\w+/g))).toEqual([
      null,
      ['canary-ben'],
      ['canary-guest'],
    ]);
  });

  it('pushes only the numbers when the rows are over 16 KiB', async () => {
    const { pushes } = await world.listen(ana);
    const long = 'x'.repeat(4_000);
    await world.sync({ auth: ana, ops: [1, 2, 3, 4].map((q) => put(q, `k${q}`, long)) });
    await world.sync({ auth: ana, ops: [5, 6, 7, 8, 9].map((q) => put(q, `k${q}`, long)) });
    expect(pushes.map(({ v, prev, ent }) => [prev, v, ent?.length])).toEqual([
      [0, 4, 4],
      [4, 9, undefined],
    ]);
  });

  it('pushes what a merge brought to the customer, and its receipt', async () => {
    const visitor = guest('visitor');
    await world.sync({ auth: visitor, r: 'replica_guest', ops: [add(1, 'sofa', 1)] });
    const { pushes } = await world.listen(ana);
    const { receipt } = await world.sync({ auth: ana, claim: { ...visitor, r: 'replica_guest', ops: [] } });
    expect(pushes.map(({ ent }) => ent?.map(([, key]) => key))).toEqual([['sofa', receipt?.id]]);
  });
});

describe('a live ticket', () => {
  it('is taken once', async () => {
    const ticket = await ticketFor();
    await world.core.live.open(ticket, quiet);
    await expect(world.core.live.open(ticket, quiet)).rejects.toMatchObject(refused);
  });

  it('is taken once also when it is used twice at the same moment', async () => {
    const ticket = await ticketFor();
    const results = await Promise.allSettled([1, 2, 3].map(() => world.core.live.open(ticket, quiet)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('lasts 30 s', async () => {
    const [inTime, late] = [await ticketFor(), await ticketFor()];
    world.clock.jump(ticketLifeMs);
    await world.core.live.open(inTime, quiet);
    world.clock.jump(1);
    await expect(world.core.live.open(late, quiet)).rejects.toMatchObject(refused);
  });

  it('that was made up is refused', async () => {
    const ticket = await ticketFor();
    const [body = '', mac = ''] = ticket.split('.');
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(atob(body)), space: 'pk_a/c_other' })).toString(
      'base64url',
    );
    for (const bad of [
      '',
      '.',
      'x',
      body,
      `${body}.`,
      `.${mac}`,
      `${other}.${mac}`,
      `${body}.${mac}A`,
      `${mac}.${body}`,
    ]) {
      await expect(world.core.live.open(bad, quiet)).rejects.toMatchObject(refused);
    }
  });

  it('is not given when it is not asked for, nor at sign-out', async () => {
    const plain = await world.sync({ auth: ana });
    const out = await world.sync({ auth: ana, live: true, want: { signout: true } });
    expect([plain.live, out.live]).toEqual([undefined, undefined]);
  });
});

describe('a live connection', () => {
  it('ends when the token does', async () => {
    const { closes, pushes } = await world.listen(ana);
    await world.clock.pass(3_600_000 - 1);
    expect(closes).toEqual([]);
    await world.clock.pass(1);
    expect(closes).toEqual([4401]);
    await world.sync({ auth: ana, ops: [put(1, 'a', 1)] });
    expect(pushes).toEqual([]);
  });

  it('ends at the sign-out of its device and of no other, and its tickets are void', async () => {
    const out = await world.listen(ana, 'device_out');
    const stays = await world.listen(ana, 'device_stays');
    const ticket = await ticketFor({ device: 'device_out' });
    world.clock.jump(1_000);
    const reply = await world.sync({ auth: ana, device: 'device_out', want: { signout: true } });
    expect(reply.want).toEqual({ signout: true });
    expect([out.closes, stays.closes]).toEqual([[4403], []]);
    await expect(world.core.live.open(ticket, quiet)).rejects.toMatchObject(refused);
    world.clock.jump(1);
    await world.core.live.open(await ticketFor({ device: 'device_out' }), quiet);
  });

  it('the sixth of a customer closes the one that was idle longest', async () => {
    const five = [];
    for (let n = 0; n < 5; n++) {
      five.push(await world.listen(ana, `device_no_${n}`));
      world.clock.jump(10);
    }
    five[0]?.connection.touch();
    const sixth = await world.listen(ana, 'device_no_6');
    const others = await world.listen(customer('ben'), 'device_no_7');
    expect(five.map(({ closes }) => closes)).toEqual([[], [4429], [], [], []]);
    expect([sixth.closes, others.closes, world.core.live.count]).toEqual([[], [], 6]);
  });

  it('that ended leaves no timer and no listener', async () => {
    const { connection, pushes } = await world.listen(ana);
    connection.end();
    await world.sync({ auth: ana, ops: [put(1, 'a', 1)] });
    expect([world.clock.timers, world.core.live.count, pushes]).toEqual([0, 0, []]);
  });

  it('closes with 1012 when the server stops', async () => {
    const { closes } = await world.listen(ana);
    world.core.live.close();
    expect([closes, world.clock.timers, world.core.live.count]).toEqual([[1012], 0, 0]);
  });
});

describe('a fanout that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('redis is away');
      },
    ],
    ['rejects', (() => Promise.reject(new Error('redis is away'))) as () => void],
  ])('because it %s takes no write back, and is in the log', async (_, publish) => {
    const said: string[] = [];
    const log = { info() {}, warn: (event: string) => said.push(event), error: (event: string) => said.push(event) };
    const own = createCoreWorld({ fanout: { publish, subscribe: () => () => {}, close() {} }, log });
    const auth = guest('visitor');
    const reply = await own.send({ auth, ops: [put(1, 'currency', 'EUR')], want: { signout: true } });
    await new Promise((done) => setImmediate(done));
    expect([reply.status, said]).toEqual([200, ['fanout-failed', 'fanout-failed']]);
    await own.dispose();
  });
});
