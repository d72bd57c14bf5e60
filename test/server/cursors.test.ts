import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { add, type CoreWorld, createCoreWorld, customer, guest, op, put, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');

describe('a cursor', () => {
  it('brings what changed since, and nothing else', async () => {
    const first = await world.sync({ auth, ops: [put(1, 'a', 1), put(2, 'b', 1)] });
    await world.sync({ auth, ops: [put(3, 'b', 2)] });
    const reply = await world.sync({ auth, cur: first.cur });
    expect(reply.ent.map(([, key]) => key)).toEqual(['b']);
    expect([reply.from, reply.head]).toEqual([first.head, 3]);
    const quiet = await world.sync({ auth, cur: reply.cur });
    expect([quiet.ent, quiet.cur]).toEqual([[], reply.cur]);
  });

  it('is worth a version of its own for each changed entry', async () => {
    const reply = await world.sync({ auth, ops: [put(1, 'a', 1), put(2, 'b', 1), put(3, 'a', 2)] });
    const versions = reply.ent.map(([, , version]) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(reply.head).toBe(Math.max(...versions));
  });

  it('of another customer, another site or a guest is refused, and the batch is not applied', async () => {
    const mine = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    const foreign = [
      (await world.sync({ auth: customer('ben'), ops: [put(1, 'a', 1)] })).cur,
      (await world.sync({ auth, site: 'pk_b', ops: [put(1, 'a', 1)] })).cur,
      (await world.sync({ auth: guest('g'), ops: [put(1, 'a', 1)] })).cur,
    ];
    for (const cur of foreign) {
      expect(await world.refusal({ auth, cur, ops: [put(2, 'x', 1)] })).toEqual([409, 'sync/cursor']);
    }
    expect((await world.sync({ auth })).head).toBe(mine.head);
  });

  it('that was made up, cut or moved ahead is refused', async () => {
    const { cur } = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    const [incarnation, era, acl, version, mac] = cur.split('.');
    const forged = [
      `${incarnation}.${era}.${acl}.0.${mac}`,
      `${incarnation}.${era}.${acl}.99.${mac}`,
      `${incarnation}.${era}.${acl}.-1.${mac}`,
      `${incarnation}.1.${acl}.${version}.${mac}`,
      `${incarnation}.${era}.1.${version}.${mac}`,
      `${incarnation}.${era}.${acl}.${version}.${'A'.repeat(22)}`,
      `${incarnation}.${era}.${acl}.${version}`,
      '',
      'x',
      '....',
      '1e9',
    ];
    for (const bad of forged)
      expect([bad, ...(await world.refusal({ auth, cur: bad }))]).toEqual([bad, 409, 'sync/cursor']);
  });

  it('from the future of a rolled-back database is answered with everything, never an empty success', async () => {
    const { space } = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    const old = await world.store.read((tx) => tx.space(`pk_a/${space}`));
    const { cur } = await world.sync({ auth, ops: [put(2, 'b', 1)] });
    await world.store.write(async (tx) => old && tx.putSpace(old));
    expect(await world.sync({ auth, cur })).toMatchObject({ reset: 'restored', offer: 0, from: 0 });
  });

  it('of another era that is ahead is refused: an erasure begins anew, and is no rollback', async () => {
    const { space } = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    const old = await world.store.read((tx) => tx.space(`pk_a/${space}`));
    const { cur } = await world.sync({ auth, ops: [put(2, 'b', 1)] });
    await world.store.write(async (tx) => old && tx.putSpace({ ...old, era: 1 }));
    expect(await world.refusal({ auth, cur })).toEqual([409, 'sync/cursor']);
  });

  it('of another data set is answered with everything and the word restored', async () => {
    const { cur } = await world.sync({ auth, ops: [put(1, 'a', 1)] });
    const other = createCoreWorld();
    await other.sync({ auth, ops: [put(1, 'z', 1)] });
    const reply = await other.sync({ auth, cur });
    expect([reply.reset, reply.from, reply.ent.map(([, key]) => key)]).toEqual(['restored', 0, ['z']]);
    await other.dispose();
  });

  it('walks through more than a page, with nothing lost or sent twice', async () => {
    const ids = Array.from({ length: 1_100 }, (_, n) => `k${n}`);
    for (let start = 0; start < ids.length; start += 100) {
      await world.sync({ auth, ops: ids.slice(start, start + 100).map((k, n) => put(start + n + 1, k, 1)) });
    }
    const first = await world.sync({ auth });
    const second = await world.sync({ auth, cur: first.cur });
    expect([first.more, first.ent.length, second.more]).toEqual([true, 1_000, false]);
    expect([...first.ent, ...second.ent].map(([, key]) => key)).toEqual(ids);
  });

  it('leaves deleted entries out of a first snapshot and brings them to who had them', async () => {
    await world.sync({ auth, ops: [op(1, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' })] });
    const had = await world.sync({ auth, ops: [op(2, { c: 'browsing', k: 'v', t: 'put', v: { id: 'v' } })] });
    await world.sync({ auth, ops: [op(3, { c: 'consent', k: 'personalization', t: 'put', v: 'denied' })] });
    const later = await world.sync({ auth, cur: had.cur });
    const fresh = await world.sync({ auth });
    expect(later.ent.map(([c, , , state]) => [c, state === null])).toEqual([
      ['consent', false],
      ['browsing', true],
    ]);
    expect(fresh.ent.map(([c]) => c)).toEqual(['consent']);
  });

  it('brings again what a device dropped with a denial that came after a later grant', async () => {
    const consent = { c: 'consent', k: 'personalization', t: 'put' };
    await world.sync({ auth, ops: [op(1, { ...consent, v: 'granted' })] });
    const had = await world.sync({ auth, ops: [op(2, { c: 'browsing', k: 'v', t: 'put', v: { id: 'v' } })] });
    const late = { auth, r: 'replica_two', device: 'device_two', cur: had.cur };
    const reply = await world.sync({ ...late, ops: [op(1, { ...consent, v: 'denied', a: 60_000 })] });
    expect(statuses(reply.acks)).toEqual(['ok']);
    expect(reply.ent.map(([c, , , state]) => [c, (state as { v: unknown }).v])).toEqual([
      ['consent', 'granted'],
      ['browsing', { id: 'v' }],
    ]);
  });

  it('brings again what a device dropped while the answer to its denial was lost and a grant came after it', async () => {
    const consent = { c: 'consent', k: 'personalization', t: 'put' };
    const ops = [op(1, { ...consent, v: 'denied', a: 60_000 })];
    const own = { auth, r: 'replica_two', device: 'device_two', ops };
    await world.sync(own);
    await world.sync({ auth, ops: [op(1, { ...consent, v: 'granted' })] });
    const had = await world.sync({ auth, ops: [op(2, { c: 'browsing', k: 'v', t: 'put', v: { id: 'v' } })] });
    const reply = await world.sync({ ...own, cur: had.cur });
    expect(statuses(reply.acks)).toEqual(['dup']);
    expect(reply.ent.map(([c, , , state]) => [c, (state as { v: unknown }).v])).toEqual([['browsing', { id: 'v' }]]);
  });

  it('brings a cart whole in one reply, however many views were evicted before', async () => {
    await world.sync({ auth, ops: [op(1, { c: 'consent', k: 'personalization', t: 'put', v: 'granted' })] });
    await world.sync({ auth, ops: [add(2, 'sofa', 1)] });
    let q = 2;
    for (let batch = 0; batch < 16; batch++)
      await world.sync({
        auth,
        ops: Array.from({ length: 100 }, () => op(++q, { c: 'browsing', k: `v${q}`, t: 'put', v: { id: `v${q}` } })),
      });
    await world.sync({ auth, ops: [add(q + 1, 'lamp', 1)] });
    const fresh = await world.sync({ auth });
    expect(fresh.more).toBe(false);
    expect(
      fresh.ent
        .filter(([c]) => c === 'cart')
        .map(([, key]) => key)
        .sort(),
    ).toEqual(['lamp', 'sofa']);
    expect(fresh.ent.filter(([c]) => c === 'browsing')).toHaveLength(500);
  });

  it('is the same after a pull that found no space as before the first change', async () => {
    const empty = await world.sync({ auth });
    expect([empty.head, empty.ent]).toEqual([0, []]);
    const reply = await world.sync({ auth, cur: empty.cur, ops: [add(1, 'sofa', 1)] });
    expect([reply.from, reply.head]).toEqual([0, 1]);
    expect(await world.store.read((tx) => tx.space('pk_a/guest_of_x'))).toBeUndefined();
  });
});
