import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { type CartPolicy, defaultSpaceLimits } from '../../src/server/site.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  dayMs,
  type Fields,
  guest,
  op,
  rowOf,
  statuses,
  type WorldOptions,
} from './core-world.ts';

let world: CoreWorld;
const start = (cart: CartPolicy = 'lineage', options: WorldOptions = {}) => {
  world = createCoreWorld({ rules: { merge: { cart }, ...options.rules } });
};
beforeEach(() => start());
afterEach(() => world.dispose());

const ana = customer('ana');
const ben = customer('ben');
const visitor = guest('visitor');
const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
const asAna = (ops: readonly Fields[]) => world.sync({ auth: ana, r: 'replica_before', device: 'device_old', ops });
const claim = { ...visitor, r: 'replica_guest', ops: [] };
const signIn = async (): Promise<Receipt> => {
  const { receipt } = await world.sync({ auth: ana, r: 'replica_ana', claim });
  return receipt as unknown as Receipt;
};
const undo = (id: string, auth: Fields = ana) => ({ auth, r: 'replica_ana', want: { undo: id } });
const undone = async (id: string) => (await world.sync(undo(id))).want?.undo?.receipt;
const lineOf = async (key: string) =>
  rowOf(await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' }), 'cart', key)?.[3] as unknown as
    | Line
    | undefined;
/** `3`, or `3 for a reason` when it is set aside. */
const cartHas = async (key: string) => {
  const line = await lineOf(key);
  const reason = line?.d.parked?.[0];
  return line && `${quantityOf(line.q)}${reason ? ` for ${reason}` : ''}`;
};
const seen = async (key: string) => (await lineOf(key))?.q.p ?? {};

describe('a merge that is undone', () => {
  it('takes back what it added and raised, and nothing else', async () => {
    await asAna([add(1, 'sofa', 2), add(2, 'own', 1)]);
    await asGuest([add(1, 'sofa', 5), add(2, 'lamp', 3)]);
    const { id } = await signIn();
    expect(await cartHas('sofa')).toBe('5');
    expect(await undone(id)).toMatchObject({
      id,
      added: ['lamp'],
      raised: [['sofa', 2, 5]],
      undoneAtMs: world.clock.now(),
    });
    expect([await cartHas('sofa'), await cartHas('lamp'), await cartHas('own')]).toEqual(['2', '0', '1']);
  });

  it('leaves an add that came after it, and a quantity that was set', async () => {
    await asGuest([add(1, 'sofa', 5), add(2, 'lamp', 3)]);
    const { id } = await signIn();
    await asAna([add(1, 'sofa', 2), op(2, { k: 'lamp', t: 'set', v: 4, seen: await seen('lamp'), g: 0 })]);
    await undone(id);
    expect([await cartHas('sofa'), await cartHas('lamp')]).toEqual(['2', '4']);
  });

  it('brings back nothing of what was bought', async () => {
    await asAna([add(1, 'sofa', 1)]);
    await asGuest([add(1, 'sofa', 3)]);
    const { id } = await signIn();
    const order = {
      t: 'order',
      orderId: 'o-1',
      lines: [{ sku: 'SOFA', quantity: 3 }],
      seen: { sofa: await seen('sofa') },
    };
    await asAna([op(2, { k: 'order:o-1', ...order })]);
    expect(await cartHas('sofa')).toBe('0');
    await undone(id);
    expect(await cartHas('sofa')).toBe('0');
  });

  it('twice is undone once, also when the answer was lost', async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    const first = await undone(id);
    await asAna([add(1, 'sofa', 2)]);
    await world.clock.pass(5_000);
    expect(await undone(id)).toEqual(first);
    expect(await cartHas('sofa')).toBe('2');
  });

  it('is told to the customer’s other devices, by the live channel too', async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    const { pushes } = await world.listen(ana, 'device_other');
    await undone(id);
    expect(pushes.at(-1)?.ent?.map(([collection, key]) => [collection, key])).toEqual(
      expect.arrayContaining([
        ['cart', 'sofa'],
        ['~receipts', id],
      ]),
    );
  });

  it('and whose guest claims again stays so', async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    await undone(id);
    expect(await signIn()).toMatchObject({ id, undoneAtMs: world.clock.now() });
    expect(await cartHas('sofa')).toBe('0');
  });

  it('is the same with a fold in between', async () => {
    await world.dispose();
    start('lineage', { rules: { limits: { ...defaultSpaceLimits, replicaIdleDays: 2 } } });
    await asAna([add(1, 'sofa', 2), add(2, 'lamp', 3)]);
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    const order = {
      t: 'order',
      orderId: 'o-1',
      lines: [{ sku: 'SOFA', quantity: 1 }],
      seen: { sofa: await seen('sofa') },
    };
    await asAna([op(3, { k: 'order:o-1', ...order })]);
    for (let day = 0; day < 6; day++) await world.passDays(1);
    expect([await cartHas('sofa'), await cartHas('lamp')]).toEqual(['4', '3']);
    await undone(id);
    // 1 of the 5 was bought; the guest's 3 go.
    expect([await cartHas('sofa'), await cartHas('lamp')]).toEqual(['1', '3']);
    for (let day = 0; day < 40; day++) await world.passDays(1);
    expect((await lineOf('sofa'))?.q).toMatchObject({ p: {}, w: {}, b: [1, expect.anything(), 1] });
  });

  it('gives back what a copy was lowered by, unless somebody said since how many there are', async () => {
    const { space } = await asAna([add(1, 'sofa', 4), add(2, 'lamp', 4)]);
    const copied = (q: number, k: string) => [
      add(q, k, 4, { f: { sku: k.toUpperCase(), fork: { of: space, n: 4 } } }),
      op(q + 1, { k, t: 'set', v: 1, seen: { replica_guest: 4 }, g: 0 }),
    ];
    await asGuest([...copied(1, 'sofa'), ...copied(3, 'lamp')]);
    const { id, lowered } = await signIn();
    expect(lowered).toEqual([
      ['sofa', 4, 1],
      ['lamp', 4, 1],
    ]);
    await world.clock.pass(1);
    await asAna([op(3, { k: 'lamp', t: 'set', v: 2, seen: await seen('lamp'), g: 0 })]);
    await undone(id);
    expect([await cartHas('sofa'), await cartHas('lamp')]).toEqual(['4', '2']);
  });

  /** Of a copy that the guest made smaller, and of which the customer has said since how many there are. */
  const setAfter = async (more: readonly Fields[] = []) => {
    const { space } = await asAna([add(1, 'sofa', 4)]);
    await asGuest([
      add(1, 'sofa', 4, { f: { sku: 'SOFA', fork: { of: space, n: 4 } } }),
      op(2, { k: 'sofa', t: 'set', v: 1, seen: { replica_guest: 4 }, g: 0 }),
      ...more,
    ]);
    const { id } = await signIn();
    const { p = {}, b } = (await lineOf('sofa'))?.q ?? {};
    await asAna([
      op(2, { k: 'sofa', t: 'order', orderId: 'o-1', lines: [{ sku: 'SOFA', quantity: 1 }], seen: { sofa: p } }),
    ]);
    expect(b?.[0]).toBe(1);
    return id;
  };
  const aside = async () =>
    (await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' })).ent.flatMap(([c, key, , state]) =>
      c === 'cart' && (state as unknown as Line).d.parked?.[0] === 'merge/undone' ? [key] : [],
    );

  it('finds room in a full cart for what comes back by what goes', async () => {
    await world.dispose();
    start('lineage', { rules: { limits: { ...defaultSpaceLimits, maxLines: 2 } } });
    const id = await setAfter([add(3, 'lamp', 1), add(4, 'rug', 1)]);
    await asAna([add(3, 'sofa', 1)]);
    await undone(id);
    const [key = ''] = await aside();
    expect(await cartHas(key)).toBe('3 for merge/undone');
  });

  it('says where there is none', async () => {
    await world.dispose();
    start('lineage', { rules: { limits: { ...defaultSpaceLimits, maxLines: 2 } } });
    const id = await setAfter();
    await asAna([add(3, 'sofa', 1), add(4, 'mug', 1)]);
    expect((await undone(id))?.reasons).toEqual({ sofa: 'merge/cart-full' });
    expect(await aside()).toEqual([]);
  });

  it('again, on a server that was put back, brings back nothing that the customer has removed since', async () => {
    const id = await setAfter();
    await undone(id);
    const [key = ''] = await aside();
    expect(await cartHas(key)).toBe('3 for merge/undone');
    await world.clock.pass(1_000);
    await asAna([op(3, { k: key, t: 'set', v: 0, seen: { [`u:${id}`]: 3 }, g: 0 })]);
    const { space } = await world.sync({ auth: ana });
    await world.store.write(async (tx) => {
      const { undoneAtMs: _, ...before } = (await tx.receipt(`pk_a/${space}`, id)) as Record<string, never>;
      await tx.putReceipt(`pk_a/${space}`, id, before);
    });
    await undone(id);
    expect(await cartHas(key)).toBe('0 for merge/undone');
  });

  it('puts lines back where they were', async () => {
    await world.dispose();
    start('guest');
    await asAna([
      add(1, 'sofa', 2),
      add(2, 'lamp', 1),
      add(3, 'rug', 4),
      op(4, { k: 'lamp', t: 'patch', f: { parked: 'sold' } }),
    ]);
    await asGuest([add(1, 'lamp', 5), add(2, 'rug', 1)]);
    const { id, parked } = await signIn();
    expect([parked, await cartHas('sofa'), await cartHas('lamp'), await cartHas('rug')]).toEqual([
      ['sofa'],
      '2 for merge/guest',
      '5',
      '1',
    ]);
    await undone(id);
    expect([await cartHas('sofa'), await cartHas('lamp'), await cartHas('rug')]).toEqual(['2', '1 for sold', '4']);
  });

  it('by a server of 0.1.0 gives back what its receipt says it brought', async () => {
    await asAna([add(1, 'sofa', 2)]);
    await asGuest([add(1, 'sofa', 5), add(2, 'lamp', 1)]);
    const { id } = await signIn();
    const { space } = await world.sync({ auth: ana });
    await world.store.write(async (tx) => {
      const {
        undo: _,
        lowered: __,
        reasons: ___,
        ...old
      } = (await tx.receipt(`pk_a/${space}`, id)) as Record<string, never>;
      await tx.putReceipt(`pk_a/${space}`, id, old);
    });
    await undone(id);
    expect([await cartHas('sofa'), await cartHas('lamp')]).toEqual(['2', '0']);
  });
});

describe('the row of a receipt', () => {
  const rows = async (auth: Fields = ana) =>
    (await world.sync({ auth, r: 'replica_reader', device: 'device_reader' })).ent.filter(([c]) => c === '~receipts');
  it('tells the customer’s devices, and nobody else, without what none of them has to know', async () => {
    await asAna([add(1, 'sofa', 2)]);
    await asGuest([add(1, 'sofa', 2), add(2, 'lamp', 1)]);
    const { pushes } = await world.listen(ana, 'device_other');
    const { id, kept, ...receipt } = await signIn();
    expect(kept).toEqual(['sofa']);
    expect((await rows()).map(([, key, , state]) => [key, (state as { v: unknown }).v])).toEqual([
      [id, { id, ...receipt }],
    ]);
    expect(pushes.flatMap(({ ent = [] }) => ent).map(([collection]) => collection)).toContain('~receipts');
    expect(await rows(ben)).toEqual([]);
  });
  it('is the server’s to write', async () => {
    await asGuest([add(1, 'sofa', 2)]);
    const { id } = await signIn();
    const { acks } = await asAna([op(1, { c: '~receipts', k: id, t: 'put', v: {} })]);
    expect(statuses(acks)).toEqual(['rejected change/read-only']);
  });
  it('is gone when the merge cannot be undone any more', async () => {
    await asGuest([add(1, 'sofa', 2)]);
    await signIn();
    await world.passDays(29);
    expect(await rows()).toHaveLength(1);
    await world.passDays(2);
    expect(await rows()).toEqual([]);
  });
});

describe('what cannot be undone', () => {
  it('is a merge of more than 30 days ago', async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    world.clock.jump(30 * dayMs - 1);
    expect(await world.refusal({ ...undo(id), want: { undo: 'other' } })).toEqual([404, 'merge/unknown']);
    world.clock.jump(1);
    expect(await world.refusal(undo(id))).toEqual([409, 'merge/too-late']);
    expect(await cartHas('sofa')).toBe('5');
  });

  it("is another customer's, and looks like one that never was", async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    const foreign = await world.refusedWith(undo(id, ben));
    expect(foreign).toEqual(await world.refusedWith(undo('rc_nobody', ben)));
    expect(foreign).toMatchObject({ code: 'merge/unknown', retryable: false });
    expect(await world.refusal(undo(id, guest('other')))).toEqual([404, 'merge/unknown']);
    expect(await cartHas('sofa')).toBe('5');
  });

  it('is told to nobody else: what undoes it stays on the server', async () => {
    await asGuest([add(1, 'sofa', 5)]);
    const receipt = await signIn();
    expect(receipt).not.toHaveProperty('undo');
    expect(await signIn()).toEqual(receipt);
    expect(await undone(receipt.id)).not.toHaveProperty('undo');
  });

  it('waits while the device has to learn first of what is gone', async () => {
    await asAna([add(1, 'lamp', 1)]);
    const { cur } = await world.sync({ auth: ana, r: 'replica_reader', device: 'device_reader' });
    await asGuest([add(1, 'sofa', 5)]);
    const { id } = await signIn();
    await asAna([
      op(2, { c: 'preferences', k: 'size', t: 'put', v: 1 }),
      op(3, { c: 'preferences', k: 'size', t: 'put', v: null }),
    ]);
    const { space } = await world.sync({ auth: ana });
    await world.store.write(async (tx) => {
      const row = await tx.space(`pk_a/${space}`);
      if (row) await tx.putSpace({ ...row, gcVersion: row.version });
    });
    const reply = await world.sync({ ...undo(id), cur });
    expect([reply.reset, reply.want]).toEqual(['horizon', undefined]);
    expect((await world.sync({ ...undo(id), cur: reply.cur })).want?.undo?.receipt.id).toBe(id);
  });
});
