import type { Receipt } from '../../core/receipt.ts';
import type { ConformanceCase, SiteOptions } from './case.ts';
import { cartOf, outcomeOf, parkedOf, same } from './check.ts';
import { customer, guest, signIn, type Wanted } from './people.ts';

/** What a site, an occasion or the customer decides of a merge: W1, and C2 for the checkout. */
export const mergeRules: readonly ConformanceCase[] = [
  {
    id: 'C2d',
    title: 'who signs in to pay pays for the cart that they see: what they had beside it is set aside, and not lost',
    source: ['vendurehq/vendure#34', 'woocommerce/woocommerce#40669', '10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { SOFA: 2, LAMP: 1 });
      const laptop = await guest(site, { LAMP: 3 });
      const token = await site.token('ana');
      await site.within(5_000, laptop.relevo.signIn(token, { during: 'checkout' }));
      await site.pass(3_000);
      for (const { relevo } of [phone, laptop])
        same([cartOf(relevo), parkedOf(relevo)], [{ LAMP: 3 }, { SOFA: 2 }], 'what is paid for, and what is set aside');
    },
  },
  {
    id: 'W1o',
    title:
      'a merge goes by the rule of the site, or by what its own code says of this customer, and names what stays behind',
    source: ['10.1'],
    async run(host) {
      const rules: readonly (readonly [SiteOptions, readonly Wanted[]])[] = [
        [{ merge: { cart: 'none' } }, [{ SOFA: 2, MUG: 1 }, {}]],
        [{ merge: { cart: 'separate' } }, [{ SOFA: 2, MUG: 1, LAMP: 1 }, { SOFA: 3 }]],
        [{ beforeMerge: () => ({ veto: true }) }, [{ SOFA: 2, MUG: 1 }, {}]],
        [{ beforeMerge: () => ({ policy: { cart: 'sum' } }) }, [{ SOFA: 5, MUG: 1, LAMP: 1 }, {}]],
      ];
      for (const [at, [options, expected]] of rules.entries()) {
        const site = await host.site(options);
        const phone = await customer(site, 'ana', { SOFA: 2, MUG: 1 });
        const laptop = await guest(site, { SOFA: 3, LAMP: 1 });
        const { receipt } = await signIn(site, laptop, 'ana');
        await site.pass(3_000);
        for (const { relevo } of [phone, laptop])
          same([cartOf(relevo), parkedOf(relevo)], expected, `cart, and what is set aside, by rule ${at}`);
        if (options.beforeMerge && at === 2) same(receipt?.dropped.length, 2, 'lines that the receipt of a veto names');
      }
    },
  },
  {
    id: 'W1p',
    title: 'each collection has a rule of its own',
    source: ['10.1'],
    async run(host) {
      const site = await host.site({
        merge: { cart: 'sum', preferences: 'guest', drafts: 'both', notes: 'none' },
        collections: { drafts: {}, notes: {} },
      });
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { SOFA: 1 });
      for (const [{ relevo }, who] of [
        [phone, 'ana'],
        [laptop, 'guest'],
      ] as const) {
        relevo.preferences.set('currency', who);
        relevo.collection('drafts').set('letter', who);
        relevo.collection('notes').set('first', who);
        await site.pass(2_000);
      }
      await signIn(site, laptop, 'ana');
      await site.pass(3_000);
      for (const { relevo } of [phone, laptop]) {
        same(cartOf(relevo), { SOFA: 2 }, 'the cart');
        same(relevo.preferences.get('currency'), 'guest', 'a preference of both');
        const drafts = relevo.collection('drafts').entries();
        same(drafts.map(([, draft]) => draft).sort(), ['ana', 'guest'], 'drafts of both');
        same(relevo.collection('drafts').get('letter'), 'guest', 'the draft that goes on');
        same(relevo.collection('notes').get('first'), 'ana', 'a note of both');
      }
    },
  },
  {
    id: 'W1t',
    title: 'what is priced in another currency is set aside: one cart has one',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      phone.relevo.cart.add({ sku: 'SOFA', price: { amountMinor: 100, currency: 'EUR' } });
      const laptop = await guest(site);
      laptop.relevo.cart.add({ sku: 'LAMP', price: { amountMinor: 90, currency: 'CHF' } });
      laptop.relevo.cart.add({ sku: 'MUG', price: { amountMinor: 9, currency: 'EUR' } });
      await site.pass(2_000);
      await signIn(site, laptop, 'ana');
      await site.pass(3_000);
      for (const { relevo } of [phone, laptop])
        same([cartOf(relevo), parkedOf(relevo)], [{ SOFA: 1, MUG: 1 }, { LAMP: 1 }], 'cart, and what is set aside');
    },
  },
  {
    id: 'W1v',
    title: 'all devices and tabs of a customer hear of a merge, once, with the same receipt',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { SOFA: 1 });
      // Its second tab needs no token of its own.
      const laptop = await guest(site, { LAMP: 2 }, { device: { kind: 'personal' } });
      const second = laptop.device.open();
      await site.pass(1_000);
      const heard: Receipt[][] = [phone.relevo, laptop.relevo, second.relevo].map((relevo) => {
        const receipts: Receipt[] = [];
        relevo.on('merge', ({ receipt }) => receipts.push(receipt));
        return receipts;
      });
      const { receipt } = await signIn(site, laptop, 'ana');
      await site.pass(5_000);
      same(
        heard.map((receipts) => receipts.map(({ id, added }) => [id, added.length])),
        heard.map(() => [[receipt?.id, 1]]),
        'what the phone and both tabs of the laptop heard',
      );
    },
  },
  {
    id: 'W1w',
    title: 'a merge is taken back from any device: what it brought goes, what was added since stays, and twice is once',
    source: ['10.1'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { SOFA: 2, LAMP: 1 });
      const { receipt } = await signIn(site, laptop, 'ana');
      await site.pass(3_000);
      laptop.relevo.cart.add({ sku: 'SOFA', quantity: 4 });
      await site.pass(3_000);
      const id = receipt?.id ?? '';
      for (const { relevo } of [phone, laptop]) {
        await site.within(5_000, relevo.undoMerge(id));
        await site.pass(3_000);
        for (const one of [phone, laptop]) same(cartOf(one.relevo), { SOFA: 5 }, 'the cart after it was taken back');
      }
      const ben = await customer(site, 'ben');
      const others = outcomeOf(ben.relevo.undoMerge(id));
      same(await site.within(5_000, others), 'merge/unknown', "taking back another customer's");
    },
  },
  {
    id: 'W1y',
    title: 'how to reach a guest is not how to reach the customer: addresses stay behind',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      const laptop = await guest(site);
      laptop.relevo.identity.set({ email: 'guest@shop.example', size: 42 });
      await site.pass(2_000);
      await signIn(site, laptop, 'ana');
      await site.pass(3_000);
      for (const { relevo } of [phone, laptop])
        same(relevo.identity.current.traits, { size: 42 }, 'what is known of the customer');
    },
  },
];
