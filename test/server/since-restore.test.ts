import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { add, type CoreWorld, createCoreWorld, customer, devicesOf, lineOf, op, put, statuses } from './core-world.ts';

// The server was put back: what it lost are numbers that it never hears of here.
let world: CoreWorld;
let { sync, quantity, forget } = {} as ReturnType<typeof devicesOf>;
beforeEach(() => {
  world = createCoreWorld();
  ({ sync, quantity, forget } = devicesOf(world, customer('ana')));
});
afterEach(() => world.dispose());
/** An add that was numbered before the restore; its replica had `to` with it. */
const numbered = (q: number, key: string, { n, to, at = 0 }: { n: number; to: number; at?: number }) =>
  add(q, key, n, { to, at, as: world.clock.now() });

/** Something was forgotten, and the server knows. */
const forgetIt = async () => {
  await forget();
  expect(await world.store.read((tx) => tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1))).toMatchObject([{ gcVersion: 2 }]);
};

describe('an add that was numbered before the server was put back', () => {
  it('brings back the adds before it that were lost', async () => {
    await sync('held', [add(1, 'sofa', 1)]);
    const reply = await sync('held', [numbered(4, 'sofa', { n: 1, to: 6 })]);
    expect(reply.acks.map(([, ...rest]) => rest.slice(0, 2))).toEqual([['ok', 6]]);
    expect(await quantity('sofa')).toBe(6);
  });

  it('brings them back to every line, whatever comes between', async () => {
    await sync('held', [
      numbered(3, 'sofa', { n: 1, to: 4 }),
      numbered(4, 'bed', { n: 1, to: 1 }),
      numbered(5, 'lamp', { n: 2, to: 7 }),
    ]);
    expect([await quantity('sofa'), await quantity('bed'), await quantity('lamp')]).toEqual([4, 1, 7]);
  });

  it('counts what it adds where none was lost before it, whatever its device believes', async () => {
    await sync('held', [add(1, 'sofa', 1)]);
    await sync('held', [numbered(2, 'sofa', { n: 1, to: 6 })]);
    expect(await quantity('sofa')).toBe(2);
  });

  it('counts no more than it adds to a line of which something was folded: it may hold those before it', async () => {
    await sync('gone', [add(1, 'sofa', 2)]);
    await world.passDays(91);
    expect(lineOf(await sync('reader'), 'sofa').q).toMatchObject({ p: {}, floor: 1 });
    await sync('held', [numbered(5, 'sofa', { n: 1, to: 4 })]);
    expect(await quantity('sofa')).toBe(3);
  });

  it('counts no more than it adds to a line that is not there, once something was forgotten: it may have been that line', async () => {
    await forgetIt();
    await sync('held', [numbered(5, 'sofa', { n: 1, to: 4 })]);
    expect(await quantity('sofa')).toBe(1);
  });

  it('counts no more than it adds to a line that appeared after it was made: those before it were of an earlier one', async () => {
    await forgetIt();
    await sync('here', [add(1, 'sofa', 5)]);
    await sync('held', [numbered(5, 'sofa', { n: 1, to: 4, at: 2 })]);
    expect(await quantity('sofa')).toBe(6);
  });

  it('brings back what was lost of a line that it had in view, though something else was forgotten', async () => {
    await forgetIt();
    expect((await sync('here', [add(1, 'sofa', 5)])).head).toBe(3);
    await sync('held', [numbered(5, 'sofa', { n: 1, to: 4, at: 3 })]);
    expect(await quantity('sofa')).toBe(9);
  });

  it('brings back nothing when it does not say what it leads to', async () => {
    const bare = op(5, { k: 'sofa', t: 'add', n: 1, f: { sku: 'SOFA' }, as: world.clock.now() });
    expect(statuses((await sync('held', [bare])).acks)).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(1);
  });
});

it('a value that was numbered before the server was put back has the time that its device was told, less its age', async () => {
  const told = world.clock.now();
  await world.clock.pass(60_000);
  const reply = await sync('held', [put(3, 'size', 'M', { as: told, a: 5_000 })]);
  expect(reply.acks[0]?.[2]).toEqual([told - 5_000, 0, 'replica_held', 3]);
});
