import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { hashText } from '../../src/core/hash.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { cartPolicies } from '../../src/server/site.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, guest, lineOf, op, rowOf } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const ana = customer('ana');
const spaceOf = (name: string) => `c_${hashText(systemIds.sha256, JSON.stringify(['pk_a', name]))}`;
const asAna = (ops: readonly Fields[] = []) =>
  world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });
const asGuest = (name: string, ops: readonly Fields[]) => world.sync({ auth: guest(name), r: `replica_${name}`, ops });
const signIn = (name: string, who = 'ana') =>
  world.sync({
    auth: customer(who),
    r: `replica_of_${name}`,
    claim: { ...guest(name), r: `replica_${name}`, ops: [] },
  });
/** A line as a personal device leaves it behind at a sign-out. */
const copy = (q: number, n: number, of = spaceOf('ana')) => add(q, 'sofa', n, { f: { sku: 'SOFA', fork: { of, n } } });
const sofaOf = async (who = 'ana') => {
  const line = rowOf(await world.sync({ auth: customer(who) }), 'cart', 'sofa')?.[3] as unknown as Line | undefined;
  return line && quantityOf(line.q);
};

describe('a copy that a customer left on the device', () => {
  it('comes back as what the guest changed of it', async () => {
    await asAna([add(1, 'sofa', 3)]);
    await asGuest('first', [copy(1, 3), add(2, 'sofa', 1)]);
    await asAna([add(2, 'sofa', 2)]);
    expect((await signIn('first')).receipt).toMatchObject({ raised: [['sofa', 5, 6]], reasons: {} });
    await asGuest('second', [copy(1, 6), op(2, { k: 'sofa', t: 'set', v: 4, seen: { replica_second: 6 }, g: 0 })]);
    expect((await signIn('second')).receipt).toMatchObject({ lowered: [['sofa', 6, 4]], raised: [] });
    expect(await sofaOf()).toBe(4);
  });

  it('and that they removed as a guest is removed', async () => {
    await asAna([add(1, 'sofa', 3)]);
    await asGuest('first', [copy(1, 3), op(2, { k: 'sofa', t: 'set', v: 0, seen: { replica_first: 3 }, g: 0 })]);
    expect((await signIn('first')).receipt).toMatchObject({ lowered: [['sofa', 3, 0]] });
    expect(await sofaOf()).toBe(0);
  });

  it('and that they removed is removed where the guest’s cart would go on, also when nothing else is in it', async () => {
    await world.dispose();
    world = createCoreWorld({ rules: { merge: { cart: 'guest' } } });
    await asAna([add(1, 'sofa', 3), add(2, 'lamp', 1)]);
    await asGuest('first', [copy(1, 3), op(2, { k: 'sofa', t: 'set', v: 0, seen: { replica_first: 3 }, g: 0 })]);
    const { receipt } = await signIn('first');
    // With nothing in their cart there is none that goes on: what they never had is not set aside.
    expect(receipt).toMatchObject({ lowered: [['sofa', 3, 0]], parked: [] });
    expect(await sofaOf()).toBe(0);
    await world.sync({ auth: ana, want: { undo: (receipt as Receipt).id } });
    expect(await sofaOf()).toBe(3);
  });

  it.each(cartPolicies)('is no second cart, however often they come and go: %s', async (cart) => {
    await world.dispose();
    world = createCoreWorld({ rules: { merge: { cart } } });
    await asAna([add(1, 'sofa', 3)]);
    for (let time = 0; time < 10; time++) {
      await asGuest(`time${time}`, [copy(1, 3)]);
      await signIn(`time${time}`);
    }
    expect(await sofaOf()).toBe(3);
  });

  it('is nothing that the next customer gets, beyond what was added to it', async () => {
    await asGuest('first', [copy(1, 3)]);
    const { receipt } = await signIn('first', 'ben');
    expect(JSON.stringify(receipt)).not.toContain('sofa');
    expect(await sofaOf('ben')).toBeUndefined();
    await asGuest('second', [copy(1, 3), add(2, 'sofa', 1)]);
    expect((await signIn('second', 'ben')).receipt).toMatchObject({ added: ['sofa'] });
    expect(await sofaOf('ben')).toBe(1);
  });

  it('is written by an add of a guest, and never a detail of what a customer has', async () => {
    const fork = { of: spaceOf('ana'), n: 3 };
    const forkIn = async (auth: Fields, r: string) => lineOf(await world.sync({ auth, r }), 'sofa').d.fork?.[0];
    await asAna([copy(1, 3), op(2, { k: 'sofa', t: 'patch', f: { fork } })]);
    expect(await forkIn(ana, 'replica_reader')).toBeUndefined();
    await asGuest('first', [add(1, 'sofa', 1), op(2, { k: 'sofa', t: 'patch', f: { fork } })]);
    expect(await forkIn(guest('first'), 'replica_other')).toBeUndefined();
    await asGuest('first', [copy(3, 1)]);
    expect(await forkIn(guest('first'), 'replica_other')).toEqual({ of: spaceOf('ana'), n: 1 });
    await signIn('first');
    expect(await forkIn(ana, 'replica_reader')).toBeUndefined();
  });
});
