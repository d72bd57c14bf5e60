import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op, rowOf } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
const asAna = async (ops: readonly Fields[], r = 'replica_before') => {
  await world.clock.pass(1_000);
  return world.sync({ auth: ana, r, device: `device_of_${r}`, ops });
};
const signIn = async (during?: string): Promise<Receipt> => {
  const claim = { ...visitor, r: 'replica_guest', ops: [], ...(during ? { during } : {}) };
  return (await world.sync({ auth: ana, r: 'replica_ana', claim })).receipt as unknown as Receipt;
};
const undo = (id: string) => world.sync({ auth: ana, r: 'replica_ana', want: { undo: id } });
const rows = async () => (await asAna([], 'replica_reader')).ent;
const lineOf = async (key: string) =>
  rowOf({ ent: await rows() } as never, 'cart', key)?.[3] as unknown as Line | undefined;
/** `3 SOFA`, and the reason of one that is set aside; in order. */
const cart = async () =>
  (await rows())
    .filter(([c]) => c === 'cart')
    .map(([, , , state]) => state as unknown as Line)
    .filter(({ q }) => quantityOf(q) > 0)
    .map(({ q, d }) => [quantityOf(q), d.sku?.[0], ...(d.parked?.[0] ? [d.parked[0]] : [])].join(' '))
    .sort();
const takenBack = (q: number, key: string) => op(q, { k: key, t: 'patch', f: { parked: null } });

/** Ana has 3 sofas; a guest with 1 signs in as her at the checkout. */
const paid = async () => {
  await asAna([add(1, 'sofa', 3)]);
  await asGuest([add(1, 'sofa', 1)]);
  const receipt = await signIn('checkout');
  expect(await cart()).toEqual(['1 SOFA', '2 SOFA merge/checkout']);
  return { id: receipt.id, beside: receipt.parked[0] ?? '' };
};

describe('a line that stands aside beside another one, taken back', () => {
  it('becomes a part of that one, once, whoever says so and however often', async () => {
    const { beside } = await paid();
    await asAna([takenBack(2, beside)]);
    expect(await cart()).toEqual(['3 SOFA']);
    await asAna([takenBack(1, beside)], 'replica_phone');
    expect(await cart()).toEqual(['3 SOFA']);
  });

  it('after the merge was undone elsewhere brings nothing twice', async () => {
    const { id, beside } = await paid();
    await undo(id);
    await asAna([takenBack(2, beside)]);
    expect(await cart()).toEqual(['3 SOFA']);
  });

  it('before the merge is undone stays where it is', async () => {
    const { id, beside } = await paid();
    await asAna([takenBack(2, beside)]);
    await undo(id);
    expect(await cart()).toEqual(['3 SOFA']);
  });

  it('gives way to a quantity that has seen it, and counts beside one that has not', async () => {
    const { beside } = await paid();
    await asAna([takenBack(2, beside)]);
    const seen = (await lineOf('sofa'))?.q.p ?? {};
    await asAna([op(3, { k: 'sofa', t: 'set', v: 5, seen, g: 0 })]);
    expect(await cart()).toEqual(['5 SOFA']);
    const { [`a:${beside}`]: _, ...unseen } = seen;
    await asAna([op(1, { k: 'sofa', t: 'set', v: 4, seen: unseen, g: 0 })], 'replica_phone');
    expect(await cart()).toEqual(['4 SOFA']);
  });

  it('is folded like any other share when nobody can speak of it any more', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, replicaIdleDays: 2 } } });
    const { beside } = await paid();
    await asAna([takenBack(2, beside)]);
    for (let day = 0; day < 80; day++) await world.passDays(1);
    expect([await cart(), (await lineOf('sofa'))?.q.p]).toEqual([['3 SOFA'], {}]);
    await asAna([takenBack(1, beside)], 'replica_late');
    expect(await cart()).toEqual(['3 SOFA']);
  });

  it('leaves the price that the customer was told, and brings its own where there is none any more', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { merge: { cart: 'separate' } } });
    const at = (amountMinor: number) => ({ f: { sku: 'SOFA', price: { amountMinor, currency: 'EUR' } } });
    await asAna([add(1, 'sofa', 1, at(100))]);
    await world.clock.pass(1_000);
    await asGuest([add(1, 'sofa', 2, at(50))]);
    const { parked } = await signIn();
    await asAna([takenBack(2, parked[0] ?? '')]);
    expect([await cart(), (await lineOf('sofa'))?.d.price?.[0]]).toMatchObject([['3 SOFA'], { amountMinor: 100 }]);
  });

  it('is not cut to the maximum: that cuts what is shown, and what is over it was gone without a word', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { merge: { cart: 'separate' } } });
    await asAna([add(1, 'sofa', 600)]);
    await asGuest([add(1, 'sofa', 600)]);
    const { parked } = await signIn();
    await asAna([takenBack(2, parked[0] ?? '')]);
    expect(await cart()).toEqual(['1200 SOFA']);
  });

  it('says itself of which line it is a part, and no device can say it of another', async () => {
    await paid();
    await asAna([op(2, { k: 'rug', t: 'add', n: 1, f: { sku: 'RUG', beside: 'sofa' } })]);
    expect((await lineOf('rug'))?.d).not.toHaveProperty('beside');
    expect(await cart()).toEqual(['1 RUG', '1 SOFA', '2 SOFA merge/checkout']);
  });
});

describe('a merge that is undone', () => {
  it.each([
    [1, ['2 SOFA']],
    [2, ['3 SOFA']],
    [5, ['3 SOFA', '3 SOFA merge/checkout']],
  ])('after %i was said of what is set aside takes that out of it', async (v, expected) => {
    const { id, beside } = await paid();
    const seen = (await lineOf(beside))?.q.p ?? {};
    await asAna([op(2, { k: beside, t: 'set', v, seen, g: 0 })]);
    await undo(id);
    expect(await cart()).toEqual(expected);
  });
});

/** Of the 3 sofas 1 was paid, and was set aside as well when a guest with a lamp alone signed in at a second checkout. */
const paidTwice = async () => {
  const { id, beside } = await paid();
  const other = guest('other');
  await world.sync({ auth: other, r: 'replica_other', ops: [add(1, 'lamp', 1)] });
  const claim = { ...other, r: 'replica_other', ops: [], during: 'checkout' };
  const { receipt } = await world.sync({ auth: ana, r: 'replica_ana', claim });
  expect(await cart()).toEqual(['1 LAMP', '1 SOFA merge/checkout', '2 SOFA merge/checkout']);
  return { id, second: receipt?.id ?? '', beside };
};

describe('a line that stands aside beside one that is set aside itself', () => {
  it('comes alone when it is taken back, and nothing else of the same things with it', async () => {
    const { beside } = await paidTwice();
    await asAna([takenBack(2, beside)]);
    expect(await cart()).toEqual(['1 LAMP', '1 SOFA merge/checkout', '2 SOFA']);
    await asAna([takenBack(1, beside)], 'replica_phone');
    expect(await cart()).toEqual(['1 LAMP', '1 SOFA merge/checkout', '2 SOFA']);
  });

  it('is one with it when both are taken back, in either order', async () => {
    for (const isWholeFirst of [true, false]) {
      await world.dispose();
      world = createCoreWorld();
      const { beside } = await paidTwice();
      await asAna([takenBack(2, isWholeFirst ? 'sofa' : beside)]);
      const [left] = (await rows()).filter(([c, , , state]) => c === 'cart' && isAside(state as unknown as Line));
      await asAna([takenBack(3, left?.[1] ?? '')]);
      expect([isWholeFirst, await cart()]).toEqual([isWholeFirst, ['1 LAMP', '3 SOFA']]);
    }
  });

  it('loses nothing when merges are undone afterwards, in either order', async () => {
    for (const isFirst of [true, false]) {
      await world.dispose();
      world = createCoreWorld();
      const { id, second, beside } = await paidTwice();
      await asAna([takenBack(2, beside)]);
      await undo(isFirst ? id : second);
      expect([isFirst, await cart()]).toEqual([
        isFirst,
        [...(isFirst ? ['1 LAMP'] : []), '1 SOFA merge/checkout', '2 SOFA'],
      ]);
      await undo(isFirst ? second : id);
      expect(await cart()).toEqual(['1 SOFA merge/checkout', '2 SOFA']);
    }
  });
});

const isAside = ({ q, d }: Line) => quantityOf(q) > 0 && !!d.parked?.[0];

describe('what somebody says of a line aside who has not heard that it was emptied', () => {
  it.each(['undone', 'removed', 'taken back'])('stands aside, and is not bought: %s', async (how) => {
    const { id, beside } = await paid();
    const seen = (await lineOf(beside))?.q.p ?? {};
    if (how === 'undone') await undo(id);
    if (how === 'removed') await asAna([op(2, { k: beside, t: 'set', v: 0, seen, g: 0 })]);
    if (how === 'taken back') await asAna([takenBack(2, beside)]);
    await asAna([op(1, { k: beside, t: 'set', v: 1, seen, g: 0 })], 'replica_phone');
    const inCart = how === 'removed' ? '1 SOFA' : '3 SOFA';
    expect(await cart()).toEqual([
      ...(how === 'removed' ? [inCart] : []),
      '1 SOFA merge/checkout',
      ...(how === 'removed' ? [] : [inCart]),
    ]);
    // Taken back it counts, whatever was taken back before.
    await asAna([takenBack(2, beside)], 'replica_phone');
    expect(await cart()).toEqual([how === 'removed' ? '2 SOFA' : '4 SOFA']);
  });

  it('has no effect on what was undone and taken back offline: a quantity and an order have seen it', async () => {
    for (const isOrder of [false, true]) {
      await world.dispose();
      world = createCoreWorld();
      const { id, beside } = await paid();
      const seen = { ...(await lineOf('sofa'))?.q.p, [`a:${beside}`]: 999 };
      await undo(id);
      const lines = [{ sku: 'SOFA', quantity: 3 }];
      await asAna(
        [
          takenBack(1, beside),
          isOrder
            ? op(2, { k: 'order:1', t: 'order', orderId: 'o-1', lines, seen: { sofa: seen } })
            : op(2, { k: 'sofa', t: 'set', v: 4, seen, g: 0 }),
        ],
        'replica_phone',
      );
      expect([isOrder, await cart()]).toEqual([isOrder, isOrder ? [] : ['4 SOFA']]);
    }
  });
});
