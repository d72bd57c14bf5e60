import type { ConformanceCase } from './case.ts';
import { cartOf, same } from './check.ts';
import { buy, customer, guest, signIn } from './people.ts';

/** C6 and W4: what was paid for comes back, or what was not goes with it. */
export const afterOrder: readonly ConformanceCase[] = [
  {
    id: 'C6a',
    title:
      'paid on one device while another has the same cart offline: the other is empty once it is back, and stays so',
    source: ['odoo/odoo#27508', 'opencart/opencart#1577', 'woocommerce/woocommerce#29962', '10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
      const two = await customer(site, 'ana');
      two.device.setOnline(false);
      buy(one, 'o-1', { SOFA: 1, LAMP: 2 });
      await site.pass(2_000);
      same(cartOf(two.relevo), { SOFA: 1, LAMP: 2 }, 'the cart of the device that is offline');
      two.device.setOnline(true);
      two.page.signal('online');
      await site.pass(5_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), {}, 'the cart after the order');
    },
  },
  {
    id: 'C6b',
    title: 'what another device had added offline, of the same article or of another, is still there after the order',
    source: ['odoo/odoo#27508', '10.4'],
    async run(host) {
      for (const isOrderFirst of [true, false]) {
        const site = await host.site();
        const one = await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
        const two = await customer(site, 'ana');
        for (const { device } of [one, two]) device.setOnline(false);
        two.relevo.cart.add({ sku: 'MUG', quantity: 3 });
        two.relevo.cart.add({ sku: 'LAMP' });
        buy(one, 'o-1', { SOFA: 1, LAMP: 2 });
        await site.pass(500);
        for (const { device, page } of isOrderFirst ? [one, two] : [two, one]) {
          device.setOnline(true);
          page.signal('online');
          await site.pass(5_000);
        }
        const when = `${isOrderFirst ? 'the order' : 'what was added'} arriving first`;
        for (const { relevo } of [one, two]) same(cartOf(relevo), { MUG: 3, LAMP: 1 }, `the cart, ${when}`);
      }
    },
  },
  {
    id: 'C6c',
    title:
      'a tab that was open during the payment, and comes back from the back button or from sleep, is emptied and uploads nothing of what it showed',
    source: [
      'woocommerce/woocommerce#27576',
      'vuestorefront/shopify#63',
      'Shopify/storefront-api-examples#237',
      'Shopify/buy-button-js#827',
      '10.4',
    ],
    async run(host) {
      const site = await host.site();
      const { device, page, relevo } = await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
      const paying = device.open();
      await site.pass(1_000);
      page.freeze();
      buy(paying, 'o-1', { SOFA: 1, LAMP: 2 });
      await site.pass(30_000);
      same(cartOf(relevo), { SOFA: 1, LAMP: 2 }, 'the cart of the tab that stands still');
      page.thaw();
      page.signal('pageshow');
      await site.pass(5_000);
      const phone = await customer(site, 'ana');
      for (const one of [relevo, paying.relevo, phone.relevo]) same(cartOf(one), {}, 'the cart after the order');
    },
  },
  {
    id: 'C6d',
    title: 'a confirmation page that is loaded again, here or on another device, takes nothing of what was added since',
    source: ['statamic-rad-pack/shopify#123', '10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { LAMP: 2 });
      const two = await customer(site, 'ana');
      buy(one, 'o-1', { LAMP: 2 });
      await site.pass(2_000);
      one.relevo.cart.add({ sku: 'LAMP', quantity: 2 });
      await site.pass(2_000);
      one.page.kill();
      const again = one.device.open();
      await site.pass(1_000);
      buy(again, 'o-1', { LAMP: 2 });
      buy(two, 'o-1', { LAMP: 2 });
      await site.pass(5_000);
      for (const { relevo } of [again, two]) same(cartOf(relevo), { LAMP: 2 }, 'the cart for the next order');
    },
  },
  {
    id: 'C6e',
    title:
      'the same cart paid for twice, under two order ids, is taken once: what was added after the first payment stays, and the next article counts as one',
    source: ['woocommerce/woocommerce-gateway-stripe#5854', '10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana', { LAMP: 2 }), await customer(site, 'ana')];
      two.device.setOnline(false);
      buy(two, 'o-2', { LAMP: 2 });
      await site.pass(500);
      buy(one, 'o-1', { LAMP: 2 });
      await site.pass(2_000);
      same(cartOf(one.relevo), {}, 'the cart after the first order');
      one.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(2_000);
      two.device.setOnline(true);
      two.page.signal('online');
      await site.pass(5_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { LAMP: 1 }, 'the cart after both orders');
      two.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(2_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { LAMP: 2 }, 'the cart with the next article');
    },
  },
  {
    id: 'C6f',
    title: 'paying for an older order leaves the cart of today alone',
    source: ['woocommerce/woocommerce#56772', '10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
      buy(one, 'o-of-last-week', { DESK: 1, MUG: 4 });
      await site.pass(2_000);
      const phone = await customer(site, 'ana');
      for (const { relevo } of [one, phone]) same(cartOf(relevo), { SOFA: 1, LAMP: 2 }, 'the cart');
    },
  },
  {
    id: 'C6g',
    title:
      'a guest who pays and then signs in does not find what was paid for in the cart, and the confirmation page, opened again, takes nothing more',
    source: ['woocommerce/woocommerce#68022', 'opencart/opencart#1577'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { MUG: 1 });
      const laptop = await guest(site, { SOFA: 1 });
      buy(laptop, 'o-1', { SOFA: 1 });
      await site.pass(2_000);
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { MUG: 1 }, 'the cart after the sign-in');
      phone.relevo.cart.add({ sku: 'SOFA' });
      await site.pass(1_000);
      for (const one of [laptop, phone]) buy(one, 'o-1', { SOFA: 1 });
      await site.pass(2_000);
      for (const { relevo } of [phone, laptop])
        same(cartOf(relevo), { MUG: 1, SOFA: 1 }, 'the cart for the next order');
    },
  },
  {
    id: 'W4a',
    title: 'who buys a part of the cart keeps the rest',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1, LAMP: 5, MUG: 2 });
      const two = await customer(site, 'ana');
      buy(one, 'o-1', { LAMP: 2, MUG: 2 });
      await site.pass(2_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { SOFA: 1, LAMP: 3 }, 'the cart after the order');
    },
  },
  {
    id: 'W4b',
    title:
      'an express purchase of something that is not in the cart does not touch the cart, nor what is added of it right afterwards',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1 });
      buy(one, 'o-express', { RING: 3 });
      one.relevo.cart.add({ sku: 'RING', quantity: 2 });
      await site.pass(2_000);
      const phone = await customer(site, 'ana');
      for (const { relevo } of [one, phone]) same(cartOf(relevo), { SOFA: 1, RING: 2 }, 'the cart');
    },
  },
  {
    id: 'W4c',
    title:
      'a quantity set on a device that had not heard of the order is less by what the order took, whichever arrives first',
    source: ['10.4'],
    async run(host) {
      for (const isSetFirst of [true, false]) {
        const site = await host.site();
        const [one, two] = [await customer(site, 'ana', { LAMP: 2 }), await customer(site, 'ana')];
        for (const { device } of [one, two]) device.setOnline(false);
        two.relevo.cart.setQuantity({ sku: 'LAMP' }, 3);
        buy(one, 'o-1', { LAMP: 2 });
        await site.pass(500);
        for (const { device, page } of isSetFirst ? [two, one] : [one, two]) {
          device.setOnline(true);
          page.signal('online');
          await site.pass(10_000);
        }
        await site.pass(5_000);
        const when = `the ${isSetFirst ? 'quantity' : 'order'} arriving first`;
        for (const { relevo } of [one, two]) same(cartOf(relevo), { LAMP: 1 }, `the cart, ${when}`);
      }
    },
  },
  {
    id: 'W4d',
    title:
      'an order that nobody announced takes the line with its options first, then others of the article, the oldest first, and never more than it bought',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1 });
      for (const colour of ['blue', 'green', 'red']) {
        one.relevo.cart.add({ sku: 'CUP', properties: { colour }, quantity: 2 });
        await site.pass(1_000);
      }
      one.relevo.capture({
        type: 'purchase',
        orderId: 'o-1',
        items: [
          { sku: 'CUP', properties: { colour: 'red' }, quantity: 2 },
          { sku: 'CUP', properties: { colour: 'white' }, quantity: 3 },
        ],
      });
      await site.pass(2_000);
      const phone = await customer(site, 'ana');
      for (const { relevo } of [one, phone]) {
        const left = relevo.cart.lines.map(({ sku, properties, quantity }) => [
          sku,
          properties['colour'] ?? '',
          quantity,
        ]);
        same(
          left,
          [
            ['SOFA', '', 1],
            ['CUP', 'green', 1],
          ],
          'what is left',
        );
      }
    },
  },
  {
    id: 'W4e',
    title:
      'what is taken out elsewhere while the order is on its way is taken once, and what is added while it is paid for stays',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana', { SOFA: 1, LAMP: 2 }), await customer(site, 'ana')];
      one.device.setOnline(false);
      buy(one, 'o-1', { SOFA: 1, LAMP: 2 });
      await site.pass(500);
      for (const sku of ['SOFA', 'LAMP']) two.relevo.cart.remove({ sku });
      two.relevo.cart.add({ sku: 'LAMP', quantity: 4 });
      await site.pass(2_000);
      one.device.setOnline(true);
      one.page.signal('online');
      await site.pass(5_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { LAMP: 4 }, 'the cart after the order');
    },
  },
  {
    id: 'W4k',
    title:
      'a device that is put back to a backup of before the payment is emptied by its first sync, and brings nothing back to the others',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1, LAMP: 2 }, { device: { kind: 'personal' } });
      const backup = await one.device.copy();
      buy(one, 'o-1', { SOFA: 1, LAMP: 2 });
      one.relevo.cart.add({ sku: 'MUG' });
      await site.pass(2_000);
      one.page.kill();
      const phone = await customer(site, 'ana');
      const restored = backup.open();
      await site.pass(5_000);
      for (const { relevo } of [phone, restored]) same(cartOf(relevo), { MUG: 1 }, 'the cart after the order');
      restored.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(5_000);
      for (const { relevo } of [phone, restored])
        same(cartOf(relevo), { MUG: 1, LAMP: 1 }, 'the cart with the next lamp');
    },
  },
];
