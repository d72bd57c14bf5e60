import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { type CoreWorld, createCoreWorld, customer, type Fields, lineOf, op, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');
const phone = (ops: readonly Fields[]) => world.sync({ auth, r: 'replica_phone', device: 'device_phone', ops });
const laptop = (ops: readonly Fields[]) => world.sync({ auth, r: 'replica_laptop', device: 'device_laptop', ops });

/** So many sofas of a colour; without one, of none. */
const add = (q: number, k: string, n: number, colour?: string) =>
  op(q, { k, t: 'add', n, f: { sku: 'SOFA', ...(colour ? { properties: { colour } } : {}) } });
const set = (q: number, k: string, v: number, seen: Fields) => op(q, { k, t: 'set', v, seen, g: 0 });
const park = (q: number, k: string) => op(q, { k, t: 'patch', f: { parked: 'sold out' } });
const order = (q: number, quantity: number, seen: Fields, more: Fields = {}) =>
  op(q, { k: 'o-1', t: 'order', orderId: 'o-1', lines: [{ sku: 'SOFA', quantity, ...more }], seen });

const quantities = async (...keys: readonly string[]) => {
  const reply = await world.sync({ auth, r: 'replica_reader' });
  return keys.map((key) => quantityOf(lineOf(reply, key).q));
};

describe('an order by sku alone', () => {
  it('takes of the line that its device saw, not of an older one that it did not', async () => {
    await phone([add(1, 'blue', 1, 'blue')]);
    await laptop([add(1, 'red', 1, 'red'), order(2, 1, { red: { replica_laptop: 1 } })]);
    expect(await quantities('blue', 'red')).toEqual([1, 0]);
  });

  it('does so too when somebody had set how many there are of the older one', async () => {
    await phone([add(1, 'blue', 1, 'blue'), set(2, 'blue', 3, { replica_phone: 1 })]);
    await laptop([add(1, 'red', 1, 'red'), order(2, 1, { red: { replica_laptop: 1 } })]);
    expect(await quantities('blue', 'red')).toEqual([3, 0]);
  });

  it('does so too when the older one is exactly what the order names', async () => {
    await phone([add(1, 'plain', 1), set(2, 'plain', 3, { replica_phone: 1 })]);
    await laptop([add(1, 'red', 1, 'red'), order(2, 1, { red: { replica_laptop: 1 } })]);
    expect(await quantities('plain', 'red')).toEqual([3, 0]);
  });

  it('goes on with the next line that it saw where more of the first came later', async () => {
    await phone([add(1, 'blue', 1, 'blue')]);
    await laptop([add(1, 'red', 1, 'red')]);
    await phone([add(2, 'blue', 4, 'blue')]);
    await laptop([order(2, 2, { blue: { replica_phone: 1 }, red: { replica_laptop: 1 } })]);
    expect(await quantities('blue', 'red')).toEqual([4, 0]);
  });

  it('takes the rest where nobody had seen it, of what was set', async () => {
    await phone([add(1, 'blue', 1, 'blue'), set(2, 'blue', 3, { replica_phone: 1 })]);
    await laptop([add(1, 'red', 1, 'red'), order(2, 2, { red: { replica_laptop: 1 } })]);
    expect(await quantities('blue', 'red')).toEqual([2, 0]);
  });

  it('is recorded when it may take nothing', async () => {
    await phone([add(1, 'blue', 1, 'blue')]);
    expect(statuses((await laptop([order(1, 1, {})])).acks)).toEqual(['ok']);
    expect(statuses((await phone([order(2, 1, { blue: { replica_phone: 1 } })])).acks)).toEqual(['dup known']);
    expect(await quantities('blue')).toEqual([1]);
  });
});

describe('a line that is set aside', () => {
  it('is not ordered: the order falls on the one in the cart', async () => {
    await laptop([add(1, 'blue', 1, 'blue'), park(2, 'blue'), add(3, 'red', 1, 'red')]);
    await laptop([order(4, 1, { red: { replica_laptop: 1 } })]);
    expect(await quantities('blue', 'red')).toEqual([1, 0]);
  });

  it('is not ordered, neither when it is exactly what was bought nor when somebody had set how many there are', async () => {
    await laptop([add(1, 'blue', 1, 'blue'), set(2, 'blue', 2, { replica_laptop: 1 }), park(3, 'blue')]);
    await laptop([order(4, 1, {}, { properties: { colour: 'blue' } })]);
    expect(await quantities('blue')).toEqual([2]);
  });

  it('is ordered by a device that had it in the cart', async () => {
    await laptop([add(1, 'blue', 2, 'blue')]);
    await phone([park(1, 'blue')]);
    await laptop([order(2, 1, { blue: { replica_laptop: 2 } })]);
    expect(await quantities('blue')).toEqual([1]);
  });
});
