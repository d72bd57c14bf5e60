import type { ConformanceCase } from './case.ts';
import { same } from './check.ts';
import { customer, guest, signIn } from './people.ts';

const collections = { wishes: { kind: 'flag' } } as const;

/** C10: wishes kept as a site's own collection of flags. Named lists wait for `lists`. */
export const wishes: readonly ConformanceCase[] = [
  {
    id: 'C10a',
    title: "a guest can wish, and at sign-in the guest's wishes join those of the customer, none of which goes",
    source: ['vtex-apps/store-discussion#361', 'verbb/wishlist#75', 'vuestorefront/vue-storefront#3362'],
    async run(host) {
      const site = await host.site({ collections });
      const phone = await customer(site, 'ana', {}, { collections });
      for (const sku of ['SOFA', 'LAMP']) phone.relevo.collection('wishes').set(sku, true);
      await site.pass(1_000);
      const laptop = await guest(site, {}, { collections });
      for (const sku of ['LAMP', 'RING']) laptop.relevo.collection('wishes').set(sku, true);
      await site.pass(1_000);
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop])
        same(
          relevo
            .collection('wishes')
            .entries()
            .map(([sku]) => sku)
            .sort(),
          ['LAMP', 'RING', 'SOFA'],
          'the wishes',
        );
    },
  },
  {
    id: 'C10b',
    title: 'who registers keeps the wishes that they had as a guest, and what they took back stays taken back',
    source: ['verbb/wishlist#48', 'verbb/wishlist#73'],
    async run(host) {
      const site = await host.site({ collections });
      const laptop = await guest(site, {}, { collections });
      for (const sku of ['SOFA', 'RING']) laptop.relevo.collection('wishes').set(sku, true);
      await site.pass(1_000);
      laptop.relevo.collection('wishes').set('SOFA', false);
      await signIn(site, laptop, 'new-customer');
      const phone = await customer(site, 'new-customer', {}, { collections });
      for (const { relevo } of [laptop, phone])
        same(
          relevo
            .collection('wishes')
            .entries()
            .map(([sku]) => sku),
          ['RING'],
          'the wishes',
        );
    },
  },
];
