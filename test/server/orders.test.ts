import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { type CoreWorld, createCoreWorld, customer, type Fields, guest, lineOf, op, statuses } from './core-world.ts';

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

describe('the mark of an order', () => {
  it('is not for pages to write: an order id can be guessed, and its order would take nothing', async () => {
    const forged = op(1, { k: 'red', t: 'add', n: 1, f: { sku: 'SOFA', 'o:o-1': null } });
    expect(statuses((await laptop([forged])).acks)).toEqual(['rejected change/bad-key']);
    const patched = op(3, { k: 'red', t: 'patch', f: { 'o:o-1': null } });
    expect(statuses((await laptop([add(2, 'red', 1, 'red'), patched])).acks)).toEqual([
      'ok',
      'rejected change/bad-key',
    ]);
    await laptop([order(4, 1, { red: { replica_laptop: 1 } })]);
    expect(await quantities('red')).toEqual([0]);
  });

  it('does not come along with a guest: somebody else may have made it on a shared device', async () => {
    const visitor = guest('visitor');
    const stamp = [world.clock.now(), 0, 'srv:forged', 0];
    const q = { p: { replica_guest: 1 }, s: {}, b: [0, [0, 0, '', 0], 0], w: {}, o: [], floor: 0 };
    const row = ['cart', 'red', 1, { q, d: { sku: ['SOFA', stamp], 'o:o-1': [null, stamp] } }];
    await world.sync({ auth: visitor, r: 'replica_guest', offer: [row] });
    await world.sync({ auth, claim: { ...visitor, r: 'replica_guest', ops: [] } });
    expect(await quantities('red')).toEqual([1]);
    expect(statuses((await laptop([order(1, 1, { red: { 'g:guest_of_visitor': 1 } })])).acks)).toEqual(['ok']);
    expect(await quantities('red')).toEqual([0]);
  });
});

describe("a guest's order", () => {
  const visitor = guest('visitor');
  const asGuest = (ops: readonly Fields[]) => world.sync({ auth: visitor, r: 'replica_guest', ops });
  const claim = () => world.sync({ auth, claim: { ...visitor, r: 'replica_guest', ops: [] } });

  it('is known to the customer whom they become', async () => {
    await asGuest([add(1, 'red', 2, 'red'), order(2, 1, { red: { replica_guest: 2 } })]);
    await claim();
    expect(statuses((await laptop([order(1, 1, { red: { 'g:guest_of_visitor': 1 } })])).acks)).toEqual(['dup known']);
    expect(await quantities('red')).toEqual([1]);
  });

  it('that took nothing makes none of the customer’s a known one: whoever had the device may have guessed its id', async () => {
    await asGuest([order(1, 1, {})]);
    await claim();
    await laptop([add(1, 'red', 1, 'red')]);
    expect(statuses((await laptop([order(2, 1, { red: { replica_laptop: 1 } })])).acks)).toEqual(['ok']);
    expect(await quantities('red')).toEqual([0]);
  });
});

describe('what is kept of an order', () => {
  it('is what it took, and what was bought where that is short', async () => {
    const kept = async (id: string) => {
      const space = await world.store.read(async (tx) => (await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1))[0]?.id ?? '');
      return world.store.read((tx) => tx.order(space, id));
    };
    const many = Array.from({ length: 100 }, (_, n) => ({ sku: `SOFA-${'x'.repeat(100)}-${n}`, quantity: 1 }));
    await laptop([add(1, 'red', 1, 'red'), order(2, 1, { red: { replica_laptop: 1 } })]);
    await laptop([op(3, { k: 'o-2', t: 'order', orderId: 'o-2', lines: many, seen: {} })]);
    const shared = { by: 'page', at: world.clock.now(), channel: 'web' };
    expect(await kept('o-1')).toEqual({
      ...shared,
      orderId: 'o-1',
      taken: { red: 1 },
      goods: { red: { sku: 'SOFA', properties: { colour: 'red' } } },
      lines: [{ sku: 'SOFA', quantity: 1 }],
    });
    expect(await kept('o-2')).toEqual({ ...shared, orderId: 'o-2', taken: {}, lines: expect.any(Number) });
  });
});
