import type { ConformanceCase } from './case.ts';
import { cartOf, check, same, shownBy } from './check.ts';
import { buy, customer, guest, type Seat, signIn, signOut } from './people.ts';

const secret = 'OF-ANA';

/** Ana on a device that others use too, with something of everything. */
const anaAtTablet = async (
  site: Parameters<typeof guest>[0],
  kind: 'shared' | 'personal' = 'shared',
): Promise<Seat> => {
  const tablet = await guest(site, {}, { device: { kind }, consent: { personalization: 'granted' } });
  await signIn(site, tablet, `ana-${secret}`);
  const { cart, browsing, preferences, identity, collection } = tablet.relevo;
  cart.add({ sku: `LINE-${secret}`, title: secret, price: { amountMinor: 1, currency: 'EUR' } });
  browsing.view({ kind: 'product', id: `VIEW-${secret}` });
  preferences.set('address', secret);
  identity.set({ displayName: secret });
  collection('vouchers').set('spring', secret);
  await site.within(2_000, tablet.relevo.flush());
  return tablet;
};

/** C7 and C8: the previous customer's cart on the store's tablet. */
export const leaving: readonly ConformanceCase[] = [
  {
    id: 'C7a',
    title:
      'after sign-out on a shared device nothing of the customer is in view or kept, now or after the page is opened again',
    source: [
      'magento/pwa-studio#1638',
      'magento/pwa-studio#4073',
      'vuestorefront/magento2#406',
      'vuestorefront/magento2#489',
      'woocommerce/woocommerce#62758',
    ],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      check((await tablet.device.stored()).includes(secret), 'while she is here it is kept');
      same(await signOut(site, tablet), { unsynced: 0, outcome: 'flushed' }, 'the sign-out');
      check(!shownBy(tablet.relevo).includes(secret), 'nothing is in view');
      check(!(await tablet.device.stored()).includes(secret), 'nothing is kept');
      tablet.page.kill();
      const next = tablet.device.open().relevo;
      await site.pass(2_000);
      check(!shownBy(next).includes(secret), 'nothing is in view after the page is opened again');
      check(!(await tablet.device.stored()).includes(secret), 'nothing is kept then');
    },
  },
  {
    id: 'C7b',
    title: 'the next customer on the device finds no order of the previous one, and no trace of its number',
    source: ['scandipwa/scandipwa#3580'],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      buy(tablet, `ORDER-${secret}`, { [`LINE-${secret}`]: 1 });
      await site.pass(2_000);
      check((await tablet.device.stored()).includes(`ORDER-${secret}`), 'while she is here it is kept');
      await signOut(site, tablet);
      check(!(await tablet.device.stored()).includes(secret), 'nothing is kept');
      await signIn(site, tablet, 'ben');
      check(!shownBy(tablet.relevo).includes(secret), 'nothing is in view');
    },
  },
  {
    id: 'C7c',
    title: 'five tabs and a slow answer: who signs out stays out, in every tab and after a reload',
    source: ['magento/magento2#3997', '10.2'],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      const tabs = [tablet.page, ...Array.from({ length: 4 }, () => tablet.device.open())];
      await site.pass(1_000);
      for (const tab of tabs) await signIn(site, tab, `ana-${secret}`);
      for (const { relevo } of tabs) check(shownBy(relevo).includes(secret), 'before, every tab shows her cart');
      const release = tablet.device.holdReplies();
      for (const tab of tabs) tab.signal('visible');
      tablet.relevo.cart.add({ sku: `LATE-${secret}` });
      await site.pass(500);
      const leave = tablet.relevo.signOut();
      await site.pass(100);
      for (const { relevo } of tabs) check(!shownBy(relevo).includes(secret), 'nothing is in view in any tab');
      await site.within(4_000, leave);
      release();
      await site.pass(30_000);
      for (const tab of [...tabs, tablet.device.open()]) {
        tab.signal('visible');
        await site.pass(1_000);
        same(tab.relevo.identity.current.kind, 'guest', 'who is here');
        check(!shownBy(tab.relevo).includes(secret), 'nothing is in view');
      }
      check(!(await tablet.device.stored()).includes(secret), 'nothing is kept');
    },
  },
  {
    id: 'C7d',
    title: "vouchers, price lists and other state of the site's own leave with the customer",
    source: ['medusajs/nextjs-starter-medusa#54'],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      await signOut(site, tablet);
      same(tablet.relevo.collection('vouchers').entries(), [], 'vouchers in view');
      tablet.relevo.cart.add({ sku: 'LAMP' });
      await signIn(site, tablet, 'ben');
      same(tablet.relevo.collection('vouchers').entries(), [], "vouchers in ben's view");
      const phone = await customer(site, 'ben');
      same(phone.relevo.collection('vouchers').entries(), [], "vouchers on ben's phone");
      same(
        (await customer(site, `ana-${secret}`)).relevo.collection('vouchers').get('spring'),
        secret,
        "ana's own voucher",
      );
    },
  },
  {
    id: 'C7e',
    title:
      'the secret of a guest opens nothing once the guest is a customer: a copy of the device is refused, and reads and writes nothing of them',
    source: ['Sylius/ShopApiPlugin#609', '10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site, { LAMP: 1 });
      const thief = await laptop.device.copy();
      await signIn(site, laptop, 'ana');
      laptop.relevo.cart.add({ sku: secret });
      await site.within(2_000, laptop.relevo.flush());
      const { relevo } = thief.open();
      const codes: string[] = [];
      relevo.on('error', ({ code }) => codes.push(code));
      await site.pass(2_000);
      relevo.cart.add({ sku: 'OF-THE-THIEF' });
      await site.pass(30_000);
      same(codes, ['auth/guest-claimed'], 'what the copy is told');
      same(cartOf(relevo), { 'OF-THE-THIEF': 1 }, 'what the copy shows, as a new guest');
      same(cartOf((await customer(site, 'ana')).relevo), { LAMP: 1, [secret]: 1 }, "the customer's cart");
    },
  },
  {
    id: 'C7f',
    title:
      'once somebody has signed out the device asks for nothing with their token, and hears of nothing that they do elsewhere',
    source: ['Sylius/ShopApiPlugin#609', 'magento/pwa-studio#4073', '10.2'],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      const { relevo: phone } = await customer(site, `ana-${secret}`);
      // More than one request carries, and no answer in time.
      tablet.device.setOnline(false);
      for (let n = 0; n < 150; n++) tablet.relevo.preferences.set(`p-${n}`, n);
      await site.pass(1_000);
      const release = tablet.device.holdReplies();
      tablet.device.setOnline(true);
      const { outcome } = await signOut(site, tablet);
      same(outcome, 'dropped', 'the sign-out');
      const before = tablet.device.requests.length;
      release();
      phone.cart.add({ sku: `LATER-${secret}` });
      for (const signal of ['hidden', 'visible', 'online', 'pageshow'] as const) {
        tablet.page.signal(signal);
        await site.pass(20_000);
      }
      tablet.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(5_000);
      same(cartOf(tablet.relevo), { LAMP: 1 }, 'the cart on the tablet');
      const later = tablet.device.requests.slice(before);
      check(later.length > 0 && later.every((body) => !body.includes('"token"')), 'requests afterwards carry no token');
    },
  },
  {
    id: 'C8a',
    title: 'a hard reset is what a shared device does: the cart is empty at once, before any answer, and in every tab',
    source: ['woocommerce/woocommerce#62758', '10.2'],
    async run(host) {
      const site = await host.site();
      const tablet = await anaAtTablet(site);
      const other = tablet.device.open().relevo;
      await site.pass(1_000);
      // On a shared device a tab shows a customer only to whom has their token.
      await signIn(site, { relevo: other }, `ana-${secret}`);
      check(shownBy(other).includes(secret), 'the other tab shows her cart');
      tablet.device.setOnline(false);
      const leave = tablet.relevo.signOut();
      await site.pass(100);
      for (const relevo of [tablet.relevo, other])
        check(!shownBy(relevo).includes(secret), 'nothing is in view after 100 ms');
      same(await site.within(4_000, leave), { unsynced: 0, outcome: 'flushed' }, 'the sign-out');
    },
  },
];
