import type { ConformanceCase } from './case.ts';
import { cartOf, check, same } from './check.ts';
import { customer, guest, signIn } from './people.ts';

const minuteMs = 60_000;

/** C4: a merge that is not all or nothing, or that keeps people from signing in. */
export const brokenMerges: readonly ConformanceCase[] = [
  {
    id: 'C4a',
    title:
      'two devices that sign in at the same moment leave the cart of 65 articles whole, and add what each guest had once',
    source: ['vendurehq/vendure#4481', 'vendurehq/vendure#4488'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const big = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`ARTICLE-${n}`, 1]));
      const phone = await customer(site, 'ana', big);
      const [one, two] = [
        await guest(site, { 'ARTICLE-3': 1, SOFA: 1 }),
        await guest(site, { 'ARTICLE-3': 1, LAMP: 1 }),
      ];
      const tokens = [await site.token('ana'), await site.token('ana')];
      const signing = [one, two].map(({ relevo }, at) => relevo.signIn(tokens[at] ?? ''));
      const [first, second] = await site.within(5_000, Promise.all(signing));
      await site.pass(1_000);
      const expected = { ...big, 'ARTICLE-3': 3, SOFA: 1, LAMP: 1 };
      for (const { relevo } of [phone, one, two]) same(cartOf(relevo), expected, 'the cart');
      check(
        !!first?.receipt && !!second?.receipt && first.receipt.id !== second.receipt.id,
        'each merge has its receipt',
      );
    },
  },
  {
    id: 'C4b',
    title:
      "while the site's own check of a merge fails sign-in works and nothing moves; afterwards it is merged once, with one receipt",
    source: ['vendurehq/vendure#1454', 'vendurehq/vendure#3773'],
    async run(host) {
      let isBroken = true;
      const beforeMerge = () => {
        if (isBroken) throw new Error('the service for stock is down');
      };
      const site = await host.site({ merge: { cart: 'sum' }, beforeMerge });
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { SOFA: 1, LAMP: 2 });
      const receipts: unknown[] = [];
      laptop.relevo.on('merge', ({ receipt }) => receipts.push(receipt.id));
      const { receipt } = await signIn(site, laptop, 'ana');
      same(receipt, null, 'the receipt of a sign-in whose merge waits');
      same(laptop.relevo.identity.current.customerId, 'ana', 'who is here');
      same(cartOf(laptop.relevo)['LAMP'], 2, 'what the guest had, still in view');
      check(laptop.relevo.cart.find({ sku: 'LAMP' })?.merging === true, 'it is marked as waiting');
      await site.pass(3 * minuteMs);
      same(cartOf(phone.relevo), { SOFA: 1 }, 'the cart on the phone meanwhile');
      isBroken = false;
      await site.pass(3 * minuteMs);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SOFA: 2, LAMP: 2 }, 'the cart');
      same(receipts.length, 1, 'how many receipts came');
    },
  },
  {
    id: 'C4c',
    title:
      "the site's own check hangs for 30 seconds: the customer has their cart within three, and the merge comes once, later",
    source: ['vendurehq/vendure#1454', 'vendurehq/vendure#3773'],
    async run(host) {
      let pass = (_: number): Promise<void> => Promise.resolve();
      let isSlow = true;
      const beforeMerge = () => (isSlow ? pass(30_000) : undefined);
      const site = await host.site({ beforeMerge });
      await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { LAMP: 2 });
      let go = (): void => {};
      pass = () => new Promise((done) => (go = done));
      const token = await site.token('ana');
      const { receipt } = await site.within(3_000, laptop.relevo.signIn(token));
      same(receipt, null, 'the receipt while the merge waits');
      same(cartOf(laptop.relevo), { SOFA: 1, LAMP: 2 }, 'the cart after three seconds');
      await site.pass(27_000);
      isSlow = false;
      go();
      await site.pass(3 * minuteMs);
      const phone = await customer(site, 'ana');
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SOFA: 1, LAMP: 2 }, 'the cart');
      check(!laptop.relevo.cart.lines.some(({ merging }) => merging), 'nothing waits any more');
    },
  },
  {
    id: 'C4d',
    title:
      'a database that fails inside a merge leaves both carts as they were, sign-in works, and the next try merges once',
    source: ['vendurehq/vendure#4481', 'vendurehq/vendure#1454'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { SOFA: 1, LAMP: 2 });
      site.failMerges(1);
      const { receipt } = await signIn(site, laptop, 'ana');
      same(receipt, null, 'the receipt of a sign-in whose merge failed');
      phone.page.signal('visible');
      await site.pass(2_000);
      same(cartOf(phone.relevo), { SOFA: 1 }, 'the cart on the phone after the failure');
      await site.pass(3 * minuteMs);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SOFA: 2, LAMP: 2 }, 'the cart');
    },
  },
  {
    id: 'C4e',
    title: 'a line keeps its engraving, seller, plan, title and price through a merge',
    source: ['vendurehq/vendure#5073'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site);
      laptop.relevo.cart.add({
        sku: 'RING',
        properties: { engraving: 'for Lea', size: 54 },
        seller: 'goldsmith',
        sellingPlan: 'gift',
        title: 'Ring',
        price: { amountMinor: 12900, currency: 'EUR' },
      });
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) {
        const { title, price, properties, seller, sellingPlan } =
          relevo.cart.lines.find(({ sku }) => sku === 'RING') ?? {};
        same(
          [title, price, properties, seller, sellingPlan],
          ['Ring', { amountMinor: 12900, currency: 'EUR' }, { engraving: 'for Lea', size: 54 }, 'goldsmith', 'gift'],
          'what the line says',
        );
      }
    },
  },
  {
    id: 'C4f',
    title: 'two devices that fill the cart at the same moment lose nothing of each other',
    source: ['vendurehq/vendure#2187', 'vendurehq/vendure#3398'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana'), await customer(site, 'ana')];
      const expected: Record<string, number> = { BOTH: 20 };
      for (let n = 0; n < 10; n++) {
        for (const [at, { relevo }] of [one, two].entries()) {
          relevo.cart.add({ sku: 'BOTH' });
          relevo.cart.add({ sku: `ARTICLE-${at}-${n}` });
          expected[`ARTICLE-${at}-${n}`] = 1;
        }
        await site.pass(20);
      }
      await site.pass(5_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), expected, 'the cart');
    },
  },
  {
    id: 'C4g',
    title: 'two tabs of one guest that sign in at once make one merge',
    source: ['vendurehq/vendure#4481', 'vendurehq/vendure#2187'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { LAMP: 1 });
      const { device, relevo } = await guest(site, { LAMP: 2 });
      const other = device.open().relevo;
      await site.pass(1_000);
      const token = await site.token('ana');
      await site.within(10_000, Promise.all([relevo.signIn(token), other.signIn(token)]));
      await site.pass(2_000);
      for (const one of [phone.relevo, relevo, other]) same(cartOf(one), { LAMP: 3 }, 'the cart');
    },
  },
];
