import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { type OrderRequest, orderSchema } from '../../src/protocol/rest.ts';
import { type CoreWorld, createCoreWorld, customer, type Fields, guest, lineOf, op, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');
const phone = (ops: readonly Fields[]) => world.sync({ auth, r: 'replica_phone', device: 'device_phone', ops });
const laptop = (ops: readonly Fields[]) => world.sync({ auth, r: 'replica_laptop', device: 'device_laptop', ops });
const add = (q: number, k: string, n: number, sku = 'SOFA', more: Fields = {}) =>
  op(q, { k, t: 'add', n, f: { sku, ...more } });
const bought = (quantity: number, sku = 'SOFA') => [{ sku, quantity }];
const order = (fields: Partial<OrderRequest> = {}, site = 'pk_a') =>
  world.core.orders.complete(
    { site, actor: 'till-3' },
    orderSchema.parse({ orderId: 'N-1500', customerId: 'ana', lines: bought(1), ...fields }),
  );
const quantities = async (...keys: readonly string[]) => {
  const reply = await world.sync({ auth, r: 'replica_reader' });
  return keys.map((key) => quantityOf(lineOf(reply, key).q));
};
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    ({ code }: { code: string }) => code,
  );

describe('an order that the shop reports', () => {
  it('empties what it bought, live, on every device, the one that bought too', async () => {
    await phone([add(1, 'sofa', 2), add(2, 'lamp', 1, 'LAMP')]);
    const { pushes } = await world.listen(auth, 'device_phone');
    expect(await order({ lines: bought(2) })).toEqual({
      status: 'completed',
      orderId: 'N-1500',
      taken: [{ key: 'sofa', sku: 'SOFA', quantity: 2 }],
      left: [],
    });
    expect(await quantities('sofa', 'lamp')).toEqual([0, 1]);
    expect(pushes.flatMap(({ ent }) => ent?.map(([, key]) => key))).toEqual(['sofa']);
  });

  it('counts once however often it is said, and says the same each time', async () => {
    await phone([add(1, 'sofa', 3)]);
    const first = await order({ lines: bought(2) });
    const again = await order({ lines: bought(2) });
    expect([first.status, again]).toEqual(['completed', { ...first, status: 'known' }]);
    expect(await quantities('sofa')).toEqual([1]);
  });

  it('counts once when it is said ten times at once', async () => {
    await phone([add(1, 'sofa', 30)]);
    const replies = await Promise.all(Array.from({ length: 10 }, () => order({ lines: bought(2) })));
    expect(replies.map(({ status }) => status).sort()).toEqual(['completed', ...Array(9).fill('known')]);
    expect(await quantities('sofa')).toEqual([28]);
  });

  it('is of one customer of one site: the same id of others is another order', async () => {
    await phone([add(1, 'sofa', 2)]);
    for (const [fields, site] of [
      [{ customerId: 'ben' }, 'pk_a'],
      [{}, 'pk_b'],
    ] as const)
      expect((await order(fields, site)).taken).toEqual([]);
    expect(await quantities('sofa')).toEqual([2]);
    expect((await order()).taken).toHaveLength(1);
  });

  it('of a customer whom Relevo does not know is recorded, and takes nothing when it is said again', async () => {
    expect(await order({ lines: bought(2) })).toMatchObject({ status: 'completed', taken: [], left: bought(2) });
    await phone([add(1, 'sofa', 2)]);
    const told = op(2, { k: 'N-1500', t: 'order', orderId: 'N-1500', lines: bought(2), seen: { sofa: {} } });
    expect(statuses((await phone([told])).acks)).toEqual(['dup known']);
    expect((await order({ lines: bought(2) })).status).toBe('known');
    expect(await quantities('sofa')).toEqual([2]);
  });

  it('takes a part, and says what no line held: nothing falls below 0, and nothing else is cleared', async () => {
    await phone([add(1, 'sofa', 2), add(2, 'lamp', 1, 'LAMP')]);
    expect((await order({ lines: bought(1) })).left).toEqual([]);
    expect(await quantities('sofa', 'lamp')).toEqual([1, 1]);
    const more = await order({ orderId: 'N-1501', lines: [...bought(3), ...bought(1, 'RUG')] });
    expect(more).toMatchObject({ taken: [{ key: 'sofa', quantity: 1 }], left: [...bought(2), ...bought(1, 'RUG')] });
    expect(await quantities('sofa', 'lamp')).toEqual([0, 1]);
  });

  it('leaves what is set aside', async () => {
    await phone([add(1, 'sofa', 1), op(2, { k: 'sofa', t: 'patch', f: { parked: 'sold out' } })]);
    expect((await order()).taken).toEqual([]);
    expect(await quantities('sofa')).toEqual([1]);
  });

  it('leaves what an offline device had added and brings later', async () => {
    await phone([add(1, 'sofa', 2)]);
    await order({ lines: bought(2) });
    await laptop([add(1, 'sofa', 1)]);
    expect(await quantities('sofa')).toEqual([1]);
  });

  it('reduces a quantity that a device sets which had not heard of it', async () => {
    await phone([add(1, 'sofa', 2)]);
    await order({ lines: bought(2) });
    await phone([op(2, { k: 'sofa', t: 'set', v: 5, seen: { replica_phone: 2 }, g: 0 })]);
    expect(await quantities('sofa')).toEqual([3]);
  });

  it('is audited, with who said it', async () => {
    await order();
    const space = await world.store.read(async (tx) => (await tx.dueSpaces(Number.MAX_SAFE_INTEGER, 1))[0]?.id ?? '');
    expect(await world.store.read((tx) => tx.audit(space, { limit: 9 }))).toMatchObject([
      { actor: 'till-3', channel: 'web', act: 'order', collections: ['cart'], times: 1 },
    ]);
  });

  it('is found again after a restore by the lines that it took from', async () => {
    await phone([add(1, 'sofa', 3)]);
    await order();
    const rows = (await world.sync({ auth, r: 'replica_reader' })).ent;
    await world.dispose();
    world = createCoreWorld();
    await world.sync({ auth, r: 'replica_phone', offer: rows });
    expect((await order()).status).toBe('known');
    expect(await quantities('sofa')).toEqual([2]);
  });
});

describe('an order that a page had reported before the shop does', () => {
  const told = (q: number, quantity: number, seen: Fields) =>
    op(q, { k: 'N-1500', t: 'order', orderId: 'N-1500', lines: bought(quantity), seen });

  it('takes nothing more when the page took all of it', async () => {
    await phone([add(1, 'sofa', 3), told(2, 2, { sofa: { replica_phone: 3 } })]);
    expect(await order({ lines: bought(2) })).toMatchObject({
      status: 'completed',
      taken: [{ key: 'sofa', quantity: 2 }],
      left: [],
    });
    expect(await quantities('sofa')).toEqual([1]);
  });

  it('takes what the page did not: a stranger on a shared device had guessed its id', async () => {
    const visitor = guest('visitor');
    await world.sync({ auth: visitor, r: 'replica_guest', ops: [add(1, 'mug', 1, 'MUG')] });
    const guess = op(2, {
      k: 'N-1500',
      t: 'order',
      orderId: 'N-1500',
      lines: bought(1, 'MUG'),
      seen: { mug: { replica_guest: 1 } },
    });
    await world.sync({ auth: visitor, r: 'replica_guest', ops: [guess] });
    await phone([add(1, 'sofa', 2)]);
    await world.sync({ auth, claim: { ...visitor, r: 'replica_guest', ops: [] } });
    expect(statuses((await phone([told(2, 2, { sofa: { replica_phone: 2 } })])).acks)).toEqual(['ok']);
    expect((await order({ lines: bought(2) })).left).toEqual([]);
    expect(await quantities('sofa')).toEqual([0]);
    expect((await order({ lines: bought(2) })).status).toBe('known');
  });

  it('takes the rest where the page took a part', async () => {
    await phone([add(1, 'sofa', 3), told(2, 1, { sofa: { replica_phone: 3 } })]);
    expect((await order({ lines: bought(3) })).taken).toEqual([{ key: 'sofa', sku: 'SOFA', quantity: 3 }]);
    expect(await quantities('sofa')).toEqual([0]);
  });

  it('tells lines of one sku apart by their properties', async () => {
    const [red, blue] = [{ colour: 'red' }, { colour: 'blue' }];
    const both = [red, blue].map((properties) => ({ sku: 'SOFA', quantity: 1, properties }));
    await phone([add(1, 'red', 2, 'SOFA', { properties: red }), add(2, 'blue', 2, 'SOFA', { properties: blue })]);
    const seen = { blue: { replica_phone: 2 } };
    await phone([op(3, { k: 'N-1500', t: 'order', orderId: 'N-1500', lines: both.slice(1), seen })]);
    expect(await quantities('red', 'blue')).toEqual([2, 1]);
    await order({ lines: both });
    expect(await quantities('red', 'blue')).toEqual([1, 1]);
  });
});

describe('a report that says too little', () => {
  it.each<[string, Partial<OrderRequest>, string]>([
    ['no customer', { customerId: undefined }, 'request/malformed'],
    ['a checkout that nobody began', { customerId: undefined, checkoutId: 'checkout_1' }, 'checkout/unknown'],
    ['a checkout that is not the customer’s', { checkoutId: 'checkout_1' }, 'checkout/unknown'],
    ['no lines', { lines: undefined }, 'request/malformed'],
    ['no line', { lines: [] }, 'request/malformed'],
    ['half a letter', { lines: bought(1, '\ud800') }, 'request/malformed'],
    ['more than 1,000,000 of a thing', { lines: bought(1_000_001) }, 'request/malformed'],
    ['more than 16 KiB', { lines: Array(20).fill({ sku: 'x'.repeat(1_000), quantity: 1 }) }, 'request/too-large'],
  ])('of %s is refused', async (_, fields, code) => {
    expect(await refusal(order(fields))).toBe(code);
  });
});
