import type { ConformanceCase } from './case.ts';
import { cartOf, parkedOf, same } from './check.ts';
import { customer, guest, signIn } from './people.ts';

/** W1: what a sign-in brings besides quantities. */
export const broughtAlong: readonly ConformanceCase[] = [
  {
    id: 'W1k',
    title: 'a line that the shop cannot sell is set aside with its reason, on every device, and not lost',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { SOFA: 1, 'SOLD-OUT': 2 });
      const laptop = await guest(site);
      laptop.relevo.cart.bind({
        write: ({ lines }) => ({
          refused: lines.filter(({ sku }) => sku === 'SOLD-OUT').map(({ key }) => ({ key, reason: 'sold out' })),
        }),
      });
      await signIn(site, laptop, 'ana');
      await site.pass(3_000);
      for (const { relevo } of [phone, laptop]) {
        same([cartOf(relevo), parkedOf(relevo)], [{ SOFA: 1 }, { 'SOLD-OUT': 2 }], 'cart, and what is set aside');
        same(relevo.cart.parked[0]?.reason, 'sold out', 'why it is set aside');
      }
    },
  },
  {
    id: 'W1l',
    title: 'recently viewed of both are one list, newest first, with the latest view of each',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const granted = { consent: { personalization: 'granted' } } as const;
      const phone = await customer(site, 'ana', {}, granted);
      const view = async (relevo: (typeof phone)['relevo'], ...ids: string[]) => {
        for (const id of ids) {
          relevo.browsing.view({ kind: 'product', id });
          await site.pass(1_000);
        }
      };
      await view(phone.relevo, 'SOFA', 'LAMP');
      const laptop = await guest(site, {}, granted);
      await view(laptop.relevo, 'MUG', 'SOFA');
      await signIn(site, laptop, 'ana');
      await site.pass(2_000);
      for (const { relevo } of [phone, laptop])
        same(
          relevo.browsing.recent().map(({ id }) => id),
          ['SOFA', 'MUG', 'LAMP'],
          'recently viewed',
        );
    },
  },
  {
    id: 'W1m',
    title: 'a preference that the customer has chosen stays; one that only the guest has chosen comes along',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      phone.relevo.preferences.set('size', 42);
      await site.pass(2_000);
      const laptop = await guest(site);
      laptop.relevo.preferences.set('size', 38);
      laptop.relevo.preferences.set('currency', 'EUR');
      await site.pass(2_000);
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop])
        same(
          [...relevo.preferences.entries()].sort(),
          [
            ['currency', 'EUR'],
            ['size', 42],
          ],
          'preferences',
        );
    },
  },
  {
    id: 'W1n',
    title: 'what either has denied stays denied after sign-in, and what it was about is gone',
    source: ['10.1'],
    async run(host) {
      for (const denies of ['customer', 'guest'] as const) {
        const site = await host.site();
        const granted = { consent: { personalization: 'granted' } } as const;
        const phone = await customer(site, 'ana', {}, granted);
        const laptop = await guest(site, {}, granted);
        for (const { relevo } of [phone, laptop]) relevo.browsing.view({ kind: 'product', id: 'SOFA' });
        await site.pass(2_000);
        (denies === 'guest' ? laptop : phone).relevo.consent.set({ personalization: 'denied' });
        await site.pass(2_000);
        await signIn(site, laptop, 'ana');
        await site.pass(3_000);
        for (const { relevo } of [phone, laptop]) {
          same(relevo.consent.current['personalization'], 'denied', `the consent that the ${denies} denied`);
          same(relevo.browsing.recent(), [], `recently viewed when the ${denies} denied`);
        }
      }
    },
  },
  {
    id: 'W1x',
    title: 'what somebody viewed before they had agreed to anything stays out of an account that had agreed',
    source: ['10.1'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', {}, { consent: { personalization: 'granted' } });
      phone.relevo.browsing.view({ kind: 'product', id: 'SOFA' });
      await site.pass(2_000);
      const laptop = await guest(site);
      laptop.relevo.browsing.view({ kind: 'product', id: 'LAMP' });
      await signIn(site, laptop, 'ana');
      await site.pass(2_000);
      laptop.relevo.browsing.view({ kind: 'product', id: 'MUG' });
      await site.pass(2_000);
      for (const { relevo } of [phone, laptop])
        same(
          relevo.browsing.recent().map(({ id }) => id),
          ['MUG', 'SOFA'],
          'recently viewed',
        );
    },
  },
];
