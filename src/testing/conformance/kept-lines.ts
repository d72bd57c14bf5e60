import type { ConformanceCase, ConformanceSite } from './case.ts';
import { cartOf, check, same, shownBy } from './check.ts';
import { cartsOf, customer, type Seat, signedIn, signIn, signOut, type Wanted } from './people.ts';

/** Ana on a phone of her own, on which the shop keeps what is in the cart. */
const anaAtPhone = (site: ConformanceSite, wanted: Wanted): Promise<Seat> =>
  signedIn(site, 'ana', wanted, { device: { kind: 'personal', keep: 'cart-lines' } }).then(async (phone) => {
    await site.within(2_000, phone.relevo.flush());
    return phone;
  });

/** C8, W1 and W2: lines that a personal device keeps at a sign-out. */
export const keptLines: readonly ConformanceCase[] = [
  {
    id: 'C8b',
    title:
      'a shop that wants it keeps the cart in view on a personal device after sign-out; another customer who signs in there gets none of it, only what was added since',
    source: ['woocommerce/woocommerce#62758', '10.2'],
    async run(host) {
      const site = await host.site();
      const phone = await anaAtPhone(site, { LAMP: 3, VASE: 1 });
      const leave = phone.relevo.signOut();
      same(cartOf(phone.relevo), { LAMP: 3, VASE: 1 }, 'the cart at the call');
      await site.within(4_000, leave);
      same(phone.relevo.identity.current.kind, 'guest', 'who is here');
      const reopened = phone.device.open().relevo;
      await site.pass(1_000);
      same(cartOf(reopened), { LAMP: 3, VASE: 1 }, 'the cart of a page that is opened then');
      reopened.cart.add({ sku: 'LAMP', quantity: 2 });
      await site.pass(1_000);
      const { receipt } = await signIn(site, { relevo: reopened }, 'ben');
      await site.pass(2_000);
      same(cartOf(reopened), { LAMP: 2 }, 'what ben sees');
      same(await cartsOf(site, 'ana', 'ben'), [{ LAMP: 3, VASE: 1 }, { LAMP: 2 }], 'the carts of ana and ben');
      same(Object.values(receipt?.reasons ?? {}), ['merge/other-customer'], 'what his receipt says of the lamps');
      same(receipt?.dropped, [], 'what it says of the vase, which he has none of');
    },
  },
  {
    id: 'W1q',
    title: 'three lamps that were kept and one that was added are four, not seven, whatever the rule of the site',
    source: ['10.1'],
    async run(host) {
      for (const cart of ['lineage', 'max', 'sum'] as const) {
        const site = await host.site({ merge: { cart } });
        const phone = await anaAtPhone(site, { LAMP: 3 });
        await signOut(site, phone);
        phone.relevo.cart.add({ sku: 'LAMP' });
        same(cartOf(phone.relevo), { LAMP: 4 }, `the cart before, by ${cart}`);
        await signIn(site, phone, 'ana');
        await site.pass(2_000);
        same(cartOf(phone.relevo), { LAMP: 4 }, `the cart afterwards, by ${cart}`);
        same(await cartsOf(site, 'ana'), [{ LAMP: 4 }], `and on another device, by ${cart}`);
      }
    },
  },
  {
    id: 'W1r',
    title: 'what another device added meanwhile stays on top of what was kept, and of what was added to that',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await anaAtPhone(site, { LAMP: 3 });
      await signOut(site, phone);
      phone.relevo.cart.add({ sku: 'LAMP' });
      const laptop = await customer(site, 'ana', { LAMP: 2 });
      same(cartOf(laptop.relevo), { LAMP: 5 }, 'the laptop');
      await signIn(site, phone, 'ana');
      await site.pass(2_000);
      same([cartOf(phone.relevo), cartOf(laptop.relevo)], [{ LAMP: 6 }, { LAMP: 6 }], 'phone and laptop');
    },
  },
  {
    id: 'W1s',
    title:
      'a line that was kept and then taken out is gone at the next sign-in too; of one that another device has added to, that is left',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await anaAtPhone(site, { LAMP: 3, VASE: 1 });
      await signOut(site, phone);
      phone.relevo.cart.clear();
      const laptop = await customer(site, 'ana', { LAMP: 2 });
      await signIn(site, phone, 'ana');
      await site.pass(2_000);
      same([cartOf(phone.relevo), cartOf(laptop.relevo)], [{ LAMP: 2 }, { LAMP: 2 }], 'phone and laptop');
    },
  },
  {
    id: 'W2l',
    title: 'a device that keeps the cart keeps articles and how many: no price, and nothing of any other collection',
    source: ['10.2'],
    async run(host) {
      const site = await host.site({ collections: { doctor: { kind: 'reg' } } });
      const phone = await signedIn(
        site,
        'ana',
        {},
        {
          device: { kind: 'personal', keep: 'cart-lines' },
          consent: { personalization: 'granted' },
          collections: { doctor: { kind: 'reg' } },
        },
      );
      const { cart, browsing, preferences, identity, collection } = phone.relevo;
      cart.add({ sku: 'LAMP', title: 'A lamp', price: { amountMinor: 4_711, currency: 'OF-ANA' } });
      collection('doctor').set('prescription', 'OF-ANA');
      browsing.view({ kind: 'product', id: 'OF-ANA' });
      preferences.set('style', 'OF-ANA');
      identity.set({ displayName: 'OF-ANA' });
      await site.within(2_000, phone.relevo.flush());
      await signOut(site, phone);
      await site.pass(2_000);
      same(cartOf(phone.relevo), { LAMP: 1 }, 'the cart');
      same(phone.relevo.cart.lines[0]?.title, 'A lamp', 'what it is called');
      for (const text of [shownBy(phone.relevo), await phone.device.stored()])
        check(!text.includes('OF-ANA') && !text.includes('4711'), 'something else is in view, or kept');
    },
  },
];
