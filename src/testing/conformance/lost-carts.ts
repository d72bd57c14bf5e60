import type { ConformanceCase } from './case.ts';
import { cartOf, check, same } from './check.ts';
import { customer, guest, signIn } from './people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** C3: a cart that took days is empty in the morning. */
export const lostCarts: readonly ConformanceCase[] = [
  {
    id: 'C3a',
    title:
      'who fills a cart over three days from two devices, and closes both every evening, finds all of it each morning',
    source: ['woocommerce/woocommerce#43744', 'woocommerce/woocommerce#60392'],
    async run(host) {
      const site = await host.site();
      const getToken = () => site.token('ana');
      const devices = [site.device({ getToken }), site.device({ getToken })];
      const expected: Record<string, number> = {};
      for (let day = 1; day <= 3; day++) {
        for (const [at, device] of devices.entries()) {
          const page = device.open();
          await site.pass(2_000);
          same(cartOf(page.relevo), expected, `the cart in the morning of day ${day}`);
          const sku = `DAY-${day}-${at}`;
          page.relevo.cart.add({ sku, quantity: day });
          expected[sku] = day;
          await site.pass(2_000);
          page.signal('pagehide');
          page.kill();
        }
        await site.pass(14 * hourMs);
      }
      await site.restart();
      const page = devices[0]?.open();
      await site.pass(2_000);
      same(page && cartOf(page.relevo), expected, 'the cart after the weekend');
    },
  },
  {
    id: 'C3b',
    title:
      'a session that expires overnight empties nothing: the cart stays in view, and what is added goes on when there is a new token',
    source: ['woocommerce/woocommerce#36599', 'SalesforceCommerceCloud/pwa-kit#2431'],
    async run(host) {
      const site = await host.site();
      let isAsleep = false;
      const getToken = async () => {
        if (isAsleep) throw new Error('the session has expired');
        return site.token('ana', hourMs);
      };
      const { relevo } = await customer(site, 'ana', { SOFA: 1 }, { getToken });
      isAsleep = true;
      await site.pass(9 * hourMs);
      relevo.cart.add({ sku: 'LAMP' });
      await site.pass(5_000);
      same(cartOf(relevo), { SOFA: 1, LAMP: 1 }, 'the cart while the session is over');
      same(relevo.identity.current.kind, 'customer', 'who is here');
      isAsleep = false;
      await site.pass(2 * 60_000);
      const phone = await customer(site, 'ana');
      same(cartOf(phone.relevo), { SOFA: 1, LAMP: 1 }, "the phone's cart");
    },
  },
  {
    id: 'C3c',
    title: 'a guest who comes back after four days finds the cart as it was left',
    source: ['craftcms/commerce#3445', 'woocommerce/woocommerce#36599'],
    async run(host) {
      const site = await host.site();
      const { device, page } = await guest(site, { SOFA: 1, LAMP: 2 });
      page.kill();
      await site.pass(4 * dayMs);
      const again = device.open().relevo;
      await site.pass(1_000);
      same(cartOf(again), { SOFA: 1, LAMP: 2 }, 'the cart on the device');
      await signIn(site, { relevo: again }, 'ana');
      const phone = await customer(site, 'ana');
      same(cartOf(phone.relevo), { SOFA: 1, LAMP: 2 }, 'the cart on the phone, once the guest has signed in');
    },
  },
  {
    id: 'C3d',
    title: 'who signs in on a new device has the saved cart with the answer to the sign-in, without a reload',
    source: [
      'SalesforceCommerceCloud/pwa-kit#319',
      'SalesforceCommerceCloud/pwa-kit#460',
      'vendurehq/nextjs-starter-vendure#12',
    ],
    async run(host) {
      const site = await host.site();
      await customer(site, 'ana', { SOFA: 1, LAMP: 2 });
      const laptop = await guest(site);
      let restored: unknown;
      laptop.relevo.on('restore', ({ lines }) => {
        restored = lines.map(({ sku, quantity }) => [sku, quantity]);
      });
      await signIn(site, laptop, 'ana');
      same(cartOf(laptop.relevo), { SOFA: 1, LAMP: 2 }, 'the cart when the sign-in is over');
      same(
        restored,
        [
          ['SOFA', 1],
          ['LAMP', 2],
        ],
        'what the restore event told',
      );
    },
  },
  {
    id: 'C3e',
    title: 'who registers keeps the cart that they had as a guest',
    source: ['aws-samples/retail-demo-store#576', 'SalesforceCommerceCloud/pwa-kit#319'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site, { SOFA: 1, LAMP: 2 });
      const { receipt } = await signIn(site, laptop, 'new-customer');
      same(receipt?.added.length, 2, 'lines that the receipt names');
      same(cartOf(laptop.relevo), { SOFA: 1, LAMP: 2 }, 'the cart');
      const phone = await customer(site, 'new-customer');
      same(cartOf(phone.relevo), { SOFA: 1, LAMP: 2 }, 'the cart on the phone');
    },
  },
  {
    id: 'C3f',
    title: 'a guest with a cart signs in to an account with a cart: neither is a conflict, both are there',
    source: ['SalesforceCommerceCloud/pwa-kit#1410'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { SOFA: 1 });
      const laptop = await guest(site, { LAMP: 2 });
      const errors: string[] = [];
      laptop.relevo.on('error', ({ code }) => errors.push(code));
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SOFA: 1, LAMP: 2 }, 'the cart');
      same(errors, [], 'errors that the page heard of');
    },
  },
  {
    id: 'C3g',
    title: 'what was put into the cart offline is there after the browser was closed, and arrives',
    source: ['SalesforceCommerceCloud/pwa-kit#2431', 'craftcms/commerce#3445'],
    async run(host) {
      const site = await host.site();
      const { device, page } = await customer(site, 'ana', { SOFA: 1 }, { device: { kind: 'personal' } });
      device.setOnline(false);
      await site.within(1_000, page.relevo.cart.add({ sku: 'LAMP' }).saved);
      page.kill();
      await site.pass(dayMs);
      const again = device.open().relevo;
      await site.pass(1_000);
      same(cartOf(again), { SOFA: 1, LAMP: 1 }, 'the cart offline, the next day');
      check(again.status.pending > 0, 'the page says that something waits');
      device.setOnline(true);
      await site.pass(2 * 60_000);
      const phone = await customer(site, 'ana');
      same(cartOf(phone.relevo), { SOFA: 1, LAMP: 1 }, 'the cart on the phone');
    },
  },
];
