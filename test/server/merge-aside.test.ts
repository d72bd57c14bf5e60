import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { joinLines, type Line } from '../../src/core/line.ts';
import { compareStamps, type Stamp } from '../../src/core/stamp.ts';
import { type CartPolicy, defaultSpaceLimits } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op, put, rowOf } from './core-world.ts';

let world: CoreWorld;
const start = (cart: CartPolicy = 'lineage') => {
  world = createCoreWorld({ rules: { merge: { cart } } });
};
beforeEach(() => start());
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
const asAna = (ops: readonly Fields[]) => world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });
const signIn = () => world.sync({ auth: ana, r: 'replica_ana', claim: { ...visitor, r: 'replica_guest', ops: [] } });

it('a guest’s line that is kept apart is left behind when the cart holds no more', async () => {
  await world.dispose();
  world = createCoreWorld({
    rules: { merge: { cart: 'separate' }, limits: { ...defaultSpaceLimits, maxLines: 1 } },
  });
  await asAna([add(1, 'sofa', 2)]);
  await asGuest([add(1, 'sofa', 5)]);
  const { receipt } = await signIn();
  expect(receipt).toMatchObject({ kept: [], parked: [], dropped: ['sofa'], reasons: { sofa: 'merge/cart-full' } });
  expect((await world.sync({ auth: ana })).ent.filter(([c]) => c === 'cart')).toHaveLength(1);
});

type Side = 'live' | 'parked' | 'absent';
const park = (q: number, parked: string | null) => op(q, { k: 'sofa', t: 'patch', f: { parked } });
const changes = (side: Side, n: number, reason: string) =>
  side === 'absent' ? [] : [add(1, 'sofa', n), ...(side === 'parked' ? [park(2, reason)] : [])];
/** `2` in the cart, `2 for a reason` set aside, or nothing. */
const sofaOf = async () => {
  const line = rowOf(await world.sync({ auth: ana }), 'cart', 'sofa')?.[3] as unknown as Line | undefined;
  const reason = line?.d.parked?.[0];
  return line ? `${quantityOf(line.q)}${reason ? ` for ${reason}` : ''}` : '';
};

// The customer's are 2, the guest's 5.
type Row = readonly [customer: Side, guest: Side, line: string, receipt: Fields];
const larger: readonly Row[] = [
  ['live', 'live', '5', { raised: [['sofa', 2, 5]] }],
  ['live', 'parked', '2', { kept: ['sofa'] }],
  ['live', 'absent', '2', {}],
  ['parked', 'live', '5', { added: ['sofa'] }],
  ['parked', 'parked', '2 for theirs', { kept: ['sofa'] }],
  ['parked', 'absent', '2 for theirs', {}],
  ['absent', 'live', '5', { added: ['sofa'] }],
  ['absent', 'parked', '5 for guests', { added: ['sofa'] }],
  ['absent', 'absent', '', {}],
];
/** A policy's own rows in place of those of the same sides. */
const but = (...rows: readonly Row[]) =>
  larger.map((row) => rows.find(([mine, guests]) => row[0] === mine && row[1] === guests) ?? row);
const tables: Readonly<Record<CartPolicy, readonly Row[]>> = {
  lineage: larger,
  max: larger,
  sum: but(['live', 'live', '7', { raised: [['sofa', 2, 7]] }]),
  // A guest with nothing in the cart brings none that could go on.
  guest: but(['live', 'parked', '2', {}], ['live', 'absent', '2', {}]),
  // The guest's come as a line of their own, set aside.
  separate: but(['live', 'live', '2', { kept: ['sofa'], parked: [expect.any(String)] }]),
  none: but(
    ['live', 'live', '2', {}],
    ['live', 'parked', '2', {}],
    ['parked', 'live', '2 for theirs', {}],
    ['parked', 'parked', '2 for theirs', {}],
    ['absent', 'live', '', {}],
    ['absent', 'parked', '', {}],
  ),
  customer: but(
    ['live', 'live', '2', { dropped: ['sofa'] }],
    ['live', 'parked', '2', { dropped: ['sofa'] }],
    ['parked', 'live', '2 for theirs', { dropped: ['sofa'] }],
    ['parked', 'parked', '2 for theirs', { dropped: ['sofa'] }],
    ['absent', 'live', '', { dropped: ['sofa'] }],
    ['absent', 'parked', '', { dropped: ['sofa'] }],
  ),
};
const cases = Object.entries(tables).flatMap(([policy, rows]) =>
  rows.map(([mine, guests, line, receipt]) => [policy as CartPolicy, mine, guests, line, receipt] as const),
);

describe('a line that one side has set aside', () => {
  it.each(cases)(
    'by %s, with the customer %s and the guest %s, becomes "%s"',
    async (policy, mine, guests, line, receipt) => {
      await world.dispose();
      // Whoever spoke last decides nothing here.
      for (const isGuestLast of [true, false]) {
        start(policy);
        const both = [
          () => asAna(changes(mine, 2, 'theirs')),
          // Without any change of the guest's there would be nothing to merge, and no receipt.
          () =>
            asGuest(
              [...changes(guests, 5, 'guests'), put(3, 'size', 'M')].map((change, at) => ({ ...change, q: at + 1 })),
            ),
        ];
        for (const side of isGuestLast ? both : both.reverse()) {
          await side();
          await world.clock.pass(1_000);
        }
        const reply = await signIn();
        const nothing = { added: [], raised: [], kept: [], parked: [], clamped: [], dropped: [] };
        expect([await sofaOf(), reply.receipt]).toMatchObject([line, { ...nothing, ...receipt }]);
        if (isGuestLast) await world.dispose();
      }
    },
  );

  it('stays in the cart when a device offers the line as it was before, after a restore', async () => {
    await asAna(changes('parked', 2, 'theirs'));
    const before = rowOf(await asAna([]), 'cart', 'sofa')?.[3] as unknown as Line;
    await asGuest(changes('live', 1, ''));
    const after = rowOf(await signIn(), 'cart', 'sofa')?.[3] as unknown as Line;
    const joined = [joinLines(before, after), joinLines(after, before)];
    expect(joined.map(({ q, d }) => [quantityOf(q), d.parked?.[0]])).toEqual(Array(2).fill([1, null]));
  });

  it('takes no place in a full cart when it comes back to it', async () => {
    await asAna([add(1, 'sofa', 2), park(2, 'theirs')]);
    for (const from of [0, 100])
      await asAna(Array.from({ length: 100 - (from ? 1 : 0) }, (_, n) => add(from + n + 3, `a${from + n}`, 1)));
    await asGuest(changes('live', 5, ''));
    expect((await signIn()).receipt).toMatchObject({ added: ['sofa'], dropped: [] });
    expect(await sofaOf()).toBe('5');
  });

  it('and was removed before is in the cart when the guest has it there', async () => {
    await asAna([
      ...changes('parked', 2, 'theirs'),
      op(3, { k: 'sofa', t: 'set', v: 0, seen: { replica_before: 2 }, g: 0 }),
    ]);
    await asGuest(changes('live', 5, ''));
    await signIn();
    expect(await sofaOf()).toBe('5');
  });
});

it('what a merge sets aside was said later than that it had been taken back in the same millisecond', async () => {
  await world.dispose();
  start('guest');
  // Of two stamps of a moment the later name wins: this one is behind the server's own.
  await world.sync({ auth: ana, r: 'till_of_ana', ops: [...changes('parked', 2, 'theirs'), park(3, null)] });
  const parkedOf = async () =>
    rowOf(await world.sync({ auth: ana }), 'cart', 'sofa')?.[3] as unknown as { d: { parked: [unknown, Stamp] } };
  const before = (await parkedOf()).d.parked;
  await asGuest([add(1, 'lamp', 1)]);
  await signIn();
  const after = (await parkedOf()).d.parked;
  expect([before[0], after[0], compareStamps(after[1], before[1])]).toEqual([null, 'merge/guest', 1]);
});
