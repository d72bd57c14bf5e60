import type { ConformanceCase } from './case.ts';
import { cartOf, check, outcomeOf, same, shownBy } from './check.ts';
import { buy, cartsOf, customer, guest, signedIn, signIn } from './people.ts';

/** C5 and W3: two people on one device. */
export const switching: readonly ConformanceCase[] = [
  {
    id: 'C5a',
    title:
      'who signs in over the session of somebody else gets nothing of their cart, and that one is whole when they return',
    source: ['vendurehq/vendure#263', 'shopizer-ecommerce/shopizer#134', '10.3'],
    async run(host) {
      const site = await host.site();
      const tablet = await signedIn(site, 'ana');
      tablet.relevo.cart.add({ sku: 'OF-ANA', quantity: 2 });
      await site.within(2_000, tablet.relevo.flush());
      const before = tablet.device.requests.length;
      await signIn(site, tablet, 'ben');
      same(tablet.relevo.identity.current.customerId, 'ben', 'who is here');
      same(cartOf(tablet.relevo), {}, "ben's cart");
      tablet.relevo.cart.add({ sku: 'OF-BEN' });
      await site.within(2_000, tablet.relevo.flush());
      const later = tablet.device.requests.slice(before + 1).join();
      check(!later.includes('OF-ANA'), 'nothing of ana is sent once ben signs in');
      same(await cartsOf(site, 'ana', 'ben'), [{ 'OF-ANA': 2 }, { 'OF-BEN': 1 }], 'the carts on their phones');
    },
  },
  {
    id: 'C5b',
    title: 'an order on a shared device takes from the cart of whoever is signed in, not of whoever was before',
    source: ['magento/magento2#7665'],
    async run(host) {
      const site = await host.site();
      const tablet = await signedIn(site, 'ana');
      tablet.relevo.cart.add({ sku: 'LAMP', quantity: 2 });
      await site.within(2_000, tablet.relevo.flush());
      await signIn(site, tablet, 'ben');
      tablet.relevo.cart.add({ sku: 'LAMP', quantity: 3 });
      await site.pass(1_000);
      buy(tablet, 'order-of-ben', { LAMP: 2 });
      await site.pass(2_000);
      same(await cartsOf(site, 'ana', 'ben'), [{ LAMP: 2 }, { LAMP: 1 }], 'the carts of ana and ben');
    },
  },
  {
    id: 'C5c',
    title:
      'what somebody did offline before another signed in is never in the cart of the other, and comes when they return',
    source: ['vendurehq/vendure#263', '10.3'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana', {}, { device: { kind: 'personal' } });
      laptop.device.setOnline(false);
      laptop.relevo.cart.add({ sku: 'OFFLINE-OF-ANA' });
      await site.pass(500);
      const token = await site.token('ben');
      const first = outcomeOf(laptop.relevo.signIn(token));
      await site.pass(4_000);
      laptop.device.setOnline(true);
      await site.within(30_000, first);
      await signIn(site, laptop, 'ben');
      await site.pass(5_000);
      same(cartOf(laptop.relevo), {}, "ben's cart");
      check(!shownBy(laptop.relevo).includes('OF-ANA'), 'nothing of ana is in view');
      await signIn(site, laptop, 'ana');
      await site.pass(5_000);
      same(await cartsOf(site, 'ana', 'ben'), [{ 'OFFLINE-OF-ANA': 1 }, {}], 'the carts of ana and ben');
    },
  },
  {
    id: 'C5d',
    title: 'an answer for whoever was here before, which comes when another has signed in, shows nothing of them',
    source: ['shopizer-ecommerce/shopizer#134', 'magento/magento2#7665'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      const tablet = await signedIn(site, 'ana');
      phone.relevo.cart.add({ sku: 'OF-ANA' });
      const release = tablet.device.holdReplies();
      tablet.page.signal('visible');
      await site.pass(300);
      const token = await site.token('ben');
      const signing = tablet.relevo.signIn(token);
      await site.pass(1_000);
      release();
      await site.within(10_000, signing);
      await site.pass(2_000);
      same(tablet.relevo.identity.current.customerId, 'ben', 'who is here');
      check(!shownBy(tablet.relevo).includes('OF-ANA'), 'nothing of ana is in view');
    },
  },
  {
    id: 'W3a',
    title: 'another token of the same customer is a refresh: no sign-out, nothing lost of what was not sent yet',
    source: ['10.3'],
    async run(host) {
      const site = await host.site();
      const { device, relevo } = await customer(site, 'ana', { SOFA: 1 });
      const { anonymousId } = relevo.identity.current;
      const heard: string[] = [];
      for (const name of ['signout', 'merge', 'signin'] as const) relevo.on(name, () => heard.push(name));
      device.setOnline(false);
      const change = relevo.cart.add({ sku: 'LAMP' });
      const { receipt } = await site.within(2_000, relevo.signIn(await site.token('ana', 3_600_000)));
      same([receipt, heard], [null, []], 'receipt and events');
      same(relevo.identity.current.anonymousId, anonymousId, 'the epoch that the page is in');
      device.setOnline(true);
      same(await site.within(60_000, outcomeOf(change.synced)), 'done', 'what became of the change');
      same(cartOf((await customer(site, 'ana')).relevo), { SOFA: 1, LAMP: 1 }, 'the cart on the phone');
    },
  },
  {
    id: 'W3b',
    title: 'a name is no proof: without a token nobody is signed in',
    source: ['10.3'],
    async run(host) {
      const site = await host.site();
      const { relevo } = await guest(site, { LAMP: 1 });
      const code = await site.within(5_000, outcomeOf(Promise.resolve().then(() => relevo.signIn(''))));
      same(code, 'auth/bad-token', 'what an empty token is answered with');
      same(
        await site.within(5_000, outcomeOf(relevo.signIn('ana'))),
        'auth/malformed',
        'what a bare name is answered with',
      );
      same(relevo.identity.current.kind, 'guest', 'who is here');
      same(cartOf(relevo), { LAMP: 1 }, 'the cart');
    },
  },
  {
    id: 'W3c',
    title:
      "the server gives and takes state of the token's customer alone, whatever place in whose state a client names",
    source: ['10.3'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { 'OF-ANA': 1 });
      phone.relevo.cart.add({ sku: 'LAMP' });
      await site.within(2_000, phone.relevo.flush());
      // Ana's own last request, cursor and all, with the token of somebody else.
      const last = JSON.parse(phone.device.requests.at(-1) ?? '{}');
      const { status, code, text } = await site.post({ ...last, auth: { token: await site.token('ben') } });
      same([status, code], [409, 'sync/cursor'], "what ana's place is answered with for ben");
      check(!text.includes('OF-ANA'), 'the answer holds nothing of ana');
      same(cartOf((await customer(site, 'ben')).relevo), {}, "ben's cart");
    },
  },
  {
    id: 'W3d',
    title:
      'somebody else who signs in offline is not signed in, and the one before is out: nobody sees the cart of either',
    source: ['10.3'],
    async run(host) {
      const site = await host.site();
      await customer(site, 'ben', { 'OF-BEN': 1 });
      const tablet = await signedIn(site, 'ana');
      tablet.relevo.cart.add({ sku: 'OF-ANA' });
      await site.within(2_000, tablet.relevo.flush());
      tablet.device.setOnline(false);
      const signing = outcomeOf(tablet.relevo.signIn(await site.token('ben')));
      await site.pass(100);
      check(!shownBy(tablet.relevo).includes('OF-ANA'), 'nothing of ana is in view after 100 ms');
      same(await site.within(30_000, signing), 'network/offline', 'what became of the sign-in');
      same([tablet.relevo.identity.current.kind, cartOf(tablet.relevo)], ['guest', {}], 'who is here, and the cart');
      check(!(await tablet.device.stored()).includes('OF-ANA'), 'nothing of ana is kept');
      tablet.device.setOnline(true);
      await signIn(site, tablet, 'ben');
      same(cartOf(tablet.relevo), { 'OF-BEN': 1 }, "ben's cart once the line is back");
    },
  },
  {
    id: 'C7g',
    title:
      'what the page reports of somebody in the moment they leave is never in the cart of the next, and is counted as not sent',
    source: ['10.3', '10.2'],
    async run(host) {
      const site = await host.site();
      const tablet = await signedIn(site, 'ana');
      await site.pass(1_000);
      const unsynced: number[] = [];
      tablet.relevo.on('signout', (event) => unsynced.push(event.unsynced));
      tablet.relevo.capture({ type: 'add', items: [{ sku: 'OF-ANA', quantity: 2 }] });
      await signIn(site, tablet, 'ben');
      await site.pass(2_000);
      same(cartOf(tablet.relevo), {}, 'what ben sees');
      const [ana = {}, ben] = await cartsOf(site, 'ana', 'ben');
      same(ben, {}, "ben's cart");
      check(ana['OF-ANA'] === 2 || unsynced[0] === 1, `it is ana's, or counted: ${JSON.stringify([ana, unsynced])}`);
    },
  },
];
