import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  dayMs,
  type Fields,
  guest,
  lineOf,
  op,
  put,
  rowOf,
  statuses,
} from './core-world.ts';

let world: CoreWorld;
const start = (options?: Parameters<typeof createCoreWorld>[0]) => {
  world = createCoreWorld(options);
};
beforeEach(() => start());
afterEach(() => world.dispose());

const auth = customer('ana');

/** A device with a cursor of its own. */
const device = (name: string, by: Fields = { auth }) => {
  let cur: string | null = null;
  let low = 0;
  return {
    async sync(ops: readonly Fields[] = [], more: Fields = {}): Promise<SyncReply> {
      const reply = await world.sync({ ...by, r: `replica_${name}`, device: `device_${name}`, cur, low, ops, ...more });
      cur = reply.cur;
      low = Number(cur.split('.')[3]);
      return reply;
    },
    get low() {
      return low;
    },
  };
};

const stateOf = async (key: string) =>
  lineOf(await world.sync({ auth, r: 'replica_witness', device: 'device_witness' }), key).q;
const space = () => world.store.read(async (tx) => (await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 9))[0]);
const replicas = async () => {
  const row = await space();
  return row ? world.store.read((tx) => tx.replicas(row.id)) : [];
};

describe('a replica', () => {
  it('that only reads is known with what it has seen, and written down at most once an hour', async () => {
    const writer = device('writer');
    const reader = device('reader');
    await writer.sync([add(1, 'sofa', 1)]);
    await reader.sync();
    const before = (await replicas()).find(({ id }) => id === 'replica_reader');
    expect(before).toMatchObject({ low: 1, seenAt: world.clock.now(), retiredAt: null });
    await writer.sync([add(2, 'sofa', 1)]);
    world.clock.jump(60_000);
    await reader.sync();
    expect((await replicas()).find(({ id }) => id === 'replica_reader')).toEqual(before);
    world.clock.jump(3_600_000);
    await reader.sync();
    expect((await replicas()).find(({ id }) => id === 'replica_reader')).toMatchObject({
      low: 2,
      seenAt: world.clock.now(),
    });
  });

  it('has seen no more when a copy of its first request comes late', async () => {
    const reader = device('reader');
    const writer = device('writer');
    await writer.sync([add(1, 'sofa', 1)]);
    await reader.sync();
    const lowOfReader = async () => (await replicas()).find(({ id }) => id === 'replica_reader')?.low;
    const before = await lowOfReader();
    await writer.sync([add(2, 'sofa', 1)]);
    world.clock.jump(3_700_000);
    await reader.sync([], { cur: null, low: 0 });
    expect(before).toBe(1);
    expect(await lowOfReader()).toBe(1);
  });

  it('of a guest who only looks makes no space', async () => {
    await device('g', { auth: guest('bo') }).sync();
    expect(await space()).toBe(undefined);
  });

  it('is retired after 90 days, and answers that it is; what it had sent is known by id', async () => {
    const old = device('old');
    const known = add(1, 'sofa', 2);
    await old.sync([known]);
    await world.passDays(89);
    expect((await replicas())[0]?.retiredAt).toBe(null);
    await world.passDays(2);
    expect((await replicas())[0]?.retiredAt).toBe(world.clock.now());
    const reply = await old.sync([known, add(2, 'sofa', 5)]);
    expect([reply.retired, statuses(reply.acks)]).toEqual([true, ['dup']]);
    expect(quantityOf(await stateOf('sofa'))).toBe(2);
    expect((await old.sync()).retired).toBe(true);
  });

  it('of changes that said they may come again is nobody, and goes when none came for long', async () => {
    const known = device('known');
    await known.sync([{ ...add(1, 'sofa', 2), again: true }]);
    expect((await replicas()).map(({ id, retiredAt }) => [id, retiredAt !== null])).toEqual([
      ['again:', true],
      ['replica_known', false],
    ]);
    for (const _ of [1, 2, 3, 4]) {
      await world.passDays(60);
      await known.sync();
    }
    expect((await replicas()).map(({ id }) => id)).toEqual(['replica_known']);
  });

  it('that signed out cleanly is retired at once', async () => {
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 2)]);
    await phone.sync([], { want: { signout: true } });
    expect((await phone.sync([add(2, 'sofa', 1)])).retired).toBe(true);
  });

  it('too many retires the one that was idle longest', async () => {
    await world.dispose();
    start({ rules: { limits: { ...defaultSpaceLimits, maxReplicas: 3 } } });
    for (const name of ['one', 'two', 'three', 'four']) {
      await device(name).sync([add(1, 'sofa', 1)]);
      world.clock.jump(1_000);
    }
    const retired = (await replicas()).filter(({ retiredAt }) => retiredAt !== null).map(({ id }) => id);
    expect(retired).toEqual(['replica_one']);
  });

  it('that is about to change its name is stood for until the new name is heard of', async () => {
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 1)]);
    const forked = await phone.sync([add(1, 'sofa', 1)]);
    expect(forked.fork).toBe(true);
    expect((await replicas()).map(({ id, low }) => [id, low])).toEqual([
      ['next:device_phone', 1],
      ['replica_phone', 0],
    ]);
    await phone.sync([add(1, 'sofa', 1)], { r: 'replica_renewed' });
    expect((await replicas()).map(({ id }) => id)).toEqual(['replica_phone', 'replica_renewed']);
  });
});

describe('a line', () => {
  it('is folded when all who are heard of have seen it, with the same quantity', async () => {
    const gone = device('gone');
    const here = device('here');
    await gone.sync([add(1, 'sofa', 2)]);
    await here.sync([add(1, 'sofa', 3)]);
    await world.passDays(60);
    await here.sync();
    await world.passDays(31);
    const folded = await stateOf('sofa');
    expect(folded).toMatchObject({ p: { replica_here: 3 }, b: [2, [0, 0, '', 0], 0], floor: 2 });
    expect(quantityOf(folded)).toBe(5);
  });

  it('is left as it is as long as somebody who is heard of has not seen it', async () => {
    const gone = device('gone');
    const here = device('here');
    await here.sync([add(1, 'bed', 1)]);
    const { low } = here;
    await gone.sync([add(1, 'sofa', 2)]);
    await world.passDays(60);
    // A change made on the older view still waits.
    await here.sync([], { low });
    await world.passDays(31);
    expect(await stateOf('sofa')).toMatchObject({ p: { replica_gone: 2 }, floor: 0 });
    await here.sync([op(2, { k: 'sofa', t: 'set', v: 1, seen: {}, g: 0, at: low })]);
    expect(quantityOf(await stateOf('sofa'))).toBe(3);
    await here.sync();
    await world.passDays(2);
    await here.sync();
    await world.passDays(2);
    expect(quantityOf(await stateOf('sofa'))).toBe(3);
  });

  it('takes no quantity from before it was folded: the adds that it had not seen stay', async () => {
    const away = device('away');
    const gone = device('gone');
    await away.sync([add(1, 'sofa', 1)]);
    const { low } = away;
    await gone.sync([add(1, 'sofa', 2)]);
    await world.passDays(91);
    await world.passDays(2);
    expect((await stateOf('sofa')).floor).toBe(2);
    const late = op(1, { k: 'sofa', t: 'set', v: 0, seen: { replica_away: 1 }, g: 0, at: low, a: 92 * dayMs });
    const reply = await device('renewed').sync([late], { cur: null, low });
    expect(statuses(reply.acks)).toEqual(['superseded']);
    expect(quantityOf(await stateOf('sofa'))).toBe(3);
  });

  it('has what orders took worked into its base', async () => {
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 3)]);
    const lines = [{ sku: 'SOFA', quantity: 2 }];
    await phone.sync([
      op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { sofa: { replica_phone: 3 } }, at: 1 }),
    ]);
    await world.passDays(1);
    await phone.sync();
    await world.passDays(2);
    expect(await stateOf('sofa')).toMatchObject({
      p: { replica_phone: 3 },
      s: { replica_phone: 3 },
      w: {},
      o: [0],
      b: [1, expect.anything(), 1],
    });
  });

  it('forgets, when it is folded, which orders took of it more than 90 days ago', async () => {
    const phone = device('phone');
    const buy = (q: number, id: string) =>
      op(q, {
        k: id,
        t: 'order',
        orderId: id,
        lines: [{ sku: 'SOFA', quantity: 1 }],
        seen: { sofa: { replica_phone: 9 } },
      });
    const marks = async () => {
      const reply = await world.sync({ auth, r: 'replica_witness', device: 'device_witness' });
      return Object.keys(lineOf(reply, 'sofa').d).filter((field) => field.startsWith('o:'));
    };
    await phone.sync([add(1, 'sofa', 9), buy(2, 'o-1')]);
    await world.passDays(80);
    await phone.sync([buy(3, 'o-2')]);
    expect(await marks()).toEqual(['o:o-1', 'o:o-2']);
    for (const days of [1, 15]) {
      await phone.sync();
      await world.passDays(days);
    }
    await phone.sync([buy(4, 'o-3')]);
    await phone.sync();
    await world.passDays(3);
    expect(await marks()).toEqual(['o:o-2', 'o:o-3']);
    expect(quantityOf(await stateOf('sofa'))).toBe(6);
  });

  it('keeps what a merge brought apart for 30 days after the receipt, and not longer', async () => {
    const bo = guest('bo');
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 1)]);
    await device('g', { auth: bo }).sync([add(1, 'sofa', 4)]);
    await phone.sync([], { claim: { ...bo, r: 'replica_g', ops: [] } });
    const share = `g:${bo.guest}`;
    for (const days of [15, 14]) {
      await world.passDays(days);
      await phone.sync();
    }
    expect((await stateOf('sofa')).p[share]).toBe(3);
    await world.passDays(2);
    await phone.sync();
    await world.passDays(2);
    expect((await stateOf('sofa')).p[share]).toBe(undefined);
    expect(quantityOf(await stateOf('sofa'))).toBe(4);
  });
});

describe('what was deleted', () => {
  const gcVersion = async () => (await space())?.gcVersion;

  it('is remembered for 90 days and then forgotten; an older cursor begins anew', async () => {
    const away = device('away');
    const here = device('here');
    await away.sync([put(1, 'currency', 'EUR'), put(2, 'language', 'es')]);
    await here.sync([put(1, 'currency', null, { at: 2 })]);
    await world.passDays(60);
    await here.sync();
    await world.passDays(29);
    expect(await gcVersion()).toBe(0);
    await here.sync();
    await world.passDays(3);
    expect(await gcVersion()).toBe(3);
    const reply = await away.sync();
    expect([reply.reset, reply.from, reply.ent.map(([, key]) => key)]).toEqual(['horizon', 0, ['language']]);
    expect((await here.sync()).reset).toBe(undefined);
  });

  it('does not come back by the offer of a device that did not hear of it, when the server was restored', async () => {
    const { ent } = await device('away').sync([put(1, 'currency', 'EUR'), put(2, 'language', 'es')]);
    const here = device('here');
    await here.sync([put(1, 'currency', null, { at: 2 })]);
    await world.passDays(91);
    await world.passDays(2);
    expect(await gcVersion()).toBe(3);
    await world.sync({ auth, r: 'replica_next', offer: ent });
    expect((await world.sync({ auth, r: 'replica_witness' })).ent.map(([, key]) => key)).toEqual(['language']);
  });

  it('is not forgotten while somebody who is heard of has not seen it', async () => {
    const here = device('here');
    await here.sync([put(1, 'currency', 'EUR')]);
    await device('other').sync([put(1, 'currency', null)]);
    for (const days of [80, 80]) {
      await world.passDays(days);
      await here.sync([], { low: 1 });
    }
    world.clock.jump(3_700_000);
    await here.sync([], { low: 1 });
    await world.passDays(2);
    expect(await gcVersion()).toBe(0);
  });

  it('does not come back with a value from before, and new devices may write it anew', async () => {
    const away = device('away');
    await away.sync([put(1, 'currency', 'EUR')]);
    await device('other').sync([put(1, 'currency', null)]);
    await world.passDays(91);
    await world.passDays(91);
    expect(await gcVersion()).toBe(2);
    const late = await device('away2').sync([put(1, 'currency', 'EUR', { at: 1, a: 182 * dayMs })], { low: 1 });
    expect([statuses(late.acks), rowOf(late, 'preferences', 'currency')]).toEqual([['superseded'], undefined]);
    const fresh = await device('fresh').sync([put(1, 'currency', 'USD', { at: 0, a: 50 })]);
    expect(statuses(fresh.acks)).toEqual(['ok']);
  });

  it('and comes again has not been seen by those who saw it before', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    await phone.sync([add(1, 'sofa', 5)]);
    await laptop.sync([op(1, { k: 'sofa', t: 'set', v: 0, seen: { replica_phone: 5 }, g: 0, at: 1 })]);
    for (const days of [60, 32, 2]) {
      await world.passDays(days);
      await phone.sync();
      await laptop.sync();
    }
    expect(await gcVersion()).toBe(2);
    const at = laptop.low;
    await phone.sync([add(2, 'sofa', 2, { at: phone.low })]);
    const seen = { replica_phone: 5, replica_laptop: 1 };
    await laptop.sync([add(2, 'sofa', 1, { at }), op(3, { k: 'sofa', t: 'set', v: 3, seen, g: 0, at })]);
    expect(quantityOf(await stateOf('sofa'))).toBe(5);
  });

  it('and comes again by an older replica of a device has been seen by what that device did next', async () => {
    const phone = device('phone');
    await phone.sync([put(1, 'currency', 'EUR'), put(2, 'currency', null)]);
    for (const days of [60, 32, 2]) {
      await world.passDays(days);
      await phone.sync();
    }
    const at = phone.low;
    expect(await gcVersion()).toBe(at);
    await phone.sync([add(3, 'sofa', 2, { at }), add(4, 'lamp', 2, { at })]);
    const [seen, mine] = [{ replica_phone: 2 }, ['replica_phone']];
    const lines = [{ sku: 'LAMP', quantity: 1 }];
    await device('renewed').sync([
      op(1, { k: 'sofa', t: 'set', v: 1, seen, mine, g: 0, at }),
      op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { lamp: seen }, mine, at }),
    ]);
    expect([quantityOf(await stateOf('sofa')), quantityOf(await stateOf('lamp'))]).toEqual([1, 1]);
  });

  it('is not what an add leads on from that its device held over a sign-out: it counts what it adds', async () => {
    for (const isAgain of [false, true]) {
      start();
      const here = device('here');
      await here.sync([
        add(1, 'sofa', 2),
        op(2, { k: 'sofa', t: 'set', v: 0, seen: { replica_here: 2 }, g: 0, at: 1 }),
      ]);
      // Its device is heard of all the time.
      for (const days of [60, 31, 3]) {
        await world.passDays(days);
        await here.sync();
      }
      expect(await gcVersion()).toBe(1);
      if (isAgain) await device('other').sync([add(1, 'sofa', 5)]);
      const as = world.clock.now();
      await here.sync([add(3, 'sofa', 1, { at: 1, as, to: 3 }), add(4, 'sofa', 2, { at: 1, as, to: 5 })]);
      expect(quantityOf(await stateOf('sofa'))).toBe(isAgain ? 8 : 3);
    }
  });

  it('is told apart from a page in the middle of a snapshot', async () => {
    const writer = device('writer');
    let q = 0;
    for (let batch = 0; batch < 12; batch++) await writer.sync(Array.from({ length: 100 }, () => put(++q, `k${q}`, 1)));
    await writer.sync([put(++q, 'last', 1), put(++q, 'last', null)]);
    await world.passDays(80);
    await writer.sync();
    await world.passDays(11);
    expect(await gcVersion()).toBeGreaterThan(1_200);
    const first = await world.sync({ auth, r: 'replica_new' });
    expect(first.more).toBe(true);
    const second = await world.sync({ auth, r: 'replica_new', cur: first.cur });
    expect([second.reset, second.more, first.ent.length + second.ent.length]).toEqual([undefined, false, 1_200]);
  });
});

describe('what retired replicas had sent', () => {
  it('is remembered for as long as any of it could count, and then not', async () => {
    const old = device('old');
    await old.sync([add(1, 'sofa', 2)]);
    await world.passDays(91);
    const row = await space();
    const ring = () => world.store.read((tx) => tx.applied(row?.id ?? '', 'replica_old', 1));
    expect(await ring()).toBeDefined();
    await world.passDays(89);
    expect(await ring()).toBeDefined();
    await world.passDays(3);
    expect([await ring(), (await replicas()).map(({ id }) => id)]).toEqual([undefined, []]);
  });
});

describe('an add that comes after 30 days', () => {
  const late = { a: 31 * dayMs };
  it('is not counted: its line comes back set aside, once, and can be taken', async () => {
    const away = device('away');
    const change = add(1, 'sofa', 2, late);
    const reply = await away.sync([change]);
    expect(statuses(reply.acks)).toEqual(['expired']);
    expect(reply.acks[0]?.[2]).toBe(2);
    expect(lineOf(reply, 'sofa').d.parked?.[0]).toBe('change/expired');
    expect(statuses((await away.sync([change])).acks)).toEqual(['expired']);
    const line = lineOf(await world.sync({ auth, r: 'replica_w' }), 'sofa');
    expect([quantityOf(line.q), line.d.parked?.[0]]).toEqual([2, 'change/expired']);
  });
  it('is not counted by a younger one after it either, which says what both lead to', async () => {
    const late = { as: world.clock.now(), a: 40 * dayMs };
    const young = { as: world.clock.now(), to: 3 };
    const adds = [
      add(1, 'sofa', 1, { ...late, to: 1 }),
      add(2, 'sofa', 1, { ...late, to: 2 }),
      add(3, 'sofa', 1, young),
    ];
    expect(statuses((await device('held').sync(adds)).acks)).toEqual(['expired', 'expired', 'ok']);
    expect(quantityOf(await stateOf('sofa'))).toBe(2);
  });

  it('is not counted when its age was said once, and it has waited on since', async () => {
    const said = { as: world.clock.now(), a: dayMs, to: 2 };
    await world.passDays(40);
    expect(statuses((await device('held').sync([add(1, 'sofa', 2, said)])).acks)).toEqual(['expired']);
  });

  it('leaves a line that is in the cart as it is', async () => {
    await device('here').sync([add(1, 'sofa', 1)]);
    const reply = await device('away').sync([add(1, 'sofa', 2, late)]);
    expect(statuses(reply.acks)).toEqual(['expired']);
    const line = lineOf(reply, 'sofa');
    expect([quantityOf(line.q), line.d.parked]).toEqual([1, undefined]);
  });
  it('does not come back into the cart because the line was taken out of its parking place before', async () => {
    const here = device('here');
    await here.sync([add(1, 'sofa', 1), op(2, { k: 'sofa', t: 'patch', f: { parked: null } })]);
    await here.sync([op(3, { k: 'sofa', t: 'set', v: 0, seen: { replica_here: 1 }, g: 0, at: 1 })]);
    const reply = await device('away').sync([add(1, 'sofa', 2, late)]);
    expect(lineOf(reply, 'sofa').d.parked?.[0]).toBe('change/expired');
  });
  it.each([
    ['removed', { k: 'sofa', t: 'set', v: 0, seen: { replica_away: 2 }, g: 0 }],
    [
      'bought',
      {
        k: 'o',
        t: 'order',
        orderId: 'o-1',
        lines: [{ sku: 'SOFA', quantity: 2 }],
        seen: { sofa: { replica_away: 2 } },
      },
    ],
  ])('leaves no mark on its line when that is %s: a device of 0.1.0 does not take it off', async (_, end) => {
    const away = device('away');
    await away.sync([add(1, 'sofa', 2, late)]);
    const gone = lineOf(await away.sync([op(2, { ...end, at: 1 })]), 'sofa');
    expect([quantityOf(gone.q), gone.d.parked?.[0]]).toEqual([0, null]);
    const line = lineOf(await away.sync([add(3, 'sofa', 1)]), 'sofa');
    expect([quantityOf(line.q), line.d.parked?.[0]]).toEqual([1, null]);
    const again = lineOf(await away.sync([op(4, { k: 'sofa', t: 'patch', f: { parked: 'sold out' } })]), 'sofa');
    expect(again.d.parked?.[0]).toBe('sold out');
  });
  it('is not counted either when its device first has to learn what is gone', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    await phone.sync([put(1, 'language', 'de')]);
    await laptop.sync([put(1, 'currency', 'EUR'), put(2, 'currency', null)]);
    for (const days of [80, 80, 80, 80]) {
      await world.passDays(days);
      await laptop.sync();
    }
    const late = add(1, 'sofa', 2, { at: 1, a: 320 * dayMs });
    expect(await phone.sync([late])).toMatchObject({ reset: 'horizon', acks: [] });
    expect(statuses((await phone.sync([late])).acks)).toEqual(['expired']);
  });

  it('is not counted either under the replica that its device has just begun with', async () => {
    const phone = device('phone');
    await phone.sync();
    expect(statuses((await phone.sync([add(1, 'sofa', 2, { ...late, again: true })])).acks)).toEqual(['expired']);
  });

  it('by the clock of a device that the server has heard of since counts', async () => {
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 1)]);
    expect(statuses((await phone.sync([add(2, 'sofa', 2, late)])).acks)).toEqual(['ok']);
  });
});

describe('the space of a guest', () => {
  it('is forgotten after 90 days, and the guest begins anew', async () => {
    const by = { auth: guest('bo') };
    const g = device('g', by);
    await g.sync([add(1, 'sofa', 1)]);
    await world.passDays(89);
    expect(await space()).toBeDefined();
    await world.passDays(2);
    expect(await space()).toBe(undefined);
    const reply = await g.sync();
    expect([reply.reset, reply.ent]).toEqual(['horizon', []]);
    const next = await g.sync();
    expect([next.reset, next.ent]).toEqual([undefined, []]);
  });
  it('is forgotten, and a repeated request of the guest who comes back is no proof of a lost database', async () => {
    const by = { auth: guest('bo') };
    const g = device('g', by);
    const { cur } = await g.sync([add(1, 'sofa', 1), add(2, 'bed', 1)]);
    await world.passDays(91);
    const request = { ...by, r: 'replica_h', device: 'device_g', cur, low: 2, ops: [put(1, 'currency', 'EUR')] };
    const first = await world.sync(request);
    const again = await world.sync(request);
    for (const reply of [first, again]) {
      expect([reply.reset, reply.offer]).toEqual(['horizon', undefined]);
      expect(reply.ent.map(([collection, key]) => [collection, key])).toEqual([['preferences', 'currency']]);
    }
    expect(statuses(first.acks)).toEqual(['ok']);
    const late = device('h', by);
    for (const more of [{ cur: first.cur }, { cur }]) expect((await late.sync([], more)).offer).toBe(undefined);
    expect(first.cur.split('.')[0]).toBe(cur.split('.')[0]);
  });
  it('is forgotten, and a request from before that comes after the first look is no proof either', async () => {
    const g = device('g', { auth: guest('bo') });
    const { cur } = await g.sync([add(1, 'sofa', 1), add(2, 'bed', 1)]);
    await world.passDays(91);
    await g.sync();
    await g.sync([put(1, 'currency', 'EUR')], { r: 'replica_h' });
    const late = await g.sync([], { cur });
    expect([late.offer, late.reset, late.ent.map(([, key]) => key)]).toEqual([undefined, 'horizon', ['currency']]);
  });
  it('is forgotten, and a cursor from before that stands for as much as its new life is told', async () => {
    const g = device('g', { auth: guest('bo') });
    const { cur } = await g.sync([add(1, 'sofa', 1)]);
    await world.passDays(91);
    // Its page had no store, and so no cursor.
    await g.sync([put(1, 'currency', 'EUR')], { r: 'replica_h', cur: null });
    const late = await g.sync([], { cur });
    expect([late.offer, late.reset, late.ent.map(([, key]) => key)]).toEqual([undefined, 'horizon', ['currency']]);
  });
  it('is begun by one of two devices that had found nothing, and the other one is told all', async () => {
    const by = { auth: guest('bo') };
    const g = device('g', by);
    const { cur: empty } = await g.sync();
    await world.passDays(1);
    await device('h', by).sync([add(1, 'sofa', 1)]);
    const late = await g.sync([put(1, 'currency', 'EUR')], { cur: empty });
    expect([late.reset, late.acks, late.ent.map(([, key]) => key)]).toEqual(['horizon', [], ['sofa']]);
  });
  it('is forgotten and begins anew, and a database that is put back to its earlier life is found out by its cursor', async () => {
    const by = { auth: guest('bo') };
    const g = device('g', by);
    await g.sync([add(1, 'sofa', 1), add(2, 'bed', 1)]);
    const earlier = await space();
    await world.passDays(91);
    await g.sync();
    const { cur } = await g.sync([put(1, 'currency', 'EUR')], { r: 'replica_h' });
    await world.store.write(async (tx) => earlier && tx.putSpace({ ...earlier, version: 1_000 }));
    const late = await g.sync([], { cur });
    expect([late.offer, late.reset]).toEqual([0, 'restored']);
  });
  it('is found empty by one device, which proves nothing when it began earlier', async () => {
    const by = { auth: guest('bo') };
    const { cur: early } = await device('g', by).sync();
    await world.passDays(1);
    const { cur: late } = await device('h', by).sync();
    await device('g', by).sync([add(1, 'sofa', 1)], { cur: early });
    const reply = await device('h', by).sync([], { cur: late });
    expect([reply.offer, reply.reset, reply.ent.map(([, key]) => key)]).toEqual([undefined, 'horizon', ['sofa']]);
  });
  it('is forgotten, and a copy of its device that had come further is no proof either, and misses nothing', async () => {
    const by = { auth: guest('bo') };
    const g = device('g', by);
    const { cur: older } = await g.sync([add(1, 'sofa', 1)]);
    const { cur: newer } = await g.sync([add(2, 'bed', 1), add(3, 'rug', 1), add(4, 'lamp', 1)]);
    await world.passDays(91);
    await g.sync([], { cur: older });
    await g.sync([put(1, 'currency', 'EUR')], { r: 'replica_h' });
    for (const ops of [[], [put(2, 'language', 'fr'), put(3, 'size', 'M'), put(4, 'color', 'red')]]) {
      const late = await world.sync({ ...by, r: 'replica_copy', device: 'device_copy', cur: newer, low: 4 });
      expect([late.offer, late.reset, late.cur.split('.')[0]]).toEqual([undefined, 'horizon', newer.split('.')[0]]);
      expect(late.ent.map(([, key]) => key)).toContain('currency');
      await g.sync(ops, { r: 'replica_h' });
    }
  });
  it('stays as long as its customer is owed the merge, and its claim for ever', async () => {
    await world.dispose();
    let fails = true;
    start({
      hooks: {
        beforeMerge() {
          if (fails) throw new Error('not now');
        },
      },
    });
    const bo = guest('bo');
    await device('g', { auth: bo }).sync([add(1, 'sofa', 4)]);
    await device('phone').sync([], { claim: { ...bo, r: 'replica_g', ops: [] } });
    await world.passDays(200);
    fails = false;
    expect(quantityOf(lineOf(await device('tablet').sync(), 'sofa').q)).toBe(4);
    await world.passDays(200);
    expect(await world.store.read((tx) => tx.space(`pk_a/${bo.guest}`))).toBe(undefined);
    expect((await world.store.read((tx) => tx.claim(`pk_a/${bo.guest}`)))?.status).toBe('merged');
  });
});

it('the next write of a space tidies it as well, without any sweep', async () => {
  await device('gone').sync([add(1, 'sofa', 2)]);
  world.clock.jump(91 * dayMs);
  await device('here').sync([add(1, 'bed', 1)]);
  expect(await stateOf('sofa')).toMatchObject({ p: {}, b: [2, expect.anything(), 0], floor: 1 });
});

it('an add that comes too late to a line that is forgotten, and that does not say what it is of, shows nothing', async () => {
  const late = op(1, { k: 'sofa', t: 'add', n: 1, a: 31 * dayMs });
  const reply = await device('away').sync([late]);
  expect([statuses(reply.acks), reply.ent]).toEqual([['expired'], []]);
});

it('a device behind the horizon whose replica was retired is told what of it was applied, with the reset', async () => {
  const away = device('away');
  const first = put(1, 'language', 'es');
  const known = put(2, 'currency', 'EUR');
  await away.sync([first]);
  await away.sync([known], { cur: null });
  const old = (await world.sync({ auth, r: 'replica_x' })).cur;
  await device('here').sync([put(1, 'language', null)]);
  await world.passDays(91);
  await world.passDays(2);
  const reply = await world.sync({ auth, r: 'replica_away', device: 'device_away', cur: old, low: 2, ops: [known] });
  expect([reply.reset, reply.retired, statuses(reply.acks)]).toEqual(['horizon', true, ['dup']]);
});

it('a space that housekeeping cannot look at keeps no other waiting, and is looked at again', async () => {
  await world.dispose();
  const store = memoryStore();
  let isBroken = true;
  const broken: string[] = [];
  const failing: typeof store = {
    ...store,
    write: (body) =>
      store.write((tx) =>
        body({
          ...tx,
          rowsAfter(id, ...more) {
            if (isBroken && id === broken[0]) throw new TypeError('a state that nobody can read');
            return tx.rowsAfter(id, ...more);
          },
        }),
      ),
  };
  const warnings: unknown[] = [];
  start({ store: failing, log: { info() {}, warn: (...line) => void warnings.push(line), error() {} } });
  const spaces = () => store.read((tx) => tx.dueSpaces(Number.MAX_SAFE_INTEGER, 9));
  await world.sync({ auth: customer('ana'), ops: [put(1, 'currency', 'EUR')] });
  broken.push((await spaces())[0]?.id ?? '');
  world.clock.jump(1_000);
  await world.sync({ auth: customer('ben'), ops: [put(1, 'currency', 'EUR')] });
  const before = new Map((await spaces()).map(({ id, due }) => [id, due]));
  world.clock.jump(dayMs * 5);
  await world.core.retention.sweep();
  expect(warnings).toEqual([['retention-failed', { detail: 'TypeError' }]]);
  const now = world.clock.now();
  expect((await spaces()).map(({ id, due }) => [id === broken[0], due > now, due > (before.get(id) ?? 0)])).toEqual([
    [true, true, true],
    [false, true, true],
  ]);
  isBroken = false;
  world.clock.jump(3_600_000);
  expect(await world.core.retention.sweep()).toBe(1);
  expect(warnings).toHaveLength(1);
});
