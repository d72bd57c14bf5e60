import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { beginIncarnation } from '../../src/server/incarnation.ts';
import type { LogFields } from '../../src/server/ports.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import { createServerDisk } from '../../src/testing/server-disk.ts';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  type Fields,
  guest,
  lineOf,
  op,
  put,
  rowOf,
  statuses,
} from './core-world.ts';

/** A disk that is written at once, and can be put back to a copy. */
const createDisk = () => {
  const timer = (_: number, callback: () => void) => {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  };
  return createServerDisk({ clock: { timer } as unknown as VirtualClock, durable: () => {} });
};

let disk: ReturnType<typeof createDisk>;
let world: CoreWorld;
let warnings: (readonly [string, LogFields | undefined])[];
const log = { info() {}, warn: (event: string, fields?: LogFields) => void warnings.push([event, fields]), error() {} };
const start = (rules: Fields = {}) => createCoreWorld({ store: disk.store(), log, rules });
beforeEach(() => {
  disk = createDisk();
  warnings = [];
  world = start();
});
afterEach(() => world.dispose());

/** What the operator does, or with `isTold: false` forgets to do. */
const restore = async (backup: ReturnType<typeof disk.backup>, { isTold = true, rules = {} } = {}) => {
  await disk.restore(backup, async (tx) => {
    if (isTold) await beginIncarnation(tx, { ids: systemIds, nowMs: world.clock.now(), isKnownHead: true });
  });
  world = start(rules);
};

const auth = customer('ana');
const quantity = async (key: string, store: Pick<CoreWorld, 'sync'> = world) =>
  quantityOf(lineOf(await store.sync({ auth, r: 'replica_reader' }), key).q);
const zero = [0, 0, '', 0];
const line = (p: Fields, more: Fields = {}) => ({
  q: { p, s: {}, b: [0, zero, 0], w: {}, o: [], floor: 0, ...more },
  d: {},
});

describe('a restored server', () => {
  it('tells a device so, takes none of its changes yet, and asks for what is newer than the backup', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const backup = disk.backup();
    const { cur } = await world.sync({ auth, ops: [add(2, 'lamp', 1)] });
    await restore(backup);
    const reply = await world.sync({ auth, cur, ops: [add(3, 'rug', 1)] });
    expect([reply.reset, reply.offer, reply.from, reply.acks]).toEqual(['restored', 1, 0, []]);
    expect(reply.ent.map(([, key]) => key)).toEqual(['sofa']);
  });

  it('asks for everything when the space is not in the backup at all', async () => {
    const backup = disk.backup();
    const { cur } = await world.sync({ auth, ops: [add(1, 'lamp', 1)] });
    await restore(backup);
    expect(await world.sync({ auth, cur })).toMatchObject({ reset: 'restored', offer: 0, head: 0 });
  });

  it('asks a device that was away over two restores for everything', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const [backup, { cur }] = [disk.backup(), await world.sync({ auth, ops: [add(2, 'lamp', 1)] })];
    await restore(backup);
    await restore(disk.backup());
    expect(await world.sync({ auth, cur })).toMatchObject({ reset: 'restored', offer: 0 });
  });

  it('has what a device offers, once, however often and in whatever order it is offered', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const backup = disk.backup();
    const { ent } = await world.sync({ auth, ops: [add(2, 'sofa', 2), put(3, 'currency', 'EUR')] });
    await restore(backup);
    for (const offer of [ent, [...ent].reverse(), ent]) await world.sync({ auth, r: 'replica_two', offer });
    expect(await quantity('sofa')).toBe(3);
    const reply = await world.sync({ auth });
    expect(rowOf(reply, 'preferences', 'currency')?.[3]).toMatchObject({ v: 'EUR' });
    expect(reply.head).toBe(3);
  });

  it('counts a change once that it had before and whose effect another device offers, whoever comes first', async () => {
    for (const isOfferFirst of [true, false]) {
      disk = createDisk();
      world = start();
      await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
      const backup = disk.backup();
      const lost = add(2, 'sofa', 2);
      const { ent } = await world.sync({ auth, ops: [lost] });
      await restore(backup);
      const again = () => world.sync({ auth, ops: [{ ...lost, as: world.clock.now(), to: 3 }] });
      const offer = () => world.sync({ auth, r: 'replica_two', offer: ent });
      const acks = isOfferFirst
        ? [(await offer()).acks, (await again()).acks]
        : [(await again()).acks, (await offer()).acks];
      expect(acks.flat().map(([, ...rest]) => rest.slice(0, 2))).toEqual([['ok', 3]]);
      expect(await quantity('sofa')).toBe(3);
    }
  });

  it('takes numbers up where the device is: those between were acknowledged', async () => {
    const backup = disk.backup();
    await world.sync({ auth, ops: [put(1, 'a', 1), put(2, 'b', 1)] });
    await restore(backup);
    const as = world.clock.now();
    const reply = await world.sync({ auth, ops: [put(3, 'c', 1, { as }), put(4, 'd', 1, { as })] });
    expect([reply.gap, statuses(reply.acks)]).toEqual([undefined, ['ok', 'ok']]);
    expect(statuses((await world.sync({ auth, ops: [put(5, 'e', 1)] })).acks)).toEqual(['ok']);
  });

  it('without the word of the device a number too far is a gap as ever', async () => {
    expect((await world.sync({ auth, ops: [put(3, 'c', 1)] })).gap).toBe(1);
  });

  it('takes nothing of a request that was on its way all the time, once its effect was offered', async () => {
    const first = add(1, 'sofa', 2);
    const backup = disk.backup();
    const { ent } = await world.sync({ auth, ops: [first] });
    await restore(backup);
    await world.sync({ auth, r: 'replica_two', offer: ent });
    expect(await world.sync({ auth, ops: [first] })).toMatchObject({ reset: 'restored', acks: [] });
    expect(await quantity('sofa')).toBe(2);
    const marked = add(1, 'sofa', 2, { as: world.clock.now(), to: 2 });
    expect(statuses((await world.sync({ auth, ops: [marked] })).acks)).toEqual(['ok']);
    expect(statuses((await world.sync({ auth, ops: [marked] })).acks)).toEqual(['dup']);
    expect(await quantity('sofa')).toBe(2);
  });

  it('retires no replica at a sign-out whose changes it held back: they count once when they come', async () => {
    const first = add(1, 'sofa', 2);
    const backup = disk.backup();
    const { ent, cur } = await world.sync({ auth, ops: [first] });
    await restore(backup);
    await world.sync({ auth, r: 'replica_two', offer: ent });
    const want = { signout: true };
    expect(await world.sync({ auth, cur, ops: [first], want })).toMatchObject({ reset: 'restored', acks: [] });
    const marked = add(1, 'sofa', 2, { as: world.clock.now(), to: 2 });
    expect(statuses((await world.sync({ auth, ops: [marked], want })).acks)).toEqual(['ok']);
    const late = await world.sync({ auth, ops: [marked] });
    expect([late.retired, statuses(late.acks)]).toEqual([true, ['dup']]);
    expect(await quantity('sofa')).toBe(2);
  });

  it('gives a change that it may have had no later stamp than before: what had seen it wins', async () => {
    const backup = disk.backup();
    const said = world.clock.now();
    const lost = put(1, 'currency', 'EUR', { a: 10 });
    await world.sync({ auth, ops: [lost] });
    world.clock.jump(50);
    const later = await world.sync({ auth, r: 'replica_two', ops: [put(1, 'currency', 'USD')] });
    world.clock.jump(60_000);
    await restore(backup);
    await world.sync({ auth, ops: [{ ...lost, as: said }] });
    await world.sync({ auth, r: 'replica_two', offer: later.ent });
    expect(rowOf(await world.sync({ auth }), 'preferences', 'currency')?.[3]).toMatchObject({ v: 'USD' });
  });

  it('takes an order once that it had before and whose effect another device offers', async () => {
    const { ent } = await world.sync({ auth, ops: [add(1, 'sofa', 3)] });
    const backup = disk.backup();
    const bought = op(2, {
      k: 'o1',
      t: 'order',
      orderId: 'o1',
      lines: [{ sku: 'SOFA', quantity: 1 }],
      seen: { sofa: { replica_one: 3 } },
    });
    const after = await world.sync({ auth, ops: [bought] });
    expect(after.ent).toHaveLength(1);
    await restore(backup);
    await world.sync({ auth, r: 'replica_two', offer: after.ent });
    expect(statuses((await world.sync({ auth, ops: [{ ...bought, as: world.clock.now() }] })).acks)).toEqual([
      'dup known',
    ]);
    await world.sync({ auth, r: 'replica_two', offer: ent });
    expect(await quantity('sofa')).toBe(2);
  });

  it('applies no beacon of changes made on what it lost', async () => {
    const backup = disk.backup();
    const { cur } = await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    await restore(backup);
    const inc = cur.split('.')[0];
    expect((await world.core.beacon(world.body({ auth, r: 'replica_two', ops: [add(1, 'rug', 1)], inc }))).status).toBe(
      204,
    );
    expect((await world.sync({ auth })).head).toBe(0);
    const now = (await world.sync({ auth })).cur.split('.')[0];
    await world.core.beacon(world.body({ auth, r: 'replica_two', ops: [add(1, 'rug', 1)], inc: now }));
    expect((await world.sync({ auth })).head).toBe(1);
  });

  it('merges a guest only after its device has offered what was lost of it', async () => {
    const { secret, ...who } = guest('g');
    const backup = disk.backup();
    const { cur, ent } = await world.sync({ auth: { ...who, secret }, ops: [add(1, 'sofa', 2)] });
    await restore(backup);
    const claim = { guest: who.guest, secret, r: 'replica_one', ops: [], cur };
    expect(await world.refusal({ auth, r: 'replica_ana', claim })).toEqual([409, 'sync/cursor']);
    const found = await world.sync({ auth: { ...who, secret }, cur });
    const offered = await world.sync({ auth: { ...who, secret }, cur: found.cur, offer: ent });
    const merged = await world.sync({ auth, r: 'replica_ana', claim: { ...claim, cur: offered.cur } });
    expect([merged.claim, quantityOf(lineOf(merged, 'sofa').q)]).toEqual(['merged', 2]);
  });

  it('tells a copy of a disk whose guest was claimed after it that what the copy did is nobody’s, and what it has by its id is theirs', async () => {
    const { secret, ...who } = guest('g');
    const auth = { ...who, secret };
    const backup = disk.backup();
    const { cur, ent } = await world.sync({ auth, ops: [add(1, 'sofa', 2)] });
    await restore(backup);
    const found = await world.sync({ auth, cur });
    const offered = await world.sync({ auth, cur: found.cur, offer: ent });
    const again = put(2, 'theme', 'dark', { as: world.clock.now() });
    const { cur: last } = await world.sync({ auth, cur: offered.cur, ops: [again] });
    const claim = { guest: who.guest, secret, r: 'replica_one', ops: [], cur: last };
    await world.sync({ auth: customer('ana'), r: 'replica_ana', claim });
    const copied = async (...ops: readonly Fields[]) => (await world.refusedWith({ auth, ops }))?.known;
    expect(await copied(put(1, 'theme', 'light'))).toEqual(['replica_one', 0]);
    expect(await copied(again, put(3, 'theme', 'light'))).toEqual(['replica_one', 2]);
  });

  it('that nobody told of the restore finds out by a device that remembers more, says so in the log, and asks for everything', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const backup = disk.backup();
    const { cur, ent } = await world.sync({ auth, ops: [add(2, 'lamp', 1)] });
    await restore(backup, { isTold: false });
    const other = await world.sync({ auth: customer('ben') });
    const reply = await world.sync({ auth, cur });
    expect(reply).toMatchObject({ reset: 'restored', offer: 0, head: 1 });
    expect(warnings.map(([event]) => event)).toEqual(['database-rolled-back']);
    // Everybody is asked from now on, and the log has it once.
    expect(await world.sync({ auth: customer('ben'), cur: other.cur })).toMatchObject({ reset: 'restored' });
    await world.sync({ auth, cur: reply.cur, offer: ent });
    expect(await quantity('lamp')).toBe(1);
    expect(warnings).toHaveLength(1);
  });

  it('that is put back again, untold, finds out by a cursor from between: what was on its way before both counts once', async () => {
    const { cur } = await world.sync({ auth });
    const backup = disk.backup();
    await restore(backup);
    const told = await world.sync({ auth, cur });
    await restore(backup, { isTold: false });
    const again = op(1, { t: 'add', k: 'sofa', n: 1, again: true });
    const { again: _, ...late } = again;
    const between = { auth, cur: told.cur, r: 'replica_next' };
    const reply = await world.sync({ ...between, ops: [again] });
    expect([reply.reset, reply.acks]).toEqual(['restored', []]);
    expect(warnings.map(([event]) => event)).toEqual(['database-rolled-back']);
    expect(statuses((await world.sync({ ...between, cur: reply.cur, ops: [again] })).acks)).toEqual(['ok']);
    expect(statuses((await world.sync({ auth, cur, ops: [late] })).acks)).toEqual([]);
    expect(await quantity('sofa')).toBe(1);
    // Others who come from there are no news any more.
    expect((await world.sync({ ...between, r: 'replica_third' })).reset).toBe('restored');
    expect(warnings).toHaveLength(1);
  });

  it('takes a quantity and a removal on a line that was folded in the time that is lost', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    await restore(disk.backup());
    const folded = line({}, { b: [2, zero, 0], floor: 40 });
    const { cur, head } = await world.sync({ auth, r: 'replica_two', offer: [['cart', 'sofa', 41, folded]] });
    expect(head).toBeGreaterThanOrEqual(40);
    const set = op(1, { k: 'sofa', t: 'set', v: 5, seen: {}, g: 0, at: head });
    expect(statuses((await world.sync({ auth, r: 'replica_two', cur, ops: [set] })).acks)).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(5);
  });

  it('of which one process found out is known to the other processes at once', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const backup = disk.backup();
    const { cur } = await world.sync({ auth, ops: [add(2, 'lamp', 1)] });
    await restore(backup, { isTold: false });
    const second = start();
    const here = await second.sync({ auth: customer('ben') });
    const found = await world.sync({ auth, cur });
    expect(await second.sync({ auth: customer('ben'), cur: here.cur })).toMatchObject({ reset: 'restored' });
    expect((await second.sync({ auth, cur: found.cur })).reset).toBeUndefined();
  });
});

describe('a device of 0.1.0, which knows of no restore', () => {
  it('gets another replica once it was told, though the one it has is closed by what others offer', async () => {
    await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    const backup = disk.backup();
    const { cur, ent } = await world.sync({ auth, ops: [add(2, 'sofa', 2)] });
    await restore(backup);
    await world.sync({ auth, r: 'replica_two', offer: ent });
    const late = add(3, 'lamp', 1);
    const told = await world.sync({ auth, cur, ops: [late] });
    expect([told.reset, told.acks]).toEqual(['restored', []]);
    const next = await world.sync({ auth, cur: told.cur, ops: [late] });
    expect([next.reset, next.fork, next.acks]).toEqual([undefined, true, []]);
    await world.sync({ auth, r: 'replica_three', cur: next.cur, ops: [{ ...late, q: 1 }] });
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([3, 1]);
  });
});

describe('an offer', () => {
  const offered = async (...rows: readonly unknown[]) => {
    await world.sync({ auth, offer: rows });
    return (await world.sync({ auth })).ent.map(([collection, key]) => `${collection}/${key}`);
  };

  it.each<[string, unknown]>([
    ['counts below 0', line({ r: -1 })],
    ['counts that are no whole numbers', line({ r: 1.5 })],
    ['counts beyond what sums can hold', line({ r: 2 ** 53 })],
    ['more seen than was added', line({ r: 1 }, { s: { r: 2 } })],
    ['more ordered than was added', line({ r: 1 }, { w: { x: 1 } })],
    ['a base that has seen orders that never were', line({ r: 1 }, { b: [1, zero, 4] })],
    ['a negative base', line({}, { b: [-5, zero, 0] })],
    ['no stamp', line({}, { b: [5, 'now', 0] })],
    ['ten thousand orders', line({ r: 1 }, { o: Array(10_000).fill(1) })],
    ['no counter', { d: {} }],
    ['nothing', null],
    ['a text', 'sofa'],
  ])('of a line with %s is left out', async (_, state) => {
    expect(await offered(['cart', 'sofa', 1, state], ['cart', 'lamp', 1, line({ r: 1 })])).toEqual(['cart/lamp']);
  });

  it('of another name, a kind to come or a purpose without consent is left out', async () => {
    const reg = { v: 1, h: [1, 0, 'r', 1] };
    expect(
      await offered(
        ['cart', 'bad key', 1, line({ r: 1 })],
        ['no such place', 'a', 1, reg],
        ['lists', 'a', 1, reg],
        ['browsing', 'a', 1, reg],
        ['consent', 'necessary', 1, { v: 'denied', h: [1, 0, 'r', 1] }],
        ['consent', 'personalization', 1, { v: 'perhaps', h: [1, 0, 'r', 1] }],
      ),
    ).toEqual([]);
  });

  it('never writes what only the server writes', async () => {
    world = start({ collections: { points: { kind: 'auth' } } });
    expect(await offered(['points', 'balance', 1, { v: 1_000_000, h: [1, 0, 'r', 1] }])).toEqual([]);
  });

  it('of views goes with the consent that is offered beside it, and a denial deletes them', async () => {
    const view = ['browsing', 'a', 1, { v: { id: 'a' }, h: [1, 0, 'r', 1] }];
    expect(await offered(view, ['consent', 'personalization', 1, { v: 'granted', h: [1, 0, 'r', 1] }])).toEqual([
      'consent/personalization',
      'browsing/a',
    ]);
    expect(await offered(['consent', 'personalization', 1, { v: 'denied', h: [2, 0, 'r', 1] }], view)).toEqual([
      'consent/personalization',
    ]);
  });

  it('from the future is of now: what is written next comes after it', async () => {
    await world.sync({ auth, offer: [['preferences', 'currency', 1, { v: 'EUR', h: [9e15, 0, 'r', 1] }]] });
    const [, , , state] = rowOf(await world.sync({ auth }), 'preferences', 'currency') ?? [];
    expect((state as { h: number[] }).h[0]).toBe(world.clock.now());
    world.clock.jump(1);
    await world.sync({ auth, ops: [put(1, 'currency', 'USD')] });
    expect(rowOf(await world.sync({ auth }), 'preferences', 'currency')?.[3]).toMatchObject({ v: 'USD' });
  });

  it('keeps the limits of lines, of an entry and of the space', async () => {
    world = start({ limits: { ...defaultSpaceLimits, maxLines: 2, maxEntryBytes: 400, maxSpaceBytes: 900 } });
    const big = { v: 'x'.repeat(300), h: [1, 0, 'r', 1] };
    expect(await offered(...['a', 'b', 'c'].map((key) => ['cart', key, 1, line({ r: 1 })]))).toEqual([
      'cart/a',
      'cart/b',
    ]);
    expect(await offered(['preferences', 'huge', 1, { v: 'x'.repeat(500), h: [1, 0, 'r', 1] }])).toHaveLength(2);
    expect(await offered(...['p', 'q', 'r', 's', 't'].map((key) => ['preferences', key, 1, big]))).toHaveLength(4);
  });

  it('of more than a hundred rows is refused whole', async () => {
    const rows = Array.from({ length: 101 }, (_, n) => ['preferences', `k${n}`, 1, { v: 1, h: [1, 0, 'r', 1] }]);
    expect(await world.refusal({ auth, offer: rows })).toEqual([413, 'request/too-large']);
    expect((await world.sync({ auth, offer: rows.slice(1) })).head).toBe(100);
  });

  it('changes the space of its sender alone', async () => {
    const mine = await world.sync({ auth, ops: [add(1, 'sofa', 1)] });
    await world.sync({ auth: customer('ben'), offer: [['cart', 'sofa', 1, line({ replica_one: 50 })]] });
    expect(await quantity('sofa')).toBe(1);
    expect((await world.sync({ auth, cur: mine.cur })).ent).toEqual([]);
  });
});

describe('a change that two copies of a guest’s disk hold, and that the server had of one of them before it was put back', () => {
  it.each([
    ['lineage', 2],
    ['sum', 4],
  ] as const)('counts with the guest that the other copy goes on as, merged by %s: %i', async (policy, there) => {
    const rules = { merge: { cart: policy } };
    await world.dispose();
    disk = createDisk();
    world = start(rules);
    const [first, next] = [guest('g'), guest('h')] as const;
    const backup = disk.backup();
    const held = add(1, 'sofa', 2);
    const { cur, ent } = await world.sync({ auth: first, ops: [held] });
    await restore(backup, { rules });
    const found = await world.sync({ auth: first, cur });
    const { cur: last } = await world.sync({ auth: first, cur: found.cur, offer: ent });
    await world.sync({ auth, r: 'replica_ana', claim: { ...first, r: 'replica_one', ops: [], cur: last } });
    expect((await world.refusedWith({ auth: first, ops: [held] }))?.known).toEqual(['replica_one', 0]);
    const carried = { ...next, r: 'replica_next', ops: [{ ...held, again: true }] };
    await world.sync({ auth, device: 'device_two', r: 'replica_ana_2', claim: carried });
    expect(await quantity('sofa')).toBe(there);
  });
});

describe('a guest who is claimed again', () => {
  for (const policy of ['lineage', 'max', 'sum'] as const)
    for (const v of [0, 1])
      it(`${policy}: what the customer set to ${v} after the first merge stays so when the guest is claimed again`, async () => {
        await world.dispose();
        disk = createDisk();
        world = start({ merge: { cart: policy } });
        const { secret, ...who } = guest('g');
        await world.sync({ auth: { ...who, secret }, ops: [add(1, 'sofa', 3)] });
        const backup = disk.backup();
        const claim = { guest: who.guest, secret, r: 'replica_one', ops: [] };
        const first = await world.sync({ auth, r: 'replica_ana', claim });
        expect(quantityOf(lineOf(first, 'sofa').q)).toBe(3);
        const { q } = lineOf(first, 'sofa');
        const at = Number(first.head ?? 1);
        await world.sync({
          auth,
          r: 'replica_ana',
          cur: first.cur,
          ops: [op(1, { k: 'sofa', t: 'set', v, seen: q.p, g: q.o.length, at })],
        });
        const held = await world.sync({ auth, r: 'replica_ana', cur: null });
        expect(quantityOf(lineOf(held, 'sofa').q)).toBe(v);
        await restore(backup, { rules: { merge: { cart: policy } } });
        const told = await world.sync({ auth, r: 'replica_ana', cur: held.cur });
        expect(told.reset).toBe('restored');
        await world.sync({ auth, r: 'replica_ana', cur: told.cur, offer: held.ent });
        expect(await quantity('sofa')).toBe(v);
        const again = await world.sync({ auth, r: 'replica_ana_2', claim });
        expect([again.claim, await quantity('sofa'), again.receipt?.added ?? []]).toEqual(['merged', v, []]);
      });
});
