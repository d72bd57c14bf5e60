import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import {
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  dayMs,
  devicesOf,
  type Fields,
  lineOf,
  op,
  put,
  rowOf,
  statuses,
} from './core-world.ts';

let world: CoreWorld;
let { sync, quantity, forget } = {} as ReturnType<typeof devicesOf>;
beforeEach(() => {
  world = createCoreWorld();
  ({ sync, quantity, forget } = devicesOf(world, customer('ana')));
});
afterEach(() => world.dispose());

it('an add of 31 days is not counted when its replica is known, and was not heard of for as long', async () => {
  await sync('phone', [add(1, 'lamp', 1)]);
  await world.passDays(40);
  const late = (q: number, key: string, days: number) => add(q, key, 2, { a: days * dayMs });
  expect(statuses((await sync('phone', [late(2, 'sofa', 31), late(3, 'bed', 29)])).acks)).toEqual(['expired', 'ok']);
});

it('an add counts until it is 30 days old, and not a millisecond longer', async () => {
  const aged = (q: number, key: string, ms: number) => add(q, key, 1, { a: 30 * dayMs + ms });
  expect(statuses((await sync('phone', [aged(1, 'sofa', 0), aged(2, 'bed', 1)])).acks)).toEqual(['ok', 'expired']);
});

it('an add from before its line was folded counts: only a quantity had to see what is in the fold', async () => {
  await sync('gone', [add(1, 'sofa', 2)]);
  await world.passDays(91);
  const set = op(2, { k: 'sofa', t: 'set', v: 9, seen: {}, g: 0 });
  expect(statuses((await sync('phone', [add(1, 'sofa', 1), set])).acks)).toEqual(['ok', 'superseded']);
  expect(await quantity('sofa')).toBe(3);
});

it('a quantity that was set after an order is not lowered by that order', async () => {
  const lines = [{ sku: 'SOFA', quantity: 2 }];
  const order = op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { sofa: { replica_phone: 3 } } });
  await sync('phone', [add(1, 'sofa', 3), order]);
  await sync('phone', [op(3, { k: 'sofa', t: 'set', v: 5, seen: { replica_phone: 3 }, g: 1, at: 1 })]);
  expect(await quantity('sofa')).toBe(5);
});

it('before anything was forgotten a quantity has seen what it says, whatever view it was made on', async () => {
  await sync('phone', [add(1, 'sofa', 3)]);
  await sync('laptop', [op(1, { k: 'sofa', t: 'set', v: 1, seen: { replica_phone: 3 }, g: 0, at: 0 })]);
  expect(await quantity('sofa')).toBe(1);
});

describe('once something was forgotten', () => {
  const seen = { replica_phone: 3 };
  it.each([
    ['the version that a line appeared with', 0],
    ['a later version', 1],
  ])('what is set, or bought, on a view of %s has seen the adds of others there', async (_, after) => {
    await forget();
    const { head } = await sync('phone', [add(1, 'sofa', 3)]);
    await sync('phone', [add(2, 'lamp', 3)]);
    const lines = [{ sku: 'LAMP', quantity: 2 }];
    await sync('laptop', [
      op(1, { k: 'sofa', t: 'set', v: 1, seen, g: 0, at: head + after }),
      op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { lamp: seen }, at: head + 1 + after }),
    ]);
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([1, 1]);
  });

  it('what is set, or bought, on a view from before the line appeared has not', async () => {
    await forget();
    const { head } = await sync('phone', [add(1, 'sofa', 3), add(2, 'lamp', 3)]);
    const lines = [{ sku: 'LAMP', quantity: 2 }];
    await sync('laptop', [
      op(1, { k: 'sofa', t: 'set', v: 1, seen, g: 0, at: head - 2 }),
      op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { lamp: seen }, at: head - 2 }),
    ]);
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([4, 3]);
  });

  it.each([
    ['that device had made, where it had seen no line before', {}, 3],
    ['an earlier line had, which was forgotten', { bh: [1, 0, 'replica_gone', 1] }, 2],
  ])('a quantity on a view from before the line appeared has seen the orders that %s', async (_, before, left) => {
    await forget();
    const { head: at } = await sync('phone', []);
    const lines = [{ sku: 'SOFA', quantity: 1 }];
    await sync('phone', [
      add(1, 'sofa', 3, { at }),
      op(2, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { sofa: seen }, at }),
    ]);
    await sync('phone', [op(3, { k: 'sofa', t: 'set', v: 3, seen, g: 1, at, ...before })]);
    expect(await quantity('sofa')).toBe(left);
  });

  it('a quantity that saw an order of its device on a line that was forgotten has seen none of who bought of the next one', async () => {
    const lines = [{ sku: 'SOFA', quantity: 1 }];
    const order = (q: number, id: string, fields: Fields) =>
      op(q, { k: id, t: 'order', orderId: id, lines, ...fields });
    await sync('phone', [add(1, 'sofa', 2)]);
    const { head: at } = await sync('tablet', []);
    const old = { replica_phone: 2 };
    await sync('phone', [op(2, { k: 'sofa', t: 'set', v: 0, seen: old, g: 0, at })]);
    await forget();
    const { head } = await sync('other', [add(1, 'sofa', 1)]);
    await sync('laptop', [order(1, 'o-1', { seen: { sofa: { replica_other: 1 } }, at: head })]);
    const reply = await sync('tablet', [
      order(1, 'o-2', { seen: { sofa: old }, at }),
      op(2, { k: 'sofa', t: 'set', v: 0, seen: old, g: 1, bh: [0, 0, '', 0], at }),
    ]);
    expect(quantityOf(lineOf(reply, 'sofa').q)).toBe(0);
  });

  it('so it has where it had set the line before, and was told of that since', async () => {
    await forget();
    const { head: at } = await sync('phone', []);
    const set = (q: number, v: number, more: Fields) => op(q, { k: 'sofa', t: 'set', v, seen, at, ...more });
    const { acks } = await sync('phone', [add(1, 'sofa', 3, { at }), set(2, 4, { g: 0 })]);
    const lines = [{ sku: 'SOFA', quantity: 1 }];
    const order = op(3, { k: 'o', t: 'order', orderId: 'o-1', lines, seen: { sofa: seen }, at });
    await sync('phone', [order, set(4, 5, { g: 1, bh: acks[1]?.at(-1) })]);
    expect(await quantity('sofa')).toBe(5);
  });

  it.each<[string, string, Fields]>([
    ['value', 'preferences', { k: 'currency', t: 'put', v: 'EUR' }],
    ['field', 'identity', { k: 'traits', t: 'patch', f: { size: 'M' } }],
    ['quantity', 'cart', { k: 'sofa', t: 'set', v: 2, seen: {}, g: 0 }],
  ])('a %s brings nothing back that its device may have seen before', async (_, c, change) => {
    await forget();
    const reply = await sync(
      'away',
      [1, 2].map((at) => op(at, { ...change, c, at })),
    );
    expect(statuses(reply.acks)).toEqual(['superseded', 'ok']);
    const first = await sync('begins', [op(1, { ...change, c, k: 'other', a: 1_000 })]);
    expect(statuses(first.acks)).toEqual(['ok']);
  });

  it('an add brings a line back that its device may have seen before: it is lost nowhere', async () => {
    await forget();
    await sync('away', [add(1, 'sofa', 2, { at: 1 })]);
    expect(await quantity('sofa')).toBe(2);
  });

  it('a beacon of changes made on a view from before waits for the next request: that learns first what is gone', async () => {
    await forget();
    const beacon = (ops: readonly Fields[]) =>
      world.core.beacon(world.body({ auth: customer('ana'), r: 'replica_away', device: 'device_away', low: 1, ops }));
    const late = add(1, 'sofa', 2, { at: 1 });
    expect((await beacon([late])).status).toBe(204);
    expect((await sync('witness', [])).ent.map(([, key]) => key)).not.toContain('sofa');
    expect(statuses((await sync('away', [late])).acks)).toEqual(['ok']);
    const { head } = await sync('witness', []);
    await beacon([add(2, 'sofa', 1, { at: head })]);
    expect(await quantity('sofa')).toBe(3);
  });

  it('a device that begins speaks for 90 days, and not a millisecond longer', async () => {
    await forget();
    const aged = (q: number, key: string, ms: number) => put(q, key, 'x', { a: 90 * dayMs - ms });
    const reply = await sync('begins', [aged(1, 'size', 1), aged(2, 'color', 0)]);
    expect(statuses(reply.acks)).toEqual(['ok', 'superseded']);
  });

  it('a value "denied" from before is no denial of consent: it brings nothing back', async () => {
    await forget();
    const old = put(1, 'currency', 'denied', { at: 1 });
    const reply = await sync('away', [old, { ...old, q: 2, i: 'op_of_consent', c: 'consent', k: 'marketing' }]);
    expect(statuses(reply.acks)).toEqual(['superseded', 'ok']);
    expect(rowOf(reply, 'preferences', 'currency')).toBe(undefined);
  });
});
