import type { ConformanceCase } from './case.ts';
import { cartOf, parkedOf, same } from './check.ts';
import { customer, guest, signedIn, signIn } from './people.ts';

/** C2: whoever signs in to pay pays for things of long ago. */
export const atCheckout: readonly ConformanceCase[] = [
  {
    id: 'C2a',
    title:
      'where the site says so the cart that is being paid for stays as it is: older lines are set aside with the reason, in sight on every device',
    source: ['magento/magento2#1091', 'woocommerce/woocommerce#40669'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'guest' } });
      const phone = await customer(site, 'ana', { SOFA: 2, LAMP: 1 });
      const laptop = await signedIn(site, 'ana', { LAMP: 3, MUG: 1 });
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) {
        same(cartOf(relevo), { LAMP: 3, MUG: 1 }, 'what is paid for');
        same(relevo.cart.count, 4, 'how many are paid for');
        same(parkedOf(relevo), { SOFA: 2 }, 'what is set aside');
        same(relevo.cart.parked[0]?.reason, 'merge/guest', 'why it is set aside');
      }
    },
  },
  {
    id: 'C2b',
    title: 'what a merge has set aside comes back into the cart by one act, as many as there were',
    source: ['magento/magento2#1091'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'guest' } });
      const phone = await customer(site, 'ana', { SOFA: 2 });
      const laptop = await signedIn(site, 'ana', { MUG: 1 });
      await site.pass(1_000);
      laptop.relevo.cart.unpark({ sku: 'SOFA' });
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) {
        same(cartOf(relevo), { MUG: 1, SOFA: 2 }, 'the cart');
        same(parkedOf(relevo), {}, 'what is set aside');
      }
    },
  },
  {
    id: 'C2c',
    title: "a site that wants no merging keeps the customer's cart as it was, and names what the guest had",
    source: ['magento/magento2#1091'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'customer' } });
      const phone = await customer(site, 'ana', { SOFA: 2 });
      const laptop = await guest(site, { SOFA: 5, MUG: 1 });
      const had = laptop.relevo.cart.lines.map(({ key }) => key).sort();
      const { receipt } = await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SOFA: 2 }, 'the cart');
      same([...(receipt?.dropped ?? [])].sort(), had, 'what the receipt names as left behind');
    },
  },
];
