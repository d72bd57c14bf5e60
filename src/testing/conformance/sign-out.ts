import type { ConformanceCase } from './case.ts';
import { cartOf, check, outcomeOf, same, shownBy } from './check.ts';
import { buy, cartsOf, customer, guest, signedIn, signIn, signOut } from './people.ts';

/** W2: a customer leaves. */
export const signingOut: readonly ConformanceCase[] = [
  {
    id: 'W2a',
    title: 'a shop that says nothing about the device gets the safe one: nothing of the customer stays',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana');
      laptop.device.setOnline(false);
      laptop.relevo.cart.add({ sku: 'OF-ANA' });
      await site.pass(500);
      same(await signOut(site, laptop), { unsynced: 1, outcome: 'dropped' }, 'the sign-out');
      check(!(await laptop.device.stored()).includes('OF-ANA'), 'nothing is kept');
    },
  },
  {
    id: 'W2b',
    title: 'what waits when somebody signs out is brought to the server first',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana');
      laptop.relevo.cart.add({ sku: 'LAMP' });
      laptop.relevo.preferences.set('size', 42);
      same(await signOut(site, laptop), { unsynced: 0, outcome: 'flushed' }, 'the sign-out');
      const { relevo } = await customer(site, 'ana');
      same([cartOf(relevo), relevo.preferences.get('size')], [{ LAMP: 1 }, 42], 'what the phone has');
    },
  },
  {
    id: 'W2c',
    title:
      'a server that never answers holds nobody longer than three seconds: they are signed out, and told how much was not sent',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana');
      const heard: number[] = [];
      laptop.relevo.on('signout', ({ unsynced }) => heard.push(unsynced));
      laptop.device.holdReplies();
      const change = laptop.relevo.cart.add({ sku: 'OF-ANA' });
      const result = await site.within(3_100, laptop.relevo.signOut());
      same([result, heard], [{ unsynced: 1, outcome: 'dropped' }, [1]], 'the sign-out, and its event');
      same(await site.within(100, outcomeOf(change.synced)), 'sync/abandoned', 'what the change was told');
      same([laptop.relevo.identity.current.kind, cartOf(laptop.relevo)], ['guest', {}], 'who is here, and the cart');
    },
  },
  {
    id: 'W2d',
    title:
      'a personal device holds what was not sent, shown to nobody and given to no other customer, until the same one returns',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana', {}, { device: { kind: 'personal' } });
      laptop.device.setOnline(false);
      laptop.relevo.cart.add({ sku: 'OF-ANA' });
      await site.pass(500);
      same(await signOut(site, laptop), { unsynced: 1, outcome: 'held' }, 'the sign-out');
      laptop.device.setOnline(true);
      await signIn(site, laptop, 'ben');
      await site.pass(5_000);
      check(!shownBy(laptop.relevo).includes('OF-ANA'), 'ben sees nothing of it');
      await signOut(site, laptop);
      same(cartOf((await customer(site, 'ana')).relevo), {}, "ana's cart before she returns");
      await signIn(site, laptop, 'ana');
      await site.pass(5_000);
      same(cartOf(laptop.relevo), { 'OF-ANA': 1 }, "ana's cart when she is back");
      same(await cartsOf(site, 'ana', 'ben'), [{ 'OF-ANA': 1 }, {}], 'the carts of ana and ben');
    },
  },
  {
    id: 'W2e',
    title: 'who is told to drop what was not sent sends and holds nothing of it, on a personal device too',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana', {}, { device: { kind: 'personal' } });
      laptop.device.setOnline(false);
      laptop.relevo.cart.add({ sku: 'OF-ANA' });
      await site.pass(500);
      const dropped = await site.within(4_000, laptop.relevo.signOut({ unsynced: 'drop' }));
      same(dropped, { unsynced: 1, outcome: 'dropped' }, 'the sign-out');
      check(!(await laptop.device.stored()).includes('OF-ANA'), 'nothing is held');
      laptop.device.setOnline(true);
      await signIn(site, laptop, 'ana');
      await site.pass(5_000);
      same(cartOf(laptop.relevo), {}, "ana's cart when she is back");
    },
  },
  {
    id: 'W2f',
    title: 'after sign-out there is a new guest, whose requests say nothing of the guest or customer before',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site, { LAMP: 1 });
      const ids = [laptop.relevo.identity.current.anonymousId];
      await signIn(site, laptop, 'ana');
      ids.push(laptop.relevo.identity.current.anonymousId);
      await signOut(site, laptop);
      const { anonymousId } = laptop.relevo.identity.current;
      check(!!anonymousId && !ids.includes(anonymousId), 'the guest is a new one');
      const before = laptop.device.requests.length;
      laptop.relevo.cart.add({ sku: 'MUG' });
      await site.within(2_000, laptop.relevo.flush());
      const later = laptop.device.requests.slice(before);
      check(later.length > 0, 'the new guest is synced');
      for (const id of ids) check(!later.join().includes(id), 'a request names the guest before');
      check(!later.join().includes('LAMP'), 'a request holds what the customer had');
    },
  },
  {
    id: 'W2g',
    title:
      'a page that the browser kept for its back button shows nothing of a customer who has signed out elsewhere meanwhile',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site);
      const kept = laptop.device.open();
      await site.pass(1_000);
      await signIn(site, laptop, 'ana');
      await signIn(site, kept, 'ana');
      laptop.relevo.cart.add({ sku: 'OF-ANA' });
      await site.pass(2_000);
      check(shownBy(kept.relevo).includes('OF-ANA'), 'before, it shows her cart');
      kept.freeze();
      await signOut(site, laptop);
      await site.pass(60_000);
      kept.thaw();
      kept.signal('pageshow');
      await site.pass(100);
      check(!shownBy(kept.relevo).includes('OF-ANA'), 'it shows nothing of her 100 ms later');
      kept.relevo.cart.add({ sku: 'MUG' });
      await site.pass(5_000);
      same(cartOf((await customer(site, 'ana')).relevo), { 'OF-ANA': 1 }, "ana's cart");
    },
  },
  {
    id: 'W2h',
    title: 'a tab that is killed in the middle of a sign-out comes back signed out',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana');
      laptop.device.holdReplies();
      laptop.relevo.cart.add({ sku: 'OF-ANA' });
      await site.pass(200);
      void outcomeOf(laptop.relevo.signOut());
      await site.pass(1_000);
      laptop.page.kill();
      const next = laptop.device.open().relevo;
      await site.pass(5_000);
      same(next.identity.current.kind, 'guest', 'who is here');
      check(!shownBy(next).includes('OF-ANA'), 'nothing is in view');
      check(!(await laptop.device.stored()).includes('OF-ANA'), 'nothing is kept');
    },
  },
  {
    id: 'W2i',
    title: "the shop's word decides: null signs out, undefined waits, and a failing answer is asked for again",
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      let answer: () => Promise<string | null | undefined> = () => site.token('ana');
      const device = site.device({ device: { kind: 'personal' }, getToken: () => answer() });
      let page = device.open();
      await site.pass(1_000);
      page.relevo.cart.add({ sku: 'LAMP' });
      await site.within(2_000, page.relevo.flush());
      const open = async (next: typeof answer) => {
        page.kill();
        answer = next;
        page = device.open();
        await site.pass(3_000);
        return [page.relevo.identity.current.kind, cartOf(page.relevo)];
      };
      same(await open(async () => undefined), ['customer', { LAMP: 1 }], 'the page when the shop does not know yet');
      let asks = 0;
      const failing = async () => {
        if (++asks < 3) throw new Error('the shop is down');
        return site.token('ana');
      };
      await open(failing);
      await site.pass(10_000);
      check(asks >= 3, 'the shop is asked until it answers');
      page.relevo.cart.add({ sku: 'MUG' });
      await site.within(5_000, page.relevo.flush());
      same(await open(async () => null), ['guest', {}], 'the page when the shop says that nobody is signed in');
    },
  },
  {
    id: 'W2j',
    title: "a customer's consent leaves with them: the next person on the device has agreed to nothing",
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana');
      laptop.relevo.consent.set({ personalization: 'granted' });
      laptop.relevo.browsing.view({ kind: 'product', id: 'SOFA' });
      await site.within(2_000, laptop.relevo.flush());
      await signOut(site, laptop);
      same(laptop.relevo.consent.current, { personalization: 'pending' }, "the next person's consent");
      const before = laptop.device.requests.length;
      laptop.relevo.browsing.view({ kind: 'product', id: 'RING' });
      laptop.relevo.cart.add({ sku: 'MUG' });
      await site.within(2_000, laptop.relevo.flush());
      same(laptop.relevo.status.held, { personalization: 1 }, 'what waits for consent');
      check(!laptop.device.requests.slice(before).join().includes('RING'), 'what they view is not sent');
      check(!(await laptop.device.stored()).includes('RING'), 'what they view is not kept');
      same((await customer(site, 'ana')).relevo.consent.current['personalization'], 'granted', "ana's own consent");
    },
  },
  {
    id: 'W2k',
    title: 'who wants to be asked about unsent work is told how much it is, and nothing has changed',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await signedIn(site, 'ana', { LAMP: 1 });
      laptop.device.setOnline(false);
      laptop.relevo.cart.add({ sku: 'MUG' });
      await site.pass(500);
      const refused = laptop.relevo
        .signOut({ unsynced: 'ask' })
        .catch((error: { unsynced?: number }) => error.unsynced);
      same(await site.within(5_000, refused), 1, 'what is said to be unsent');
      const { kind } = laptop.relevo.identity.current;
      same([kind, cartOf(laptop.relevo)], ['customer', { LAMP: 1, MUG: 1 }], 'who is here, and the cart');
      laptop.device.setOnline(true);
      laptop.page.signal('online');
      await site.pass(2_000);
      const left = await site.within(5_000, laptop.relevo.signOut({ unsynced: 'ask' }));
      same(left, { unsynced: 0, outcome: 'flushed' }, 'the sign-out with nothing unsent');
    },
  },
  {
    id: 'W2o',
    title:
      'a sign-out while news is on its way and another tab is writing leaves no trace of the customer, and takes nothing from them elsewhere',
    source: ['10.2'],
    async run(host) {
      // How long the other tab has been writing when the sign-out begins; below 0 it begins to write after that.
      for (const writingMs of [-2, -1, 0, 5, 60, 200]) {
        const site = await host.site();
        const phone = await customer(site, 'ana', { 'OF-ANA': 1 });
        const laptop = await guest(site);
        const other = laptop.device.open();
        await site.pass(1_000);
        for (const one of [laptop, other]) await signIn(site, one, 'ana');
        await site.pass(2_000);
        const write = () => {
          const { identity, cart } = other.relevo;
          cart.add({ sku: identity.current.kind === 'customer' ? 'WRITTEN-OF-ANA' : 'OF-THE-NEXT' });
        };
        phone.relevo.cart.add({ sku: 'NEWS-OF-ANA' });
        if (writingMs >= 0) write();
        await site.pass(Math.max(0, writingMs));
        const leaving = laptop.relevo.signOut();
        if (writingMs < -1) await site.pass(1);
        if (writingMs < 0) write();
        await site.within(4_000, leaving);
        await site.pass(10_000);
        const when = `the other tab writing for ${writingMs} ms`;
        for (const { relevo } of [laptop, other]) {
          same(relevo.identity.current.kind, 'guest', `who is here, ${when}`);
          check(!shownBy(relevo).includes('OF-ANA'), `something is in view, ${when}`);
        }
        check(!(await laptop.device.stored()).includes('OF-ANA'), `something is kept, ${when}`);
        const { 'WRITTEN-OF-ANA': written, ...left } = cartOf(phone.relevo);
        same(left, { 'OF-ANA': 1, 'NEWS-OF-ANA': 1 }, `ana's cart, ${when}`);
        if (writingMs >= 200) same(written, 1, `what was written in time, ${when}`);
      }
    },
  },
  {
    id: 'W4n',
    title: 'a purchase that is reported right before a sign-out takes what it bought',
    source: ['10.4', '10.2'],
    async run(host) {
      const site = await host.site();
      const tablet = await signedIn(site, 'ana');
      tablet.relevo.cart.add({ sku: 'LAMP', quantity: 2 });
      await site.within(2_000, tablet.relevo.flush());
      await site.pass(1_000);
      buy(tablet, 'o-1', { LAMP: 2 });
      await signOut(site, tablet);
      await site.pass(3_000);
      same(cartOf((await customer(site, 'ana')).relevo), {}, "ana's cart");
    },
  },
];
