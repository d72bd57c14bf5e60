import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import type { CartPolicy } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op } from './core-world.ts';

let world: CoreWorld;
/** By which policy the guest who signs in next is merged. */
let policy: CartPolicy | 'checkout' = 'lineage';
const start = () => {
  world = createCoreWorld({
    hooks: { beforeMerge: () => (policy === 'checkout' ? {} : { policy: { cart: policy } }) },
  });
};
beforeEach(start);
afterEach(() => world.dispose());
const anew = async () => {
  await world.dispose();
  start();
};

const ana = customer('ana');
let made = 0;
const asAna = async (ops: readonly Fields[]) => {
  await world.clock.pass(1_000);
  return world.sync({ auth: ana, r: `replica_${made++}`, device: 'device_of_ana', ops });
};
/** A guest with so many sofas signs in as Ana. */
const signIn = async (n: number, by: typeof policy): Promise<Receipt> => {
  policy = by;
  const auth = guest(`visitor${made}`);
  const r = `replica_${made++}`;
  await world.clock.pass(1_000);
  await world.sync({ auth, r, ops: [add(1, 'sofa', n)] });
  const claim = { ...auth, r, ops: [], ...(by === 'checkout' ? { during: by } : {}) };
  return (await world.sync({ auth: ana, r: 'replica_ana', claim })).receipt as unknown as Receipt;
};
const undo = ({ id }: Receipt) => world.sync({ auth: ana, r: 'replica_ana', want: { undo: id } });
const lines = async () =>
  (await asAna([])).ent
    .filter(([c]) => c === 'cart')
    .map(([, key, , state]) => ({ key, ...(state as unknown as Line) }));
/** `3`, and the reason of one that is set aside. */
const sofas = async () =>
  (await lines())
    .filter(({ q }) => quantityOf(q) > 0)
    .map(({ q, d }) => [quantityOf(q), ...(d.parked?.[0] ? [d.parked[0]] : [])].join(' '))
    .sort();
const takeBack = (key = '') => asAna([op(1, { k: key, t: 'patch', f: { parked: null } })]);
const set = async (key: string, v: number) => {
  const seen = (await lines()).find((line) => line.key === key)?.q.p ?? {};
  return asAna([op(1, { k: key, t: 'set', v, seen, g: 0 })]);
};

/** Ana has one sofa, a guest brings two more; where another guest’s cart goes on one of the three is left. */
const mergedTwice = async (by: 'checkout' | 'guest') => {
  await anew();
  await asAna([add(1, 'sofa', 1)]);
  const [first, second] = [await signIn(3, 'lineage'), await signIn(1, by)];
  return { first, second, beside: second.parked[0] ?? '' };
};

describe.each(['checkout', 'guest'] as const)(
  'what one merge brought and a later one by `%s` took out of the cart',
  (by) => {
    it('is gone when both are undone, in either order', async () => {
      for (const isFirst of [true, false]) {
        const { first, second } = await mergedTwice(by);
        await undo(isFirst ? first : second);
        expect([isFirst, await sofas()]).toEqual([isFirst, [isFirst ? '1' : '3']]);
        await undo(isFirst ? second : first);
        expect([isFirst, await sofas()]).toEqual([isFirst, ['1']]);
      }
    });

    it('is gone of several merges too, of one before that is undone and of one after', async () => {
      for (const isTwo of [true, false]) {
        await anew();
        await asAna([add(1, 'sofa', 1)]);
        const [two, three, last] = [await signIn(2, 'sum'), await signIn(3, 'sum'), await signIn(1, by)];
        await undo(isTwo ? two : three);
        await undo(last);
        expect([isTwo, await sofas()]).toEqual([isTwo, [isTwo ? '4' : '3']]);
        await undo(isTwo ? three : two);
        expect([isTwo, await sofas()]).toEqual([isTwo, ['1']]);
      }
    });

    it('is gone once, on a server too that was put back in between', async () => {
      const { first, second } = await mergedTwice(by);
      const space = `pk_a/${(await asAna([])).space}`;
      const stored = await world.store.read(async (tx) =>
        Promise.all([first, second].map(async ({ id }) => [id, await tx.receipt(space, id)] as const)),
      );
      await undo(second);
      await undo(first);
      await asAna([add(1, 'sofa', 4)]);
      await world.store.write(async (tx) => {
        for (const [id, receipt = null] of stored) await tx.putReceipt(space, id, receipt);
      });
      await undo(second);
      await undo(first);
      expect(await sofas()).toEqual(['5']);
    });

    it('stays where the customer has said since how many there are', async () => {
      const { first, second } = await mergedTwice(by);
      await undo(second);
      await set('sofa', 3);
      await undo(first);
      expect(await sofas()).toEqual(['3']);
    });
  },
);

describe('what one merge brought and a checkout set aside', () => {
  it('is gone from where it was taken back to', async () => {
    for (const isFirst of [true, false]) {
      const { first, second, beside } = await mergedTwice('checkout');
      await takeBack(beside);
      await undo(isFirst ? first : second);
      await undo(isFirst ? second : first);
      expect([isFirst, await sofas()]).toEqual([isFirst, ['1']]);
    }
  });

  it('is gone once where a part of it went before it was taken back', async () => {
    await asAna([add(1, 'sofa', 1)]);
    const [two, three, last] = [await signIn(2, 'sum'), await signIn(3, 'sum'), await signIn(1, 'checkout')];
    await undo(two);
    expect(await sofas()).toEqual(['1', '3 merge/checkout']);
    await takeBack(last.parked[0]);
    await undo(three);
    expect(await sofas()).toEqual(['1']);
  });
});

describe('what a merge by `separate` set aside', () => {
  const apart = async () => {
    await anew();
    await asAna([add(1, 'sofa', 3)]);
    const receipt = await signIn(1, 'separate');
    expect(await sofas()).toEqual(['1 merge/separate', '3']);
    return receipt;
  };

  it('is gone when that is undone, whether it was taken back before or after', async () => {
    for (const isTakenFirst of [true, false]) {
      const receipt = await apart();
      if (isTakenFirst) await takeBack(receipt.parked[0]);
      await undo(receipt);
      if (!isTakenFirst) await takeBack(receipt.parked[0]);
      expect([isTakenFirst, await sofas()]).toEqual([isTakenFirst, ['3']]);
    }
  });

  it('stays, taken back, where the customer has said since how many there are', async () => {
    const receipt = await apart();
    await takeBack(receipt.parked[0]);
    await set('sofa', 4);
    await undo(receipt);
    expect(await sofas()).toEqual(['4']);
  });

  it('is gone from beside what a checkout has left, too', async () => {
    const receipt = await apart();
    await takeBack(receipt.parked[0]);
    await signIn(2, 'checkout');
    expect(await sofas()).toEqual(['2', '2 merge/checkout']);
    await undo(receipt);
    expect(await sofas()).toEqual(['1 merge/checkout', '2']);
  });
});
