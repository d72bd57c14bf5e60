import type { ConformanceCase } from './case.ts';
import { cartOf, check, outcomeOf, same } from './check.ts';
import { customer, guest, signedIn, signIn, signOut } from './people.ts';

/** W1: a guest becomes a customer, and two carts one. */
export const signingIn: readonly ConformanceCase[] = [
  {
    id: 'W1a',
    title: 'a token that the server does not take leaves the guest as they were, and what they do goes on being synced',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const { relevo, device } = await guest(site, { LAMP: 2 });
      const { anonymousId } = relevo.identity.current;
      const expired = relevo.signIn(await site.token('ana', -120_000));
      same(await site.within(5_000, outcomeOf(expired)), 'auth/expired', 'what became of the sign-in');
      same(relevo.identity.current, { ...relevo.identity.current, kind: 'guest', anonymousId }, 'who is here');
      const change = relevo.cart.add({ sku: 'MUG' });
      same(await site.within(60_000, outcomeOf(change.synced)), 'done', 'what became of the next change');
      device.setOnline(false);
      const offline = relevo.signIn(await site.token('ana'));
      same(await site.within(20_000, outcomeOf(offline)), 'network/offline', 'a sign-in offline');
      same([relevo.identity.current.kind, cartOf(relevo)], ['guest', { LAMP: 2, MUG: 1 }], 'who is here, and the cart');
    },
  },
  {
    id: 'W1b',
    title: "knowing a guest's id is not enough to take their cart: without their secret it stays theirs",
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site, { LAMP: 2 });
      const last = JSON.parse(laptop.device.requests.at(-1) ?? '{}');
      const claim = {
        guest: laptop.relevo.identity.current.anonymousId,
        secret: 's'.repeat(43),
        r: 'replica-of-ben',
        ops: [],
      };
      const { site: key, sdk, channel, v } = last;
      const body = {
        v,
        site: key,
        sdk,
        channel,
        device: 'device-of-ben',
        r: 'replica-of-ben-2',
        cur: null,
        low: 0,
        ops: [],
      };
      const refused = await site.post({ ...body, auth: { token: await site.token('ben') }, claim });
      same(refused.code, 'auth/guest-secret', 'what the claim is answered with');
      same(cartOf((await customer(site, 'ben')).relevo), {}, "ben's cart");
      const { receipt } = await signIn(site, laptop, 'ana');
      same([receipt?.added.length, cartOf(laptop.relevo)], [1, { LAMP: 2 }], "the guest's own sign-in");
    },
  },
  {
    id: 'W1c',
    title: "a guest whom a customer has taken is nobody else's: the other is signed in, without that cart",
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const laptop = await guest(site, { LAMP: 2 });
      const copy = await laptop.device.copy();
      await signIn(site, laptop, 'ana');
      copy.setOnline(false);
      const page = copy.open();
      await site.pass(500);
      same(cartOf(page.relevo), { LAMP: 2 }, 'what the copy shows before it asks');
      copy.setOnline(true);
      const { receipt } = await signIn(site, page, 'ben');
      same([receipt, page.relevo.identity.current.customerId], [null, 'ben'], 'receipt, and who is here');
      same(cartOf(page.relevo), {}, "ben's cart");
      same(cartOf((await customer(site, 'ana')).relevo), { LAMP: 2 }, "ana's cart");
    },
  },
  {
    id: 'W1d',
    title: 'what a customer had on a device is never the guest cart of the one who signs in next there',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const tablet = await signedIn(site, 'ana', {}, { device: { kind: 'personal' } });
      tablet.relevo.cart.add({ sku: 'OF-ANA' });
      await site.within(2_000, tablet.relevo.flush());
      tablet.device.setOnline(false);
      tablet.relevo.cart.add({ sku: 'LATE-OF-ANA' });
      await site.pass(500);
      await signOut(site, tablet);
      tablet.device.setOnline(true);
      tablet.relevo.cart.add({ sku: 'MUG' });
      const { receipt } = await signIn(site, tablet, 'ben');
      same(receipt?.added.length, 1, 'lines that the receipt names');
      same(cartOf(tablet.relevo), { MUG: 1 }, "ben's cart");
    },
  },
  {
    id: 'W1e',
    title: 'what a tab was just doing as a guest while another tab signed in is in the cart of the customer',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const { device, page, relevo } = await guest(site, { LAMP: 1 }, { device: { kind: 'personal' } });
      const other = device.open();
      await site.pass(1_000);
      other.relevo.cart.add({ sku: 'MUG', quantity: 2 });
      other.freeze();
      await signIn(site, { relevo }, 'ana');
      other.thaw();
      other.relevo.cart.add({ sku: 'RING' });
      other.signal('visible');
      page.signal('visible');
      await site.pass(60_000);
      const phone = await customer(site, 'ana');
      same(cartOf(phone.relevo), { LAMP: 1, MUG: 2, RING: 1 }, 'the cart on the phone');
    },
  },
  {
    id: 'W1f',
    title: 'two copies of one guest that sign in as the same customer count once, with one receipt',
    source: ['10.1'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { LAMP: 1 });
      const laptop = await guest(site, { LAMP: 2 });
      const copy = (await laptop.device.copy()).open();
      await site.pass(1_000);
      const receipts = [await signIn(site, laptop, 'ana'), await signIn(site, copy, 'ana')].map(
        ({ receipt }) => receipt?.id,
      );
      check(receipts[0] !== undefined && receipts[0] === receipts[1], 'both have the same receipt');
      await site.pass(2_000);
      for (const { relevo } of [phone, laptop, copy]) same(cartOf(relevo), { LAMP: 3 }, 'the cart');
    },
  },
  {
    id: 'W1g',
    title: "the site chooses what becomes of a line that both have: the larger, the sum, the guest's or the customer's",
    source: ['10.1'],
    async run(host) {
      const rules = [
        ['lineage', { LESS: 3, MORE: 5, THEIRS: 2, MINE: 1 }],
        ['max', { LESS: 3, MORE: 5, THEIRS: 2, MINE: 1 }],
        ['sum', { LESS: 4, MORE: 7, THEIRS: 2, MINE: 1 }],
        ['guest', { LESS: 3, MORE: 2, MINE: 1 }],
        ['customer', { LESS: 1, MORE: 5, THEIRS: 2 }],
      ] as const;
      for (const [policy, expected] of rules) {
        const site = await host.site({ merge: { cart: policy } });
        const phone = await customer(site, 'ana', { LESS: 1, MORE: 5, THEIRS: 2 });
        const laptop = await signedIn(site, 'ana', { LESS: 3, MORE: 2, MINE: 1 });
        await site.pass(1_000);
        for (const { relevo } of [phone, laptop]) same(cartOf(relevo), expected, `the cart by the rule ${policy}`);
      }
    },
  },
  {
    id: 'W1h',
    title: 'one lamp as a customer and one as a guest is one lamp, and the receipt says that it was there already',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const laptop = await customer(site, 'ana', { LAMP: 1 });
      const phone = await guest(site, { LAMP: 1 });
      const { receipt } = await signIn(site, phone, 'ana');
      const key = phone.relevo.cart.find({ sku: 'LAMP' })?.key;
      same([receipt?.kept, receipt?.added, receipt?.raised], [[key], [], []], 'kept, added and raised of the receipt');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { LAMP: 1 }, 'the cart');
    },
  },
  {
    id: 'W1i',
    title: 'signing in and out ten times leaves the cart as it was, whatever kind of device it is',
    source: ['10.1'],
    async run(host) {
      for (const kind of ['shared', 'personal'] as const) {
        const site = await host.site({ merge: { cart: 'sum' } });
        await customer(site, 'ana', { LAMP: 3, SOFA: 1 });
        const laptop = await guest(site, {}, { device: { kind } });
        for (let round = 1; round <= 10; round++) {
          await signIn(site, laptop, 'ana');
          same(cartOf(laptop.relevo), { LAMP: 3, SOFA: 1 }, `the cart after sign-in ${round}, ${kind}`);
          await signOut(site, laptop);
          same(cartOf(laptop.relevo), {}, `the cart after sign-out ${round}, ${kind}`);
        }
      }
    },
  },
  {
    id: 'W1j',
    title: 'the receipt names what came, what rose from how many to how many, and what stayed',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      await customer(site, 'ana', { LESS: 1, MORE: 5, THEIRS: 2 });
      const laptop = await guest(site, { LESS: 3, MORE: 2, MINE: 1 });
      let told: unknown;
      laptop.relevo.on('merge', ({ receipt }) => {
        told = receipt;
      });
      const { receipt } = await signIn(site, laptop, 'ana');
      const key = (sku: string) => laptop.relevo.cart.find({ sku })?.key;
      same(
        [receipt?.added, receipt?.raised, receipt?.kept],
        [[key('MINE')], [[key('LESS'), 1, 3]], [key('MORE')]],
        'added, raised and kept of the receipt',
      );
      same(told, receipt, 'what the merge event told');
    },
  },
];
