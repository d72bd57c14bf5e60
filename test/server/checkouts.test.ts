import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { type OrderRequest, orderSchema } from '../../src/protocol/rest.ts';
import type { LogFields } from '../../src/server/ports.ts';
import {
  type Auth,
  add,
  type CoreWorld,
  createCoreWorld,
  customer,
  type Fields,
  guest,
  lineOf,
  op,
  statuses,
} from './core-world.ts';

let world: CoreWorld;
let warnings: (readonly [string, LogFields | undefined])[];
beforeEach(() => {
  warnings = [];
  const log = {
    info() {},
    error() {},
    warn: (event: string, fields?: LogFields) => void warnings.push([event, fields]),
  };
  world = createCoreWorld({ log });
});
afterEach(() => world.dispose());

const auth = customer('ana');
const hourMs = 3_600_000;

/** A device of somebody's, with its cart and its checkouts. */
const device = (name: string, by: Auth = auth) => {
  const sync = (ops: readonly Fields[] = [], more: Fields = {}): Promise<SyncReply> =>
    world.sync({ auth: by, r: `replica_${name}`, device: `device_${name}`, channel: name, ops, ...more });
  return {
    sync,
    async begin(ops: readonly Fields[] = []) {
      const begun = (await sync(ops, { want: { begin: true } })).want?.begin;
      if (!begun) throw new Error('not answered');
      return begun;
    },
    abandon: (id: string) => sync([], { want: { abandon: id } }),
  };
};
const order = (q: number, id: string, checkoutId: string, lines: readonly Fields[] = []) =>
  op(q, { k: id, t: 'order', orderId: id, checkoutId, lines, seen: {} });
const shop = (fields: Partial<OrderRequest>) =>
  world.core.orders.complete({ site: 'pk_a', actor: 'till-3' }, orderSchema.parse({ orderId: 'N-1', ...fields }));
const quantity = async (key: string) => quantityOf(lineOf(await device('reader').sync(), key).q);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    ({ code }: { code: string }) => code,
  );

describe('a checkout that begins', () => {
  it('freezes what is in the cart, with the changes that came along, and without what is set aside', async () => {
    const phone = device('phone');
    await phone.sync([add(1, 'sofa', 2), add(2, 'lamp', 1), add(3, 'gone', 1)]);
    const set = op(5, { k: 'gone', t: 'set', v: 0, seen: { replica_phone: 1 }, g: 0 });
    const begun = await phone.begin([
      op(4, { k: 'lamp', t: 'patch', f: { parked: 'sold out' } }),
      set,
      add(6, 'rug', 1),
    ]);
    expect(begun).toEqual({
      id: expect.stringMatching(/^ck_/),
      lines: [
        { key: 'sofa', sku: 'SOFA', properties: {}, quantity: 2 },
        { key: 'rug', sku: 'RUG', properties: {}, quantity: 1 },
      ],
      openedAt: world.clock.now(),
      expiresAt: world.clock.now() + 24 * hourMs,
      others: [],
    });
  });

  it('again with the same content is the same one, on any device, for 24 hours', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    expect((await laptop.begin()).id).toBe(id);
    world.clock.jump(24 * hourMs - 1);
    expect((await phone.begin()).id).toBe(id);
    world.clock.jump(24 * hourMs);
    expect((await phone.begin()).id).not.toBe(id);
  });

  it('with other content is another one, and tells of those that are open', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    const first = await phone.begin([add(1, 'sofa', 2)]);
    const second = await laptop.begin([add(1, 'sofa', 1)]);
    const other = { id: first.id, channel: 'phone', openedAt: first.openedAt, device: 'other' };
    expect([second.id === first.id, second.others]).toEqual([false, [other]]);
    expect((await phone.begin()).id).toBe(second.id);
    expect((await phone.begin()).others).toEqual([{ ...other, device: 'own' }]);
  });

  it('keeps five open at most', async () => {
    const phone = device('phone');
    const begun: string[] = [];
    for (let n = 1; n <= 7; n++) {
      world.clock.jump(1);
      begun.push((await phone.begin([add(n, 'sofa', 1)])).id);
    }
    expect((await phone.begin()).others.map(({ id }) => id)).toEqual(begun.slice(2, 6).reverse());
    const stand = (id: string) => world.store.read(async (tx) => (await tx.checkout('pk_a', id))?.status);
    expect(await Promise.all(begun.map(stand))).toEqual([...Array(2).fill('abandoned'), ...Array(5).fill('open')]);
    // The same cart as at the first of them is another checkout.
    const set = op(8, { k: 'sofa', t: 'set', v: 1, seen: { replica_phone: 7 }, g: 0 });
    expect(begun).not.toContain((await phone.begin([set])).id);
  });

  it('is not for a beacon, and changes no row of the cart', async () => {
    const phone = device('phone');
    const { head } = await phone.sync([add(1, 'sofa', 2)]);
    await world.core.beacon(world.body({ auth, r: 'replica_phone', want: { begin: true } }));
    expect((await phone.begin()).others).toEqual([]);
    const { ent } = await phone.sync();
    expect(ent.filter(([, , version]) => version > head).map(([collection]) => collection)).toEqual(['~checkout']);
  });

  it('is not answered, and freezes nothing, where the changes that came along were not looked at', async () => {
    const phone = device('phone');
    const lost: Fields = { inc: 'another_time_of_the_data' };
    await phone.sync([add(1, 'sofa', 2)]);
    const begin = { want: { begin: true } };
    const replies = [
      await phone.sync([add(5, 'lamp', 1)], begin),
      await phone.sync([add(1, 'lamp', 1)], begin),
      await phone.sync([add(2, 'lamp', 1)], { ...begin, ...lost }),
    ];
    expect(replies.map(({ gap, fork, want }) => [gap, fork, want])).toEqual([
      [2, undefined, undefined],
      [undefined, true, undefined],
      [undefined, undefined, undefined],
    ]);
    expect((await phone.begin([add(2, 'lamp', 1)])).others).toEqual([]);
  });

  it('was not asked for by devices that ask for nothing, and is not answered to them', async () => {
    expect((await device('phone').sync([add(1, 'sofa', 1)])).want).toBeUndefined();
  });
});

describe('an order of a checkout', () => {
  it('takes what was in it, from page or shop, once, and not what came later', async () => {
    for (const by of ['page', 'shop']) {
      const [phone, laptop] = [device(`phone_${by}`), device(`laptop_${by}`)];
      const key = `sofa-${by}`;
      const { id } = await phone.begin([add(1, key, 2)]);
      await laptop.sync([add(1, key, 3)]);
      const report = async (n: number) =>
        by === 'page'
          ? statuses((await phone.sync([order(n, `N-${by}`, id)])).acks)
          : [(await shop({ orderId: `N-${by}`, checkoutId: id })).status];
      expect([await report(2), await report(3)]).toEqual(
        by === 'page' ? [['ok'], ['dup known']] : [['completed'], ['known']],
      );
      expect(await quantity(key)).toBe(3);
      // Nothing of the first round is in the second one's.
      await laptop.sync([
        op(2, { k: key, t: 'set', v: 0, seen: { [`replica_laptop_${by}`]: 3, [`replica_phone_${by}`]: 2 }, g: 1 }),
      ]);
    }
  });

  it('takes a part where it says so', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 3), add(2, 'lamp', 1)]);
    await phone.sync([order(3, 'N-1', id, [{ sku: 'SOFA', quantity: 1 }])]);
    expect([await quantity('sofa'), await quantity('lamp')]).toEqual([2, 1]);
  });

  it('takes all of what was removed and added again between two beginnings', async () => {
    const phone = device('phone');
    await phone.begin([add(1, 'sofa', 2)]);
    const { id } = await phone.begin([
      op(2, { k: 'sofa', t: 'set', v: 0, seen: { replica_phone: 2 }, g: 0 }),
      add(3, 'sofa', 2),
    ]);
    await phone.sync([order(4, 'N-1', id)]);
    expect(await quantity('sofa')).toBe(0);
  });

  it('reduces a quantity that is set without knowing of it, whichever comes first', async () => {
    for (const isOrderFirst of [true, false]) {
      const key = `sofa-${isOrderFirst}`;
      const [phone, laptop] = [device(`phone_${isOrderFirst}`), device(`laptop_${isOrderFirst}`)];
      const { id } = await phone.begin([add(1, key, 2)]);
      const pay = () =>
        shop({ orderId: `N-${isOrderFirst}`, checkoutId: id, lines: [{ sku: key.toUpperCase(), quantity: 2 }] });
      const set = () =>
        laptop.sync([op(1, { k: key, t: 'set', v: 5, seen: { [`replica_phone_${isOrderFirst}`]: 2 }, g: 0 })]);
      if (isOrderFirst) await pay();
      await set();
      if (!isOrderFirst) await pay();
      expect(await quantity(key)).toBe(3);
    }
  });

  it('that is the second of one checkout is recorded and reported, and no quantity falls below 0', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    expect((await laptop.begin()).id).toBe(id);
    expect(statuses((await phone.sync([order(2, 'N-1', id)])).acks)).toEqual(['ok']);
    const second = order(1, 'N-2', id);
    expect(statuses((await laptop.sync([second])).acks)).toEqual(['ok order/duplicate-snapshot']);
    expect(statuses((await laptop.sync([second])).acks)).toEqual(['dup order/duplicate-snapshot']);
    expect((await shop({ orderId: 'N-1', checkoutId: id })).duplicateOf).toBeUndefined();
    // Whoever looks for it has the id of the checkout: their payment was given it.
    const warning = ['order-duplicate', { site: 'pk_a', code: 'order/duplicate-snapshot', detail: id }];
    expect(warnings).toEqual([warning]);
    expect(await shop({ orderId: 'N-2', checkoutId: id })).toMatchObject({
      duplicateOf: 'N-1',
      code: 'order/duplicate-snapshot',
      taken: [],
      left: [{ sku: 'SOFA', quantity: 2 }],
    });
    expect(warnings).toEqual([warning, warning]);
    expect((await shop({ orderId: 'N-1', checkoutId: id })).duplicateOf).toBeUndefined();
    expect(await quantity('sofa')).toBe(0);
  });

  it('that is known is of the checkout it was placed of, whatever a page says', async () => {
    const phone = device('phone');
    const first = await phone.begin([add(1, 'sofa', 2)]);
    await shop({ orderId: 'N-1', checkoutId: first.id });
    const next = await phone.begin([add(2, 'sofa', 1)]);
    expect(statuses((await phone.sync([order(3, 'N-1', next.id)])).acks)).toEqual(['dup known']);
    expect((await phone.begin()).id).toBe(next.id);
    expect(await quantity('sofa')).toBe(1);
  });

  it('is no second one when a page had reported it without the checkout', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    const ga4 = op(2, {
      k: 'N-1',
      t: 'order',
      orderId: 'N-1',
      lines: [{ sku: 'SOFA', quantity: 2 }],
      seen: { sofa: { replica_phone: 2 } },
    });
    expect(statuses((await phone.sync([ga4, order(3, 'N-1', id)])).acks)).toEqual(['ok', 'dup known']);
    expect((await shop({ orderId: 'N-1', checkoutId: id })).duplicateOf).toBeUndefined();
    expect(statuses((await phone.sync([order(4, 'N-2', id)])).acks)).toEqual(['ok order/duplicate-snapshot']);
  });

  it('is honoured when the checkout was abandoned or is over, for 30 days: money was paid', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    await phone.abandon(id);
    world.clock.jump(29 * 24 * hourMs);
    expect((await shop({ checkoutId: id })).taken).toHaveLength(1);
    world.clock.jump(2 * 24 * hourMs);
    await phone.begin();
    expect(await codeOf(shop({ orderId: 'N-2', checkoutId: id }))).toBe('checkout/unknown');
  });
});

describe('a checkout that is abandoned', () => {
  it('changes nothing, twice as once, and opens no more', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    for (let n = 0; n < 2; n++) expect((await phone.abandon(id)).want).toEqual({ abandon: true });
    expect(await quantity('sofa')).toBe(2);
    expect((await phone.begin()).id).not.toBe(id);
  });

  it('is paid for when it was: that stays so', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    await shop({ checkoutId: id });
    expect((await phone.abandon(id)).want).toEqual({ abandon: true });
    expect(await world.store.read(async (tx) => (await tx.checkout('pk_a', id))?.status)).toBe('completed');
    const told = (await phone.sync()).ent.find(([collection, key]) => collection === '~checkout' && key === id);
    expect(told?.[3]).toMatchObject({ v: { status: 'completed', orderId: 'N-1' } });
  });

  it('is the customer’s own: another’s stays open', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    expect((await device('ben', customer('ben')).abandon(id)).want).toEqual({ abandon: true });
    expect((await phone.begin()).id).toBe(id);
  });
});

describe('a guest’s checkout', () => {
  const visitor = guest('visitor');
  const begin = () => device('phone', visitor).begin([add(1, 'sofa', 2)]);
  const claim = () => world.sync({ auth, r: 'replica_ana', claim: { ...visitor, r: 'replica_phone', ops: [] } });

  it('is paid for by a webhook without anybody signed in', async () => {
    const { id } = await begin();
    expect((await shop({ checkoutId: id })).taken).toEqual([{ key: 'sofa', sku: 'SOFA', quantity: 2 }]);
    expect(quantityOf(lineOf(await device('reader', visitor).sync(), 'sofa').q)).toBe(0);
  });

  it('goes with the guest to the customer, before its payment as after it', async () => {
    const { id } = await begin();
    await claim();
    expect(await quantity('sofa')).toBe(2);
    expect((await shop({ checkoutId: id })).taken).toEqual([{ key: 'sofa', sku: 'SOFA', quantity: 2 }]);
    expect(await quantity('sofa')).toBe(0);
    expect(statuses((await device('ana').sync([order(1, 'N-2', id)])).acks)).toEqual(['ok order/duplicate-snapshot']);
  });

  it('leaves what the customer adds after the merge', async () => {
    const { id } = await begin();
    await claim();
    await device('laptop').sync([add(1, 'sofa', 1)]);
    await shop({ checkoutId: id });
    expect(await quantity('sofa')).toBe(1);
  });
});

describe('what all devices are told of a checkout', () => {
  const told = async (by: Auth = auth) =>
    (await device('reader', by).sync()).ent.flatMap(([collection, key, , state]) =>
      collection === '~checkout' ? [{ key, ...(state as { v: object }).v }] : [],
    );

  it('is that it began, what was in it, and what became of it', async () => {
    const phone = device('phone');
    const { id, openedAt } = await phone.begin([add(1, 'sofa', 2)]);
    const open = { key: id, status: 'open', channel: 'phone', device: 'device_phone', openedAt, lines: { sofa: 2 } };
    expect(await told()).toEqual([open]);
    await phone.sync([order(2, 'N-1', id)]);
    expect(await told()).toEqual([{ ...open, status: 'completed', orderId: 'N-1' }]);
    await shop({ orderId: 'N-2', checkoutId: id });
    expect(await told()).toEqual([{ ...open, status: 'completed', orderId: 'N-2', duplicateOf: 'N-1' }]);
    const next = await phone.begin([add(3, 'sofa', 1)]);
    await phone.abandon(next.id);
    expect((await told())[1]).toMatchObject({ key: next.id, status: 'abandoned' });
  });

  it('is nothing when the same begins again', async () => {
    const phone = device('phone');
    await phone.begin([add(1, 'sofa', 2)]);
    const { head } = await phone.sync();
    world.clock.jump(hourMs);
    await phone.begin();
    expect((await phone.sync()).head).toBe(head);
  });

  it('goes a day later', async () => {
    const phone = device('phone');
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    world.clock.jump(24 * hourMs - 1);
    await phone.begin([add(2, 'lamp', 1)]);
    expect(await told()).toHaveLength(2);
    world.clock.jump(1);
    await phone.begin([add(3, 'rug', 1)]);
    expect((await told()).map(({ key }) => key)).not.toContain(id);
    world.clock.jump(48 * hourMs);
    await phone.sync([add(4, 'rug', 1)]);
    expect(await told()).toEqual([]);
  });

  it('goes with a guest to the customer', async () => {
    const visitor = guest('visitor');
    const { id } = await device('phone', visitor).begin([add(1, 'sofa', 2)]);
    await world.sync({ auth, r: 'replica_ana', claim: { ...visitor, r: 'replica_phone', ops: [] } });
    expect(await told()).toMatchObject([{ key: id, status: 'open', lines: { sofa: 2 } }]);
  });

  it('is the server’s word alone', async () => {
    const put = op(1, { c: '~checkout', k: 'ck_1', t: 'put', v: { status: 'completed' } });
    expect(statuses((await device('phone').sync([put])).acks)).toEqual(['rejected change/read-only']);
    expect(await told()).toEqual([]);
  });
});

describe('an order that a page reports without its checkout', () => {
  const ga4 = (q: number, orderId: string, quantity: number) =>
    op(q, {
      k: orderId,
      t: 'order',
      orderId,
      lines: [{ sku: 'SOFA', quantity }],
      seen: { sofa: { replica_phone: 9 } },
    });

  it('is of the one that its device had begun: what was added later stays, and another order is the second', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    const { id } = await phone.begin([add(1, 'sofa', 2)]);
    await laptop.sync([add(1, 'sofa', 1)]);
    expect(statuses((await phone.sync([ga4(2, 'N-1', 2)])).acks)).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(1);
    expect(statuses((await laptop.sync([order(2, 'N-2', id)])).acks)).toEqual(['ok order/duplicate-snapshot']);
  });

  it('is of none that another device began, nor when more was bought than was in it', async () => {
    const [phone, laptop] = [device('phone'), device('laptop')];
    await laptop.begin([add(1, 'sofa', 2)]);
    await phone.sync([add(1, 'sofa', 1), ga4(2, 'N-1', 1)]);
    const { id } = await phone.begin([add(3, 'sofa', 1)]);
    await phone.sync([ga4(4, 'N-2', 9)]);
    expect(statuses((await phone.sync([order(5, 'N-3', id)])).acks)).toEqual(['ok']);
  });
});
