import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bought, type CheckoutWorld, createCheckoutWorld } from './checkout-world.ts';
import { guest } from './core-world.ts';

let made: CheckoutWorld;
beforeEach(() => {
  made = createCheckoutWorld();
});
afterEach(() => made.world.dispose());

const duplicate = 'order/duplicate-snapshot';

describe('an order that is known', () => {
  it('is of the checkout that it was placed of: a page that opens its confirmation again completes no other one', async () => {
    for (const by of ['shop', 'page']) {
      const { device, shop, quantity, checkout } = made;
      const page = device(by);
      const [sofa, lamp] = [`sofa-${by}`, `lamp-${by}`];
      const first = await page.begin([page.add(sofa, 2)]);
      if (by === 'shop') await shop({ orderId: `${by}-1`, checkoutId: first });
      else await page.sync([page.order(`${by}-1`, { checkoutId: first })]);
      const second = await page.begin([page.add(lamp, 1)]);
      expect(await page.tell(page.order(`${by}-1`, { checkoutId: second }))).toEqual(['dup known']);
      expect([await quantity(lamp), (await checkout(second))?.status]).toEqual([1, 'open']);
      expect((await shop({ orderId: `${by}-2`, checkoutId: second })).duplicateOf).toBeUndefined();
    }
  });

  it('without a checkout is of none that began after it', async () => {
    const { device, shop, checkout, world } = made;
    const page = device('page');
    await page.sync([page.add('sofa', 2)]);
    await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] });
    world.clock.jump(1);
    const id = await page.begin([page.add('lamp', 1)]);
    expect(await page.tell(page.order('N-1', { checkoutId: id }))).toEqual(['dup known']);
    expect((await checkout(id))?.status).toBe('open');
  });

  it('without a checkout is of the one that a page names later: the second payment of that is reported', async () => {
    const { device, checkout, quantity, shop } = made;
    const [phone, laptop] = [device('phone'), device('laptop')];
    const id = await phone.begin([phone.add('sofa', 2)]);
    // The tag of a device that had not begun it.
    const tag = { lines: [bought('SOFA', 2)], seen: { sofa: 0 } };
    const seen = { seen: { sofa: { replica_phone: 2 } } };
    expect(await laptop.tell({ ...laptop.order('N-1', tag), ...seen })).toEqual(['ok']);
    expect((await checkout(id))?.orders).toEqual([]);
    expect(await laptop.tell(laptop.order('N-1', { checkoutId: id }))).toEqual(['dup known']);
    expect([await checkout(id), await quantity('sofa')]).toMatchObject([{ status: 'completed', orders: ['N-1'] }, 0]);
    expect(await phone.tell(phone.order('N-2', { checkoutId: id }))).toEqual([`ok ${duplicate}`]);
    await shop({ orderId: 'N-1', customerId: 'ana', lines: [bought('SOFA', 2)] });
    expect((await shop({ orderId: 'N-2', checkoutId: id })).duplicateOf).toBe('N-1');
  });

  it('of which a tag had told a part takes the rest when the page names its checkout', async () => {
    const { device, quantity } = made;
    const [phone, laptop] = [device('phone'), device('laptop')];
    const id = await phone.begin([phone.add('sofa', 2)]);
    const tag = laptop.order('N-1', { lines: [bought('SOFA', 1)] });
    expect(await laptop.tell({ ...tag, seen: { sofa: { replica_phone: 2 } } })).toEqual(['ok']);
    expect(await laptop.tell(laptop.order('N-1', { checkoutId: id }))).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(0);
  });

  it('by the shop’s word without a checkout is of the one that the shop names later', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2), page.add('lamp', 1)]);
    await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] });
    expect((await shop({ checkoutId: id })).status).toBe('known');
    expect(await shop({ orderId: 'N-2', checkoutId: id })).toMatchObject({ duplicateOf: 'N-1', code: duplicate });
  });
});

describe('what a page reports', () => {
  it('makes no order of the shop’s a second one', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 1)]);
    expect(await page.tell(page.order('FAKE', { checkoutId: id }))).toEqual(['ok']);
    const said = await shop({ checkoutId: id });
    expect([said.duplicateOf, said.code]).toEqual([undefined, undefined]);
  });

  it('of two orders is told to the customer at once, and to the shop when it says both', async () => {
    const { device, shop, told } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 1)]);
    expect(await page.tell(page.order('N-1', { checkoutId: id }))).toEqual(['ok']);
    const second = (await page.sync([page.order('N-2', { checkoutId: id })])).acks[0];
    // Of which one it is the second is said, too: later ones may have been placed of it meanwhile.
    expect(second?.slice(1)).toEqual(['ok', duplicate, 'N-1']);
    expect(await told(id)).toMatchObject({ orderId: 'N-2', duplicateOf: 'N-1' });
    expect((await shop({ orderId: 'N-2', checkoutId: id })).duplicateOf).toBeUndefined();
    expect((await shop({ orderId: 'N-1', checkoutId: id })).duplicateOf).toBe('N-2');
    expect((await shop({ orderId: 'N-1', checkoutId: id })).duplicateOf).toBe('N-2');
  });

  it('as a guest of a shared tablet, under ids that can be guessed, is no second order of the next one’s', async () => {
    const { device, shop, ana } = made;
    const visitor = device('tablet', guest('visitor'));
    const theirs = await visitor.begin([visitor.add('mug', 2)]);
    const lines = [bought('MUG', 1)];
    await visitor.sync(['N-1499', 'N-1500', 'N-1501'].map((id) => visitor.order(id, { checkoutId: theirs, lines })));
    await visitor.becomes(ana);
    const page = device('page');
    const id = await page.begin([page.add('sofa', 1)]);
    const said = await shop({ orderId: 'N-1500', checkoutId: id });
    expect([said.duplicateOf, said.taken.some(({ key }) => key === 'sofa')]).toEqual([undefined, true]);
  });

  it('without naming the checkout of its device is the second payment of what that has paid', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2)]);
    await shop({ checkoutId: id });
    const tag = (orderId: string) => page.order(orderId, { lines: [bought('SOFA', 2)], seen: { sofa: 2 } });
    expect((await page.sync([tag('N-2')])).acks[0]?.slice(1)).toEqual(['ok', duplicate, 'N-1']);
  });

  it('is none when it buys what was added since, without another beginning', async () => {
    const { device, shop, quantity } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2)]);
    await shop({ checkoutId: id });
    await page.sync([page.add('sofa', 2)]);
    expect(await page.tell(page.order('N-2', { lines: [bought('SOFA', 2)], seen: { sofa: 4 } }))).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(0);
  });
});

describe('several orders of one checkout', () => {
  const [red, blue] = [{ colour: 'red' }, { colour: 'blue' }];

  it('that buy a part each are paid once', async () => {
    const { device, shop, told } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2), page.add('lamp', 1)]);
    for (const [orderId, lines] of [
      ['N-1', [bought('SOFA', 1)]],
      ['N-2', [bought('LAMP', 1), bought('SHIPPING', 1)]],
      ['N-3', [bought('SOFA', 1), bought('SHIPPING', 1)]],
    ] as const)
      expect(await shop({ orderId, checkoutId: id, lines: [...lines] })).not.toHaveProperty('duplicateOf');
    expect(await told(id)).not.toHaveProperty('duplicateOf');
    const lines = [bought('LAMP', 1)];
    expect(await shop({ orderId: 'N-4', checkoutId: id, lines })).toMatchObject({ duplicateOf: 'N-2', left: lines });
  });

  it('are told apart by the properties of what they buy', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([
      page.add('sofa-red', 1, { properties: red }),
      page.add('sofa-blue', 1, { properties: blue }),
    ]);
    const said = async (orderId: string, properties: object) =>
      (await shop({ orderId, checkoutId: id, lines: [bought('SOFA', 1, { ...properties })] })).duplicateOf;
    expect([await said('N-1', red), await said('N-2', blue), await said('N-3', red)]).toEqual([
      undefined,
      undefined,
      'N-1',
    ]);
  });

  it('that name what it does not have are of all of it', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 1)]);
    const lines = [bought('VARIANT-77', 1)];
    await shop({ orderId: 'N-1', checkoutId: id, lines });
    expect((await shop({ orderId: 'N-2', checkoutId: id, lines })).duplicateOf).toBe('N-1');
  });
});

describe('an order that the shop reports without the checkout', () => {
  it('is of the open one that has exactly what was bought: what came later stays, and another order is the second', async () => {
    const { device, shop, checkout, quantity } = made;
    const [phone, laptop] = [device('phone'), device('laptop')];
    const id = await phone.begin([phone.add('sofa', 2)]);
    await laptop.sync([laptop.add('sofa', 1)]);
    await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] });
    expect([(await checkout(id))?.orders, await quantity('sofa')]).toEqual([['N-1'], 1]);
    expect((await shop({ orderId: 'N-2', checkoutId: id })).duplicateOf).toBe('N-1');
  });

  it('is of none that has more or less', async () => {
    const { device, shop, checkout } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2), page.add('lamp', 1)]);
    await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] });
    await shop({ orderId: 'N-2', customerId: 'ana', lines: [bought('SOFA', 2), bought('LAMP', 2)] });
    expect((await checkout(id))?.orders).toEqual([]);
  });

  it('that a page had told of is of the one that page named, not of the next one of the same content', async () => {
    const { device, shop, checkout } = made;
    const page = device('page');
    const first = await page.begin([page.add('sofa', 2)]);
    await page.sync([page.order('N-1', { checkoutId: first })]);
    const second = await page.begin([page.add('sofa', 2)]);
    await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] });
    expect([(await checkout(first))?.orders, (await checkout(second))?.orders]).toEqual([['N-1'], []]);
    expect((await shop({ orderId: 'N-2', checkoutId: second })).duplicateOf).toBeUndefined();
  });
});
