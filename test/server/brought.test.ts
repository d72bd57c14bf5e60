import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
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
beforeEach(() => {
  world = createCoreWorld({ rules: { collections: { saved: { kind: 'flag' } } } });
});
afterEach(() => world.dispose());

const ana = customer('ana');
const sync = async (r: string, ops: readonly Fields[]) =>
  statuses((await world.sync({ auth: ana, r, device: `device_of_${r}`, ops })).acks);
const own = (...ops: readonly Fields[]) => sync('replica_own', ops);
/** What a store still holds that was made as a guest, after that guest became ana. */
const late = (...ops: readonly Fields[]) =>
  sync(
    'replica_late',
    ops.map((change) => ({ ...change, again: true, late: true })),
  );
const stateOf = async (collection: string, key: string) =>
  rowOf(await world.sync({ auth: ana, r: 'replica_reader' }), collection, key)?.[3];

const patch = (q: number, f: Fields) => op(q, { c: 'identity', k: 'traits', t: 'patch', f });
const want = (q: number, on: boolean, n: number) => op(q, { c: 'saved', k: 'sofa', t: 'want', on, n });
const decide = (q: number, v: string) => op(q, { c: 'consent', k: 'marketing', t: 'put', v });

type Change = (q: number) => Fields;
type Kind = readonly [kind: string, one: Change, other: Change, third: Change, at: readonly [string, string]];
const kinds: readonly Kind[] = [
  ['a value', ...['a', 'b', 'c'].map((v) => (q: number) => put(q, 'size', v)), ['preferences', 'size']],
  ['fields', ...['a', 'b', 'c'].map((v) => (q: number) => patch(q, { size: v })), ['identity', 'traits']],
  ['a flag', ...[0, 1, 2].map((n) => (q: number) => want(q, n !== 1, n)), ['saved', 'sofa']],
] as unknown as readonly Kind[];

describe.each(kinds)('what comes late of %s', (_, one, other, third, at) => {
  const stands = async () => JSON.stringify(await stateOf(...at));

  it('goes on from what came late before it, in the same request and in later ones', async () => {
    expect(await late(one(1), other(2))).toEqual(['ok', 'ok']);
    const before = await stands();
    expect(await late(third(3))).toEqual(['ok']);
    expect(await stands()).not.toBe(before);
  });

  it('gives way to what the customer said there, before or since, and changes nothing', async () => {
    await own(one(1));
    expect(await late(other(1))).toEqual(['superseded']);
    await own(other(2));
    const said = await stands();
    expect(await late(third(2))).toEqual(['superseded']);
    expect(await stands()).toBe(said);
  });

  it('gives way to what the customer made of what came late', async () => {
    await late(one(1));
    await own(other(1));
    const said = await stands();
    expect(await late(third(2))).toEqual(['superseded']);
    expect(await stands()).toBe(said);
  });
});

describe('what comes late of a guest', () => {
  const claim = (name: string) => ({ ...guest(name), r: `replica_${name}`, ops: [] });
  const asGuest = (name: string, ops: readonly Fields[]) =>
    world.sync({ auth: guest(name), r: `replica_${name}`, device: `device_of_${name}`, ops });
  const signIn = (name: string) => world.sync({ auth: ana, r: `replica_of_${name}`, claim: claim(name) });

  it.each(kinds)('does not give way to %s that the customer has of a guest, whoever else they were', async (...row) => {
    const [, one, other] = row;
    await asGuest('first', [one(1)]);
    await asGuest('second', [add(1, 'lamp', 1)]);
    await signIn('first');
    await world.clock.pass(1_000);
    await signIn('second');
    expect(await late(other(1))).toEqual(['ok']);
  });

  it('does not give way to fields of that guest either whose stamps are too long for a note', async () => {
    await asGuest('first', [patch(1, Object.fromEntries([...Array(9).keys()].map((n) => [`${n}`.repeat(100), 'x'])))]);
    await signIn('first');
    expect(await late(patch(1, { size: 'M' }))).toEqual(['ok']);
  });

  it.each(kinds)('gives way to %s that the customer said, whoever they were', async (...row) => {
    const [, one, other] = row;
    await asGuest('second', [add(1, 'lamp', 1)]);
    await signIn('second');
    await own(one(1));
    expect(await late(other(1))).toEqual(['superseded']);
  });
});

it('what comes late gives way entry by entry: what is said of one is no word on another', async () => {
  await own(put(1, 'size', 'M'));
  expect(await late(put(1, 'color', 'red'), put(2, 'size', 'L'))).toEqual(['ok', 'superseded']);
  expect(await late(put(3, 'color', 'blue'), put(4, 'size', 'S'))).toEqual(['ok', 'superseded']);
});

it('what came late is noted under a name of nobody, where something did, until none came for long', async () => {
  const noted = async () => {
    const [space] = await world.store.read((tx) => tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1));
    const rows = await world.store.read((tx) => tx.replicas(space?.id ?? ''));
    return rows.filter(({ id }) => !id.startsWith('replica_')).map(({ id, retiredAt }) => [id, retiredAt !== null]);
  };
  await own(put(1, 'size', 'M'));
  await sync('replica_late', [{ ...put(1, 'size', 'L'), late: true }]);
  expect(await noted()).toEqual([]);
  await sync('replica_late', [{ ...put(2, 'color', 'red'), late: true }]);
  expect(await noted()).toEqual([['late:', true]]);
  for (const days of [60, 60, 60, 60]) {
    world.clock.jump(days * dayMs);
    await own();
    await world.core.retention.sweep();
  }
  expect(await noted()).toEqual([]);
});

it('a quantity that comes late counts beside what the customer has, and so do details of its line', async () => {
  await own(add(1, 'sofa', 2));
  const parked = op(2, { k: 'sofa', t: 'patch', f: { title: 'Sofa' } });
  expect(await late(add(1, 'sofa', 1), parked)).toEqual(['ok', 'ok']);
  const line = lineOf(await world.sync({ auth: ana, r: 'replica_reader' }), 'sofa');
  expect([quantityOf(line.q), line.d.title?.[0]]).toEqual([3, 'Sofa']);
});

describe('a denial of consent', () => {
  it('that comes late stands against what the customer granted', async () => {
    await own(decide(1, 'granted'));
    await world.clock.pass(1_000);
    expect(await late(decide(1, 'denied'))).toEqual(['ok']);
    expect(await stateOf('consent', 'marketing')).toMatchObject({ v: 'denied' });
  });

  it('that came late stands against a grant that comes late after it: that may be of another guest', async () => {
    expect(await late(decide(1, 'denied'))).toEqual(['ok']);
    await world.clock.pass(1_000);
    expect(await late(decide(2, 'granted'))).toEqual(['superseded']);
    expect(await stateOf('consent', 'marketing')).toMatchObject({ v: 'denied' });
  });

  it('is none of the preferences: one that is "denied" gives way to what the customer said', async () => {
    await own(put(1, 'marketing', 'yes'));
    expect(await late(put(1, 'marketing', 'denied'))).toEqual(['superseded']);
  });
});

describe('fields that came late', () => {
  const stampsOf = async () =>
    Object.entries((await stateOf('identity', 'traits')) as unknown as Record<string, [unknown, unknown[]]>).map(
      ([field, [, stamp]]) => [field, ...stamp].join(),
    );
  /** Eight of them, of which the last has a name of so many characters. */
  const fields = (length: number) =>
    Object.fromEntries([...Array(7).keys()].map((n) => [`${n}`.repeat(100), 'x']).concat([['z'.repeat(length), 'x']]));

  it('are known as such by all their stamps, in at most 1,000 characters: longer ones pass for the customer’s own', async () => {
    await late(patch(1, fields(1)));
    const most = 1_000 - JSON.stringify(await stampsOf()).length + 1;
    for (const [length, status] of [
      [most, 'ok'],
      [most + 1, 'superseded'],
    ] as const) {
      await world.dispose();
      world = createCoreWorld();
      await late(patch(1, fields(length)));
      expect(JSON.stringify(await stampsOf())).toHaveLength(1_000 - most + length);
      expect(await late(patch(2, { size: 'M' }))).toEqual([status]);
    }
  });
});
