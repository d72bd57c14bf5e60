import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { add, type CoreWorld, createCoreWorld, customer, lineOf, op, put, rowOf, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');
const quantity = async (key: string) => {
  const reply = await world.sync({ auth, r: 'replica_reader' });
  return quantityOf(lineOf(reply, key).q);
};

describe('a change', () => {
  it('counts once however often it is sent, with the same answer', async () => {
    const batch = [add(1, 'sofa', 2), add(2, 'lamp', 1)];
    const first = await world.sync({ auth, ops: batch });
    const second = await world.sync({ auth, ops: batch });
    expect(statuses(first.acks)).toEqual(['ok', 'ok']);
    expect(statuses(second.acks)).toEqual(['dup', 'dup']);
    expect(second.acks.map((ack) => ack.slice(2))).toEqual(first.acks.map((ack) => ack.slice(2)));
    expect(await quantity('sofa')).toBe(2);
    expect(second.head).toBe(first.head);
  });

  it('counts once when the same batch arrives ten times at once', async () => {
    const batch = [add(1, 'sofa', 2)];
    const replies = await Promise.all(Array.from({ length: 10 }, () => world.sync({ auth, ops: batch })));
    expect(replies.flatMap(({ acks }) => statuses(acks)).sort()).toEqual([...Array(9).fill('dup'), 'ok']);
    expect(await quantity('sofa')).toBe(2);
  });

  it('of a used number with another id is a fork, and those before it are acknowledged', async () => {
    const known = add(1, 'sofa', 1);
    await world.sync({ auth, ops: [known, add(2, 'sofa', 1)] });
    const reply = await world.sync({ auth, ops: [known, add(2, 'sofa', 5), add(3, 'sofa', 5)] });
    expect(reply.fork).toBe(true);
    expect(statuses(reply.acks)).toEqual(['dup']);
    expect(await quantity('sofa')).toBe(2);
  });

  it('that is numbered anew by a store put back to an earlier state is known by its id', async () => {
    const [first, second] = [add(1, 'sofa', 1), add(2, 'lamp', 2)];
    await world.sync({ auth, ops: [first, second] });
    const reply = await world.sync({ auth, ops: [{ ...second, q: 1 }, { ...first, q: 2 }, add(3, 'bed', 1)] });
    expect(reply.fork).toBe(true);
    expect(reply.acks.map(([id, status]) => [id, status]).sort()).toEqual(
      [
        [first.i, 'dup'],
        [second.i, 'dup'],
      ].sort(),
    );
    expect(await quantity('lamp')).toBe(2);
  });

  it('that says it may come again is known by its id under any replica and number', async () => {
    const sofa = add(1, 'sofa', 2);
    await world.sync({ auth, r: 'replica_a', ops: [sofa] });
    const again = { ...sofa, q: 1, again: true };
    const second = await world.sync({ auth, r: 'replica_b', ops: [again, add(2, 'lamp', 1)] });
    expect(statuses(second.acks)).toEqual(['dup', 'ok']);
    const third = await world.sync({ auth, r: 'replica_b', ops: [again] });
    expect(statuses(third.acks)).toEqual(['dup']);
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([2, 1]);
  });

  it.each([
    ['fork', 1],
    ['gap', 3],
  ] as const)('that another tab has given another replica is known by its id after a %s', async (kind, q) => {
    const sofa = add(1, 'sofa', 2);
    await world.sync({ auth, r: 'replica_a', ops: [add(1, 'lamp', 1)] });
    await world.sync({ auth, r: 'replica_b', ops: [sofa] });
    const reply = await world.sync({ auth, r: 'replica_a', ops: [{ ...sofa, q }, add(q + 1, 'bed', 1)] });
    expect(reply[kind]).toBeTruthy();
    expect(reply.acks.map(([id, status]) => [id, status])).toEqual([[sofa.i, 'dup']]);
    expect(await quantity('sofa')).toBe(2);
  });

  it('that says it may come again, and did not, counts', async () => {
    const reply = await world.sync({ auth, ops: [{ ...add(1, 'sofa', 2), again: true }] });
    expect(statuses(reply.acks)).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(2);
  });

  it('that says it may come again, and comes before its first copy, counts once', async () => {
    const [sofa, lamp] = [add(1, 'sofa', 2), add(2, 'lamp', 1)];
    await world.sync({ auth, r: 'replica_b', ops: [{ ...sofa, again: true }] });
    await world.sync({ auth, r: 'replica_b', ops: [{ ...lamp, again: true }] });
    const late = await world.sync({ auth, r: 'replica_a', ops: [sofa, lamp, add(3, 'bed', 1)] });
    expect(statuses(late.acks)).toEqual(['dup', 'dup', 'ok']);
    expect([late.fork, late.gap]).toEqual([undefined, undefined]);
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([2, 1]);
  });

  it('after a gap waits for the number the server names', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const reply = await world.sync({ auth, ops: [add(3, 'sofa', 1), add(4, 'sofa', 1)] });
    expect([reply.gap, reply.acks]).toEqual([2, []]);
    const resent = await world.sync({ auth, ops: [add(2, 'sofa', 1), add(3, 'sofa', 1)] });
    expect([resent.gap, statuses(resent.acks)]).toEqual([undefined, ['ok', 'ok']]);
    expect(await quantity('sofa')).toBe(3);
  });

  it('too old to be remembered is a fork, never applied again', async () => {
    const first = add(1, 'sofa', 1);
    for (let start = 1; start <= 301; start += 50) {
      const fresh = Array.from({ length: 50 }, (_, n) => (start + n === 1 ? first : add(start + n, 'sofa', 1)));
      await world.sync({ auth, ops: fresh });
    }
    const reply = await world.sync({ auth, ops: [first] });
    expect(reply.fork).toBe(true);
    expect(await quantity('sofa')).toBe(350);
  });

  it('that is refused uses up its number and does not block those behind it', async () => {
    const batch = [
      add(1, 'sofa', 0),
      add(2, 'bad key', 1),
      op(3, { c: 'preferences', k: 'x', t: 'add', n: 1 }),
      op(4, { k: 'lamp', t: 'teleport', to: 'moon' }),
      op(5, { c: 'browsing', k: 'v', t: 'put', v: {} }),
      op(6, { k: 'lamp', t: 'nop' }),
      add(7, 'lamp', 1),
    ];
    const reply = await world.sync({ auth, ops: batch });
    const expected = [
      'rejected change/bad-quantity',
      'rejected change/bad-key',
      'rejected change/kind',
      'unsupported change/unsupported',
      'rejected consent/required',
      'ok',
      'ok',
    ];
    expect(statuses(reply.acks)).toEqual(expected);
    const again = await world.sync({ auth, ops: batch });
    expect(statuses(again.acks)).toEqual([...expected.slice(0, 5), 'dup', 'dup']);
  });

  it('survives a restart of the server: its number, its answer and its effect', async () => {
    const batch = [add(1, 'sofa', 2)];
    const first = await world.sync({ auth, ops: batch });
    const rest = createCoreWorld({ store: world.store });
    const again = await rest.sync({ auth, ops: batch, cur: first.cur });
    expect([statuses(again.acks), again.ent]).toEqual([['dup'], []]);
    await rest.dispose();
  });
});

describe('a stamp', () => {
  const stampOf = (ack: readonly unknown[] | undefined) => ack?.[2] as readonly [number, number, string, number];

  it('is the server time less the age, whatever the device believes', async () => {
    const now = world.clock.now();
    const reply = await world.sync({
      auth,
      ops: [put(1, 'a', 1, { a: 5_000 }), put(2, 'b', 1, { a: -9e15 }), put(3, 'c', 1, { a: 9e15 })],
    });
    expect(reply.acks.map((ack) => stampOf(ack)[0])).toEqual([now - 5_000, now, 1]);
  });

  it('comes after what the change had seen, even when its age says otherwise', async () => {
    const first = await world.sync({ auth, ops: [put(1, 'currency', 'EUR')] });
    const seen = stampOf(first.acks[0]);
    const reply = await world.sync({
      auth,
      r: 'replica_two',
      ops: [put(1, 'currency', 'USD', { a: 60_000, bh: seen })],
    });
    expect(stampOf(reply.acks[0])).toEqual([seen[0], seen[1] + 1, 'replica_two', 1]);
    expect(rowOf(reply, 'preferences', 'currency')?.[3]).toMatchObject({ v: 'USD' });
  });

  it('of a later change of the batch comes after the earlier one of the same entry', async () => {
    const reply = await world.sync({
      auth,
      ops: [put(1, 'currency', 'EUR', { a: 0 }), put(2, 'currency', 'USD', { a: 60_000 })],
    });
    const [first, second] = reply.acks.map(stampOf);
    expect(second?.slice(0, 2)).toEqual([first?.[0], (first?.[1] ?? 0) + 1]);
    expect(rowOf(reply, 'preferences', 'currency')?.[3]).toMatchObject({ v: 'USD' });
  });

  it('is raised by an earlier change of the batch that was there already', async () => {
    const first = put(1, 'currency', 'EUR');
    await world.sync({ auth, ops: [first] });
    const reply = await world.sync({ auth, ops: [first, put(2, 'currency', 'USD', { a: 60_000 })] });
    expect(rowOf(reply, 'preferences', 'currency')?.[3]).toMatchObject({ v: 'USD' });
  });

  it('is raised by the latest of those that were there already, whichever was sent last', async () => {
    const [newer, older] = [put(1, 'currency', 'EUR'), put(2, 'currency', 'USD', { a: 5_000 })];
    const latest = stampOf((await world.sync({ auth, ops: [newer] })).acks[0]);
    await world.sync({ auth, ops: [older] });
    const reply = await world.sync({ auth, ops: [newer, older, put(3, 'currency', 'NOK', { a: 9_000 })] });
    expect(stampOf(reply.acks[2])).toEqual([latest[0], latest[1] + 1, 'replica_one', 3]);
  });

  it('never goes back when the clock of the server does', async () => {
    const first = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    world.clock.jump(-3_600_000);
    const second = await world.sync({ auth, ops: [put(2, 'b', 1)] });
    expect(stampOf(second.acks[0])[0]).toBe(stampOf(first.acks[0])[0]);
  });

  it('that a device made up counts for nothing', async () => {
    await world.sync({ auth, ops: [put(1, 'currency', 'EUR')] });
    const reply = await world.sync({
      auth,
      r: 'replica_two',
      ops: [put(1, 'currency', 'USD', { a: 60_000, bh: [9e15, 0, 'zz', 1] })],
    });
    expect(stampOf(reply.acks[0])[0]).toBe(world.clock.now() - 60_000);
  });
});

describe('the cart', () => {
  it('knows the channel of the last change of each line', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const reply = await world.sync({
      auth,
      channel: 'ios',
      r: 'replica_two',
      ops: [op(1, { k: 'sofa', t: 'add', n: 1 })],
    });
    expect(reply.acks[0]?.slice(1)).toEqual(['ok', 1]);
    expect(lineOf(reply, 'sofa').d.channel?.[0]).toBe('ios');
  });
});

describe('an order', () => {
  const order = (q: number, orderId: string, fields = {}) =>
    op(q, {
      k: orderId,
      t: 'order',
      orderId,
      lines: [{ sku: 'SOFA', quantity: 2 }],
      seen: { sofa: { replica_one: 3 } },
      ...fields,
    });

  it('takes what it bought, once for all devices that report it', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 3)] });
    const first = await world.sync({ auth, ops: [order(2, 'o-1')] });
    const second = await world.sync({ auth, r: 'replica_two', ops: [order(1, 'o-1')] });
    // Another change had reported it: the device whose page was only loaded again has bought nothing.
    expect([statuses(first.acks), statuses(second.acks)]).toEqual([['ok'], ['dup known']]);
    expect(await quantity('sofa')).toBe(1);
  });

  it('leaves adds that it had not seen', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 3)] });
    await world.sync({ auth, r: 'replica_two', ops: [add(1, 'sofa', 4)] });
    await world.sync({ auth, ops: [order(2, 'o-1', { lines: [{ sku: 'SOFA', quantity: 7 }] })] });
    expect(await quantity('sofa')).toBe(4);
  });

  it('takes the oldest line first when it names no properties, and never clears what it did not name', async () => {
    await world.sync({ auth, ops: [add(1, 'young', 0)] });
    await world.sync({
      auth,
      ops: [
        op(2, { k: 'old', t: 'add', n: 1, f: { sku: 'SOFA', properties: { c: 'oak' } } }),
        op(3, { k: 'newer', t: 'add', n: 1, f: { sku: 'SOFA', properties: { c: 'pine' } } }),
        add(4, 'lamp', 1),
      ],
    });
    await world.sync({
      auth,
      ops: [
        order(5, 'o-2', {
          lines: [{ sku: 'SOFA', quantity: 1 }],
          seen: { old: { replica_one: 1 }, newer: { replica_one: 1 } },
        }),
      ],
    });
    expect([await quantity('old'), await quantity('newer'), await quantity('lamp')]).toEqual([0, 1, 1]);
  });

  it('of another customer with the same id counts for itself', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 3)] });
    await world.sync({ auth, ops: [order(2, 'o-1')] });
    const other = customer('ben');
    await world.sync({ auth: other, ops: [add(1, 'sofa', 3)] });
    const reply = await world.sync({ auth: other, ops: [order(2, 'o-1')] });
    expect(statuses(reply.acks)).toEqual(['ok']);
  });
});
