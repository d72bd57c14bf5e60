import type { ConformanceCase } from './case.ts';
import { cartOf, same } from './check.ts';
import { buy, customer, guest, signIn } from './people.ts';

/** 10.4: an order that only a data layer tells of, with neither a checkout nor the shop's own word. */
export const paidByTag: readonly ConformanceCase[] = [
  {
    id: 'W4o',
    title:
      'an order id that somebody else had made up on the same tablet makes no real order a no-op that a tag alone reports, and the confirmation page of an order that was placed as a guest takes nothing more after the sign-in',
    source: ['10.4'],
    async run(host) {
      for (const where of ['elsewhere', 'on the tablet']) {
        const site = await host.site();
        const tablet = await guest(site, { MUG: 1, VASE: 1 });
        buy(tablet, 'N-1500', { MUG: 1 });
        buy(tablet, 'N-1501', { VASE: 2 });
        await site.pass(1_000);
        await signIn(site, tablet, 'ana');
        await site.pass(1_000);
        const phone = await customer(site, 'ana', { SOFA: 1, LAMP: 2, VASE: 1 });
        const payer = where === 'elsewhere' ? await customer(site, 'ana') : tablet;
        await site.pass(1_000);
        buy(payer, 'N-1500', { SOFA: 1, LAMP: 2 });
        // What she did buy as a guest, of which one was in the cart: the page is opened once more.
        buy(payer, 'N-1501', { VASE: 2 });
        await site.pass(5_000);
        for (const { relevo } of [payer, phone])
          same(cartOf(relevo), { VASE: 1 }, `the cart after the real order, reported ${where}`);
        buy(phone, 'N-1500', { SOFA: 1, LAMP: 2 });
        phone.relevo.cart.add({ sku: 'SOFA' });
        await site.pass(5_000);
        same(cartOf(payer.relevo), { VASE: 1, SOFA: 1 }, 'the cart after its page was opened again');
      }
    },
  },
  {
    id: 'W4q',
    title:
      'who pays for a line that is shown at its maximum has paid for all that two devices had put there, also where a tag alone reports it',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana'), await customer(site, 'ana')];
      for (const { relevo } of [one, two]) relevo.cart.add({ sku: 'SCREW', quantity: 600 });
      await site.pass(2_000);
      buy(one, 'o-1', { SCREW: 999 });
      await site.pass(0);
      same(cartOf(one.relevo), {}, 'the cart of the page that paid, at once');
      await site.pass(2_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), {}, 'the cart after the order');
    },
  },
];
