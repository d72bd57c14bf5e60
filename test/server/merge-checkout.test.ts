import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { defaultSpaceLimits } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, op } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const ana = customer('ana');
let made = 0;
/** A guest with a cart, who signs in while they check out. */
const paying = async (cart: readonly Fields[], who = `payer${++made}`, during: string | undefined = 'checkout') => {
  const visitor = guest(who);
  await world.sync({ auth: visitor, r: `replica_${who}`, ops: cart });
  const claim = { ...visitor, r: `replica_${who}`, ops: [], during };
  return { claim, reply: await world.sync({ auth: ana, r: `replica_of_${who}`, claim }) };
};
const asAna = (ops: readonly Fields[]) => world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });
const lines = async () =>
  (await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' })).ent
    .filter(([c]) => c === 'cart')
    .map(([, key, , state]) => {
      const { q, d } = state as unknown as Line;
      return { key, sku: d.sku?.[0], n: quantityOf(q), reason: d.parked?.[0] ?? null };
    });
/** `[in the cart, set aside]` of a sku. */
const sums = async (sku: string): Promise<readonly [number, number]> => {
  const own = (await lines()).filter((line) => line.sku === sku);
  const sum = (isAside: boolean) =>
    own.filter(({ reason }) => (reason !== null) === isAside).reduce((total, { n }) => total + n, 0);
  return [sum(false), sum(true)];
};
const undo = (receipt: unknown) =>
  world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader', want: { undo: (receipt as Receipt).id } });
const park = (q: number, k: string) => op(q, { k, t: 'patch', f: { parked: 'sold' } });

describe('a sign-in in the middle of a checkout', () => {
  it('leaves the cart as it was, and loses nothing of the customer: for all quantities of both', async () => {
    const cases = [0, 1, 3].flatMap((c) =>
      [0, 1, 3].flatMap((q) => [false, true].map((isParked) => [c, q, isParked] as const)),
    );
    for (const [c, q, isParked] of cases) {
      await world.dispose();
      world = createCoreWorld();
      await asAna([...(c ? [add(1, 'sofa', c), ...(isParked ? [park(2, 'sofa')] : [])] : [])]);
      const { reply } = await paying([add(1, 'lamp', 1), ...(q ? [add(2, 'sofa', q)] : [])]);
      const [live, aside] = await sums('SOFA');
      expect([c, q, isParked, live, await sums('LAMP')]).toEqual([c, q, isParked, q, [1, 0]]);
      // What had been set aside gives way to what is bought now.
      expect(live + aside).toBe(isParked && q ? q : Math.max(c, q));
      await undo(reply.receipt);
      const back = await sums('SOFA');
      expect([c, q, isParked, back]).toEqual([c, q, isParked, isParked ? [0, c] : [c, 0]]);
    }
  });

  it('says what was set aside and why', async () => {
    await asAna([add(1, 'sofa', 3), add(2, 'rug', 1)]);
    const { reply } = await paying([add(1, 'sofa', 1), add(2, 'lamp', 1)]);
    const beside = (await lines()).find(({ sku, reason }) => sku === 'SOFA' && reason)?.key ?? '';
    expect(reply.receipt).toMatchObject({
      policy: 'checkout',
      added: ['lamp'],
      lowered: [['sofa', 3, 1]],
      parked: [beside, 'rug'],
      reasons: { [beside]: 'merge/checkout', rug: 'merge/checkout' },
    });
    expect(await lines()).toContainEqual({ key: beside, sku: 'SOFA', n: 2, reason: 'merge/checkout' });
  });

  it('is one also when another device’s sync tries it again after it was postponed', async () => {
    await world.dispose();
    let isBroken = true;
    const beforeMerge = ({ during }: { during: string }) => {
      occasions.push(during);
      if (isBroken) throw new Error('not now');
    };
    const occasions: string[] = [];
    world = createCoreWorld({ hooks: { beforeMerge } });
    await asAna([add(1, 'sofa', 3)]);
    const { reply } = await paying([add(1, 'lamp', 1)], 'payer');
    expect(reply.claim).toBe('waiting');
    isBroken = false;
    world.clock.jump(60_000);
    await asAna([]);
    expect([await sums('SOFA'), await sums('LAMP'), occasions]).toEqual([
      [0, 3],
      [1, 0],
      ['checkout', 'checkout'],
    ]);
  });

  it('of a later kind is an ordinary one', async () => {
    await asAna([add(1, 'sofa', 3)]);
    expect((await paying([add(1, 'sofa', 1)], 'payer', 'voice-call')).reply.receipt).toMatchObject({
      policy: 'lineage',
    });
    expect(await sums('SOFA')).toEqual([3, 0]);
  });

  it('that is undone gives back nothing that the customer has taken back themselves', async () => {
    await asAna([add(1, 'sofa', 3)]);
    const { reply } = await paying([add(1, 'sofa', 1)]);
    const beside = (await lines()).find(({ reason }) => reason)?.key ?? '';
    await world.clock.pass(1);
    const seen = { [`g:${reply.receipt?.guest}`]: 2 };
    await asAna([op(2, { k: beside, t: 'set', v: 0, seen, g: 0 }), add(3, 'sofa', 2)]);
    expect(await sums('SOFA')).toEqual([3, 0]);
    await undo(reply.receipt);
    expect(await sums('SOFA')).toEqual([3, 0]);
  });

  it('makes no lines beyond those that a cart holds: what is not set aside comes back when the merge is undone', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxLines: 2 } } });
    await asAna([add(1, 'sofa', 3), add(2, 'rug', 1)]);
    const { reply } = await paying([add(1, 'sofa', 1)]);
    expect(reply.receipt).toMatchObject({ lowered: [['sofa', 3, 1]], reasons: { sofa: 'merge/cart-full' } });
    expect([await sums('SOFA'), await sums('RUG')]).toEqual([
      [1, 0],
      [0, 1],
    ]);
    await undo(reply.receipt);
    expect([await sums('SOFA'), await sums('RUG')]).toEqual([
      [3, 0],
      [1, 0],
    ]);
  });

  it('that is undone makes no lines beyond them either', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxLines: 1 } } });
    await asAna([add(1, 'sofa', 3)]);
    const { reply } = await paying([add(1, 'sofa', 1)]);
    await world.clock.pass(1);
    await asAna([op(2, { k: 'sofa', t: 'set', v: 1, seen: { replica_before: 3 }, g: 0 })]);
    await undo(reply.receipt);
    expect(await sums('SOFA')).toEqual([1, 0]);
  });

  it('whose line was set anew since keeps that, and the rest stays aside', async () => {
    await asAna([add(1, 'sofa', 3)]);
    const { reply } = await paying([add(1, 'sofa', 1)]);
    await world.clock.pass(1);
    await asAna([op(2, { k: 'sofa', t: 'set', v: 1, seen: { replica_before: 3 }, g: 0 })]);
    await undo(reply.receipt);
    expect(await sums('SOFA')).toEqual([1, 2]);
  });

  it('keeps what is paid also when the customer’s cart is full', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxLines: 3 } } });
    await asAna([add(1, 'sofa', 1), add(2, 'rug', 1), add(3, 'mug', 1)]);
    const { reply } = await paying([add(1, 'lamp', 1), add(2, 'vase', 1)]);
    expect(reply.receipt).toMatchObject({ added: ['lamp', 'vase'], dropped: [] });
    expect(await Promise.all(['LAMP', 'VASE', 'SOFA', 'RUG', 'MUG'].map(sums))).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    await undo(reply.receipt);
    expect(await Promise.all(['LAMP', 'VASE', 'SOFA'].map(sums))).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
    ]);
  });

  it('makes no more of them than twice a cart', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { limits: { ...defaultSpaceLimits, maxLines: 2 } } });
    for (const round of [1, 2, 3]) await paying([add(1, `lamp${round}`, 1), add(2, `vase${round}`, 1)]);
    expect((await lines()).filter(({ n }) => n > 0)).toHaveLength(4);
  });

  it('buys nothing of the customer’s for a copy of somebody else’s', async () => {
    await asAna([add(1, 'sofa', 5)]);
    const { reply } = await paying([
      op(1, { k: 'sofa', t: 'add', n: 2, f: { sku: 'SOFA', fork: { of: 'c_somebody', n: 2 } } }),
      add(2, 'lamp', 1),
    ]);
    expect(reply.receipt).toMatchObject({ dropped: [], parked: ['sofa'], added: ['lamp'] });
    expect(await sums('SOFA')).toEqual([0, 5]);
  });

  it('is remembered so that a server of 0.1.0 that goes on with it finds nothing to apply', async () => {
    await world.dispose();
    world = createCoreWorld({
      hooks: {
        beforeMerge: () => {
          throw new Error('not now');
        },
      },
    });
    const { claim } = await paying([add(1, 'lamp', 1)]);
    const row = await world.store.read((tx) => tx.claim(`pk_a/${claim.guest}`));
    expect(row?.carried).toMatchObject([{ ops: [], during: 'checkout' }]);
  });
});
