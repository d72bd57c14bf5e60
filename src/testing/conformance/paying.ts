import type { CheckoutNews } from '../../client/checkout-api.ts';
import type { ConformanceCase, ConformanceSite } from './case.ts';
import { cartOf, outcomeOf, same } from './check.ts';
import { buy, customer, guest, type Seat, signIn } from './people.ts';

const dayMs = 86_400_000;

/** The checkout that somebody begins. */
const begin = (site: ConformanceSite, { relevo }: Pick<Seat, 'relevo'>) => site.within(15_000, relevo.checkout.begin());

/** What a page hears of checkouts from now on. */
const newsOf = ({ relevo }: Pick<Seat, 'relevo'>): readonly string[] => {
  const heard: string[] = [];
  relevo.on('checkout', ({ status, orderId, code }: CheckoutNews) =>
    heard.push([status, orderId, code].filter((word) => word !== undefined).join(' ')),
  );
  return heard;
};

/** C6 and W4: from the first click on "Pay" to what is left in the cart. */
export const paying: readonly ConformanceCase[] = [
  {
    id: 'C6h',
    title:
      'two devices that pay the same cart: the second hears of it before, and both payments are told to the page, to every device and to the shop',
    source: ['woocommerce/woocommerce-gateway-stripe#5854', '10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana', { SOFA: 1, LAMP: 2 }), await customer(site, 'ana')];
      const heard = [newsOf(one), newsOf(two)];
      const { id: checkoutId } = await begin(site, one);
      await site.pass(1_000);
      same(heard[1], ['open'], 'what the second device hears before it pays');
      same((await begin(site, two)).id, checkoutId, 'the checkout of the second device');
      const pay = (seat: Seat, orderId: string) =>
        site.within(5_000, seat.relevo.checkout.complete({ orderId, checkoutId }));
      same(await pay(one, 'o-1'), {}, 'the first order');
      same(await pay(two, 'o-2'), { duplicateOf: 'o-1' }, 'the second order');
      await site.pass(1_000);
      for (const all of heard)
        same(all.slice(1), ['completed o-1', 'completed o-2 order/duplicate-snapshot'], 'what each device hears');
      const said = [];
      for (const orderId of ['o-1', 'o-2'])
        said.push(await site.ask({ kind: 'key' }, { order: { orderId, checkoutId } }));
      same(
        said.map(({ duplicateOf = 'none' }) => duplicateOf),
        ['none', 'o-1'],
        'what the shop is told',
      );
      one.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(1_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { LAMP: 1 }, 'the cart with the next lamp');
    },
  },
  {
    id: 'C6i',
    title:
      'who never comes back from the bank finds what was paid for gone all the same, as a customer and as a guest, and what was added meanwhile still there',
    source: ['mollie/WooCommerce#59', '10.4'],
    async run(host) {
      for (const isGuest of [false, true]) {
        const site = await host.site();
        const wanted = { SOFA: 1, LAMP: 2 };
        const one = isGuest ? await guest(site, wanted) : await customer(site, 'ana', wanted);
        const { id: checkoutId } = await begin(site, one);
        const tab = one.device.open();
        await site.pass(1_000);
        tab.relevo.cart.add({ sku: 'LAMP' });
        await site.pass(1_000);
        for (const page of [one.page, tab]) page.kill();
        const said = await site.ask({ kind: 'webhook', id: 'msg_1' }, { order: { orderId: 'o-1', checkoutId } });
        same([said.status, said.left], ['completed', []], 'the answer to the webhook');
        const again = one.device.open();
        await site.pass(5_000);
        same(cartOf(again.relevo), { LAMP: 1 }, `the cart of the ${isGuest ? 'guest' : 'customer'} who comes back`);
      }
    },
  },
  {
    id: 'C6j',
    title:
      'a payment that fails, or that the customer cancels, leaves the cart as it is on every device, and the next try is a checkout of its own',
    source: ['mollie/WooCommerce#114', '10.4'],
    async run(host) {
      const site = await host.site();
      const wanted = { SOFA: 1, LAMP: 2 };
      const [one, two] = [await customer(site, 'ana', wanted), await customer(site, 'ana')];
      const heard = newsOf(two);
      // The bank says no, and the page is gone.
      const tab = one.device.open();
      await site.pass(1_000);
      const failed = await begin(site, tab);
      tab.kill();
      await site.pass(1_000);
      await site.within(5_000, one.relevo.checkout.abandon(failed.id));
      await site.pass(1_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), wanted, 'the cart after the payment that failed');
      same(heard, ['open', 'abandoned'], 'what the other device hears');
      const next = await begin(site, two);
      same([next.id === failed.id, next.others], [false, []], 'the next checkout');
      same(
        next.lines.map(({ sku, quantity }) => [sku, quantity]),
        Object.entries(wanted),
        'what is in the next checkout',
      );
    },
  },
  {
    id: 'W4f',
    title: 'a checkout page that is loaded again, here or on another device, pays for the same checkout',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana', { SOFA: 1, LAMP: 2 }), await customer(site, 'ana')];
      const first = await begin(site, one);
      const again = one.device.open();
      await site.pass(1_000);
      for (const page of [one, again, two]) {
        const { id, lines } = await begin(site, page);
        same([id, lines], [first.id, first.lines], 'the checkout of the page that is loaded again');
      }
    },
  },
  {
    id: 'W4g',
    title:
      'who begins to pay hears that another device is at it, and where, also when the cart has changed since; that device hears of it too',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const one = await customer(site, 'ana', { SOFA: 1 }, { channel: 'kiosk' });
      const two = await customer(site, 'ana');
      const heard = [newsOf(one), newsOf(two)];
      const { id } = await begin(site, one);
      await site.pass(1_000);
      two.relevo.cart.add({ sku: 'LAMP' });
      const { others } = await begin(site, two);
      same(
        others.map((other) => [other.id, other.channel]),
        [[id, 'kiosk']],
        'the other checkout that is open',
      );
      await site.pass(1_000);
      for (const all of heard) same(all, ['open', 'open'], 'what each device hears');
    },
  },
  {
    id: 'W4h',
    title:
      'a payment that is never finished freezes nothing: the cart can be changed, after a day nobody is told of it, and money that comes later still counts',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana', { SOFA: 1, LAMP: 2 }), await customer(site, 'ana')];
      const { id: checkoutId } = await begin(site, one);
      one.page.kill();
      two.relevo.cart.add({ sku: 'MUG' });
      two.relevo.cart.setQuantity({ sku: 'LAMP' }, 3);
      await site.pass(1_000);
      same(cartOf(two.relevo), { SOFA: 1, LAMP: 3, MUG: 1 }, 'the cart while a payment is open');
      two.page.kill();
      await site.pass(dayMs);
      const phone = await customer(site, 'ana');
      const next = await begin(site, phone);
      same([next.id === checkoutId, next.others], [false, []], 'the checkout of the next day');
      await site.ask({ kind: 'webhook', id: 'msg_1' }, { order: { orderId: 'o-1', checkoutId } });
      await site.pass(5_000);
      // Three were wanted since; two of the checkout are paid for.
      same(cartOf(phone.relevo), { LAMP: 1, MUG: 1 }, 'the cart after the late payment');
    },
  },
  {
    id: 'W4i',
    title:
      'a webhook before the confirmation page, after it, twice, or without it takes what was bought once, whether it names the checkout or the customer',
    source: ['10.4'],
    async run(host) {
      const stories = [
        ['webhook page', 'checkout'],
        ['page webhook', 'customer'],
        ['webhook webhook', 'customer'],
      ] as const;
      for (const [reports, named] of stories) {
        const site = await host.site();
        const [one, two] = [await customer(site, 'ana', { SOFA: 2 }), await customer(site, 'ana')];
        const { id: checkoutId } = await begin(site, one);
        const whose =
          named === 'checkout' ? { checkoutId } : { customerId: 'ana', lines: [{ sku: 'SOFA', quantity: 2 }] };
        for (const report of reports.split(' ')) {
          if (report === 'page') await site.within(5_000, one.relevo.checkout.complete({ orderId: 'o-1' }));
          else await site.ask({ kind: 'webhook', id: 'msg_1' }, { order: { orderId: 'o-1', ...whose } });
          await site.pass(500);
          // What comes now was not paid for.
          two.relevo.cart.add({ sku: 'SOFA' });
          await site.pass(500);
        }
        for (const { relevo } of [one, two])
          same(cartOf(relevo), { SOFA: 2 }, `the cart after ${reports}, of the ${named} that is named`);
      }
    },
  },
  {
    id: 'W4j',
    title:
      'an order id that somebody else had made up on the same tablet makes no real order a no-op, whether its page reports it, of a checkout, or the shop',
    source: ['10.4'],
    async run(host) {
      for (const by of ['page', 'shop']) {
        const site = await host.site();
        const tablet = await guest(site, { MUG: 1 });
        buy(tablet, 'N-1500', { MUG: 1 });
        await site.pass(1_000);
        await signIn(site, tablet, 'ana');
        await site.pass(1_000);
        tablet.page.kill();
        await site.pass(dayMs);
        const phone = await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
        const laptop = await customer(site, 'ana');
        if (by === 'page') {
          const { id: checkoutId } = await begin(site, laptop);
          const done = laptop.relevo.checkout.complete({ orderId: 'N-1500', checkoutId });
          same(await outcomeOf(site.within(5_000, done)), {}, 'the real order');
        } else {
          const lines = [
            { sku: 'SOFA', quantity: 1 },
            { sku: 'LAMP', quantity: 2 },
          ];
          await site.ask({ kind: 'key' }, { order: { orderId: 'N-1500', customerId: 'ana', lines } });
        }
        await site.pass(5_000);
        for (const { relevo } of [laptop, phone])
          same(cartOf(relevo), {}, `the cart after the real order, reported by the ${by}`);
      }
    },
  },
  {
    id: 'W4l',
    title:
      'what a guest pays for at a checkout is gone for good, although the merge into the account has to wait until after the payment',
    source: ['10.4', '10.1'],
    async run(host) {
      let isBroken = true;
      const beforeMerge = () => {
        if (isBroken) throw new Error('the service for stock is down');
      };
      const site = await host.site({ beforeMerge });
      const phone = await customer(site, 'ana', { MUG: 1 });
      const laptop = await guest(site, { SOFA: 1 });
      await signIn(site, laptop, 'ana');
      same(cartOf(laptop.relevo), { MUG: 1, SOFA: 1 }, 'the cart that is paid for');
      const { id: checkoutId } = await begin(site, laptop);
      await site.within(5_000, laptop.relevo.checkout.complete({ orderId: 'o-1', checkoutId }));
      await site.pass(1_000);
      same(cartOf(laptop.relevo), {}, 'the cart while the merge waits');
      isBroken = false;
      await site.pass(180_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), {}, 'the cart after the merge');
    },
  },
  {
    id: 'W4m',
    title:
      'who pays at a checkout for a line that is shown at its maximum has paid for all that two devices had put there',
    source: ['10.4'],
    async run(host) {
      const site = await host.site();
      const [one, two] = [await customer(site, 'ana'), await customer(site, 'ana')];
      for (const { relevo } of [one, two]) relevo.cart.add({ sku: 'SCREW', quantity: 600 });
      await site.pass(2_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), { SCREW: 999 }, 'the cart that is paid for');
      const { id: checkoutId } = await begin(site, one);
      await site.within(5_000, one.relevo.checkout.complete({ orderId: 'o-1', checkoutId }));
      await site.pass(1_000);
      for (const { relevo } of [one, two]) same(cartOf(relevo), {}, 'the cart after the order');
    },
  },
];
