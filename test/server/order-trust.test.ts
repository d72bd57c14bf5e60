import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bought, type CheckoutWorld, createCheckoutWorld, refusalOf } from './checkout-world.ts';
import { customer, guest } from './core-world.ts';

let made: CheckoutWorld;
beforeEach(() => {
  made = createCheckoutWorld();
});
afterEach(() => made.world.dispose());

const visitor = guest('visitor');
const [red, white] = [{ colour: 'red' }, { colour: 'white' }];

/** More of them than are kept with an order. */
const manyOf = (name: string) => Array.from({ length: 60 }, (_, n) => bought(`${name}-${n}-${'X'.repeat(20)}`, 1));

describe('an order that a guest’s page reported before they signed in', () => {
  it.each([false, true])(
    'has taken what it took: the shop’s word takes no other goods (of a checkout: %s)',
    async (isOf) => {
      const { device, ana, shop, quantity } = made;
      const laptop = device('laptop');
      await laptop.sync([laptop.add('sofa-white', 2, { properties: white })]);
      const tablet = device('tablet', visitor);
      const id = await tablet.begin([tablet.add('sofa-red', 2, { properties: red })]);
      const more = isOf ? { checkoutId: id } : { seen: { 'sofa-red': 2 } };
      expect(await tablet.tell(tablet.order('N-1', { lines: [bought('SOFA', 2, red)], ...more }))).toEqual(['ok']);
      await tablet.becomes(ana);
      const said = await shop({ customerId: 'ana', lines: [bought('SOFA', 2, red)] });
      expect(said).toMatchObject({ taken: [{ key: 'sofa-red', sku: 'SOFA', quantity: 2 }], left: [] });
      expect(await quantity('sofa-white')).toBe(2);
    },
  );

  it('is of the checkout that its device had begun, also when it comes along with the sign-in', async () => {
    const { device, ana, shop, checkout } = made;
    const tablet = device('tablet', visitor);
    const id = await tablet.begin([tablet.add('sofa', 2)]);
    await tablet.becomes(ana, [tablet.order('N-1', { lines: [bought('SOFA', 2)], seen: { sofa: 2 } })]);
    expect(await checkout(id)).toMatchObject({ status: 'completed', orders: ['N-1'] });
    expect((await shop({ customerId: 'ana', lines: [bought('SOFA', 2)] })).left).toEqual([]);
  });

  it('under an id that they guessed stops no order of the customer’s own checkout that a page reports', async () => {
    const { device, ana, quantity, checkout } = made;
    const tablet = device('tablet', visitor);
    await tablet.sync([tablet.add('mug', 1), tablet.order('N-1500', { lines: [bought('MUG', 1)], seen: { mug: 1 } })]);
    await tablet.becomes(ana);
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2)]);
    expect(await page.tell(page.order('N-1500', { checkoutId: id }))).toEqual(['ok']);
    expect([await quantity('sofa'), (await checkout(id))?.orders]).toEqual([0, ['N-1500']]);
    expect(await page.tell(page.order('N-1500', { checkoutId: id }))).toEqual(['dup known']);
  });

  it('under such an id stops none that a tag reports of what its device began either', async () => {
    const { device, ana, quantity, checkout } = made;
    const tablet = device('tablet', visitor);
    await tablet.sync([tablet.add('mug', 1), tablet.order('N-1500', { lines: [bought('MUG', 1)], seen: { mug: 1 } })]);
    await tablet.becomes(ana);
    const page = device('page');
    const id = await page.begin([page.add('sofa', 2)]);
    const tag = () => page.order('N-1500', { lines: [bought('SOFA', 2)], seen: { sofa: 2 } });
    expect(await page.tell(tag())).toEqual(['ok']);
    expect(await page.tell(tag())).toEqual(['dup known']);
    expect([await quantity('sofa'), (await checkout(id))?.orders]).toEqual([0, ['N-1500']]);
  });

  it.each([
    ['few', []],
    ['many', manyOf('R')],
  ])('with more articles than are kept stops none of %s that a tag alone reports', async (_, real) => {
    const { device, ana, quantity } = made;
    const tablet = device('tablet', visitor);
    const guessed = [bought('MUG', 1), ...manyOf('G'.repeat(9))];
    await tablet.sync([tablet.add('mug', 1), tablet.order('N-1500', { lines: guessed, seen: { mug: 1 } })]);
    await tablet.becomes(ana);
    const page = device('page');
    await page.sync([page.add('sofa', 2)]);
    const tag = () => page.order('N-1500', { lines: [bought('SOFA', 2), ...real], seen: { sofa: 2 } });
    expect(await page.tell(tag())).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(0);
    await page.sync([page.add('sofa', 1)]);
    expect(await page.tell(tag())).toEqual(['dup known']);
    expect(await quantity('sofa')).toBe(1);
  });

  it('of a part of a checkout stays the payment of that part, and no more, when the tag of another order has its id', async () => {
    const { device, ana, shop, checkout } = made;
    const tablet = device('tablet', visitor);
    const id = await tablet.begin([tablet.add('sofa', 4)]);
    await tablet.sync([tablet.order('N-1', { checkoutId: id, lines: [bought('SOFA', 2)] })]);
    await tablet.becomes(ana);
    const page = device('page');
    await page.sync([page.add('mug', 1)]);
    expect(await page.tell(page.order('N-1', { lines: [bought('MUG', 1)], seen: { mug: 1 } }))).toEqual(['ok']);
    const rest = { checkoutId: id, lines: [bought('SOFA', 2)] };
    expect(await page.tell(page.order('N-2', rest))).toEqual(['ok']);
    // The other order is of no checkout: what a guest had said is no word of the customer's.
    expect((await shop({ orderId: 'N-1', customerId: 'ana', lines: [bought('MUG', 1)] })).left).toEqual([]);
    expect((await shop({ orderId: 'N-2', ...rest })).duplicateOf).toBeUndefined();
    expect((await checkout(id))?.duplicateOf).toBeUndefined();
    expect(await page.tell(page.order('N-3', rest))).toEqual(['ok order/duplicate-snapshot']);
  });

  it('is a known one when the tag of the same page runs again after the sign-in, whatever is being paid by then', async () => {
    const { device, ana, quantity, checkout } = made;
    const tablet = device('tablet', visitor);
    await tablet.begin([tablet.add('sofa', 2)]);
    const tag = { lines: [bought('SOFA', 2)], seen: { sofa: 2 } };
    await tablet.sync([tablet.order('N-1', tag)]);
    await tablet.becomes(ana);
    const page = device('page');
    const next = await page.begin([page.add('sofa', 2)]);
    expect(await page.tell(page.order('N-1', tag))).toEqual(['dup known']);
    expect([await quantity('sofa'), (await checkout(next))?.orders]).toEqual([2, []]);
  });
});

describe('a checkout of somebody else', () => {
  it('takes nothing of who is here now, with lines or without', async () => {
    const { device, quantity } = made;
    const tablet = device('tablet');
    const id = await tablet.begin([tablet.add('sofa', 2)]);
    const next = device('next', visitor);
    await next.sync([next.add('sofa', 2)]);
    const lines = [bought('SOFA', 2)];
    for (const more of [{}, { lines, seen: { sofa: 2 } }])
      expect(await next.tell(next.order('N-1', { checkoutId: id, ...more }))).toEqual(['rejected checkout/unknown']);
    expect([await quantity('sofa', visitor), await quantity('sofa')]).toEqual([2, 2]);
  });

  it('that nobody has any more takes by the lines, and without any is refused', async () => {
    const { device, quantity } = made;
    const page = device('page');
    await page.sync([page.add('sofa', 2)]);
    const gone = { checkoutId: 'ck_of_a_month_ago' };
    expect(await page.tell(page.order('N-1', gone))).toEqual(['rejected checkout/unknown']);
    const lines = [bought('SOFA', 2)];
    expect(await page.tell(page.order('N-1', { ...gone, lines, seen: { sofa: 2 } }))).toEqual(['ok']);
    expect(await quantity('sofa')).toBe(0);
  });

  it('is nothing to the shop’s report of another customer', async () => {
    const { device, shop } = made;
    const ben = device('ben', customer('ben'));
    const id = await ben.begin([ben.add('sofa', 1)]);
    expect(await refusalOf(shop({ checkoutId: id, customerId: 'ana' }))).toBe('checkout/unknown');
  });
});

describe('the shop’s report of a checkout', () => {
  it('that had more in it than an order may say counts, as the page’s does', async () => {
    const { device, shop, quantity } = made;
    const page = device('page');
    const engraving = 'happy birthday dear nan '.repeat(7);
    const lines = Array.from({ length: 100 }, (_, n) =>
      page.add(`sku${n}`, 1, { sku: `SKU-${n}`, properties: { engraving: `${engraving}${n}` } }),
    );
    const id = await page.begin(lines);
    const { taken, left } = await shop({ checkoutId: id });
    expect([taken.length, left]).toEqual([100, []]);
    expect(await quantity('sku7')).toBe(0);
  });

  it('that says more than an order may is refused', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin([page.add('sofa', 1)]);
    const lines = Array.from({ length: 20 }, () => bought('x'.repeat(1_000), 1));
    expect(await refusalOf(shop({ checkoutId: id, lines }))).toBe('request/too-large');
  });

  it('in which there was nothing is recorded, as the page’s is', async () => {
    const { device, shop } = made;
    const page = device('page');
    const id = await page.begin();
    expect(await shop({ checkoutId: id })).toMatchObject({ status: 'completed', taken: [], left: [] });
    expect(await page.tell(page.order('N-1', { checkoutId: id }))).toEqual(['dup known']);
  });

  it('that comes again with other lines says what was said: nothing of what is still in the cart is in no cart', async () => {
    const { device, shop, quantity } = made;
    const page = device('page');
    await page.sync([page.add('sofa', 2), page.add('lamp', 1)]);
    const first = await shop({ customerId: 'ana', lines: [bought('SOFA', 3)] });
    expect(first.left).toEqual([bought('SOFA', 1)]);
    expect(await shop({ customerId: 'ana', lines: [bought('LAMP', 1)] })).toEqual({ ...first, status: 'known' });
    expect(await quantity('lamp')).toBe(1);
  });
});
