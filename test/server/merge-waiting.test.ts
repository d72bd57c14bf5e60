import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import type { CartPolicy } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op, put } from './core-world.ts';

let world: CoreWorld;
let isDown = false;
const start = (cart: CartPolicy = 'lineage') => {
  isDown = false;
  const beforeMerge = () => {
    if (isDown) throw new Error('not now');
  };
  world = createCoreWorld({ rules: { merge: { cart } }, hooks: { beforeMerge } });
};
beforeEach(() => start());
afterEach(() => world.dispose());

const ana = customer('ana');
const visitor = guest('visitor');
const asAna = async (ops: readonly Fields[], r = 'replica_home') => {
  await world.clock.pass(1_000);
  return world.sync({ auth: ana, r, device: `device_of_${r}`, ops });
};
const signIn = async (ops: readonly Fields[], during?: string, r = 'replica_guest') => {
  const claim = { ...visitor, r, ops, ...(during ? { during } : {}) };
  return world.sync({ auth: ana, r: 'replica_phone', device: 'device_phone', claim });
};
const retried = async () => {
  isDown = false;
  world.clock.jump(61_000);
  await asAna([]);
};
const lines = async () =>
  (await asAna([], 'replica_reader')).ent
    .filter(([c]) => c === 'cart')
    .map(([, key, , state]) => ({ key, ...(state as unknown as Line) }));
const cart = async () =>
  (await lines())
    .filter(({ q }) => quantityOf(q) > 0)
    .map(({ q, d }) => [quantityOf(q), d.sku?.[0], ...(d.parked?.[0] ? [d.parked[0]] : [])].join(' '))
    .sort();
const seen = async (key: string) => (await lines()).find((line) => line.key === key)?.q.p ?? {};
const undo = ({ id }: Receipt) =>
  world.sync({ auth: ana, r: 'replica_phone', device: 'device_phone', want: { undo: id } });

describe.each(['checkout', 'guest'] as const)('a guest’s cart that goes on after its merge waited: %s', (policy) => {
  const reason = `merge/${policy}`;
  const during = policy === 'checkout' ? policy : undefined;
  const waiting = async () => {
    await world.dispose();
    start(policy === 'guest' ? 'guest' : 'lineage');
    await asAna([add(1, 'sofa', 3), add(2, 'rug', 1)]);
    isDown = true;
    expect((await signIn([add(1, 'sofa', 1), add(2, 'lamp', 1)], during)).claim).toBe('waiting');
  };

  it('sets aside what the customer had before they signed in', async () => {
    await waiting();
    await retried();
    expect(await cart()).toEqual([
      '1 LAMP',
      `1 RUG ${reason}`,
      '1 SOFA',
      ...(policy === 'checkout' ? [`2 SOFA ${reason}`] : []),
    ]);
  });

  it('leaves what they have added and set since, on whichever device', async () => {
    for (const [r, q] of [
      ['replica_phone', 1],
      ['replica_home', 3],
    ] as const) {
      await waiting();
      await asAna([add(q, 'mug', 2), op(q + 1, { k: 'sofa', t: 'set', v: 5, seen: await seen('sofa'), g: 0 })], r);
      await retried();
      expect([r, await cart()]).toEqual([r, ['1 LAMP', `1 RUG ${reason}`, '2 MUG', '5 SOFA']]);
    }
  });

  it('also when the device claims again in between', async () => {
    await waiting();
    await asAna([add(3, 'mug', 2)]);
    world.clock.jump(61_000);
    expect((await signIn([], during)).claim).toBe('waiting');
    await retried();
    expect(await cart()).toContain('2 MUG');
  });
});

describe('a sign-in at the checkout', () => {
  it.each([
    ['who has only a preference', [put(1, 'currency', 'EUR')]],
    [
      'whose cart is empty again',
      [add(1, 'lamp', 1), op(2, { k: 'lamp', t: 'set', v: 0, seen: { replica_guest: 1 }, g: 0 })],
    ],
    ['whose lines are all set aside', [add(1, 'lamp', 1), op(2, { k: 'lamp', t: 'patch', f: { parked: 'sold' } })]],
  ])('of a guest %s sets nothing aside', async (_, ops) => {
    await asAna([add(1, 'sofa', 3)]);
    const { receipt } = await signIn(ops, 'checkout');
    expect([receipt?.parked, receipt?.policy]).toEqual([[], 'lineage']);
    expect(await cart()).toContain('3 SOFA');
  });

  it('stays one when the device says later that it is none', async () => {
    await asAna([add(1, 'sofa', 3)]);
    isDown = true;
    await signIn([add(1, 'lamp', 1)], 'checkout');
    world.clock.jump(61_000);
    isDown = false;
    expect((await signIn([], 'browse')).receipt?.policy).toBe('checkout');
  });
});

describe.each(['checkout', 'guest'] as const)('the price of a line in a cart that goes on: %s', (policy) => {
  const priced = (q: number, n: number, amountMinor: number, currency: string) =>
    add(q, 'sofa', n, { f: { sku: 'SOFA', price: { amountMinor, currency } } });
  const price = async () => (await lines()).find(({ key }) => key === 'sofa')?.d.price?.[0];

  it.each([1, 3])(
    'is the one that the guest was told, and the customer’s again when it is undone: %i of the customer’s',
    async (n) => {
      await world.dispose();
      start(policy === 'guest' ? 'guest' : 'lineage');
      for (const isGuestFirst of [false, true]) {
        if (isGuestFirst) {
          await world.dispose();
          start(policy === 'guest' ? 'guest' : 'lineage');
          await world.sync({ auth: visitor, r: 'replica_guest', ops: [priced(1, 2, 90, 'EUR')] });
        }
        await asAna([priced(1, n, 100, 'USD')]);
        await world.clock.pass(1_000);
        const ops = isGuestFirst ? [] : [priced(1, 2, 90, 'EUR')];
        const { receipt } = await signIn(ops, policy === 'checkout' ? policy : undefined);
        expect([isGuestFirst, await price()]).toEqual([isGuestFirst, { amountMinor: 90, currency: 'EUR' }]);
        await undo(receipt as unknown as Receipt);
        expect([await price(), await cart()]).toEqual([{ amountMinor: 100, currency: 'USD' }, [`${n} SOFA`]]);
      }
    },
  );
});
