import type { ConformanceCase } from './case.ts';
import { cartOf, check, outcomeOf, same } from './check.ts';
import { customer, guest, signIn } from './people.ts';

/** C1: one article becomes two lines, or more of it than anybody wanted. */
export const doubledLines: readonly ConformanceCase[] = [
  {
    id: 'C1a',
    title:
      'an article with the same options is one line after sign-in, in whatever order and with whatever blanks its options were written',
    source: [
      'magento/magento2#21375',
      'magento/magento2#22436',
      'OpenMage/magento-lts#928',
      'unchainedshop/unchained#478',
    ],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      phone.relevo.cart.add({ sku: 'SHIRT', properties: { colour: 'red', size: 'm' } });
      const laptop = await guest(site);
      laptop.relevo.cart.add({ sku: 'SHIRT', properties: { size: 'm', note: null, colour: 'red' } });
      await signIn(site, laptop, 'ana');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SHIRT: 1 }, 'the cart');
    },
  },
  {
    id: 'C1b',
    title: 'a sign-in whose answer is lost, and that is tried again, adds the guest cart once',
    source: ['10.1'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { LAMP: 1 });
      const laptop = await guest(site, { LAMP: 2 });
      laptop.device.setReplies(true);
      const first = site.within(30_000, outcomeOf(laptop.relevo.signIn(await site.token('ana'))));
      same(await first, 'network/offline', 'the sign-in without an answer');
      laptop.device.setReplies(false);
      const { receipt } = await signIn(site, laptop, 'ana');
      const key = laptop.relevo.cart.find({ sku: 'LAMP' })?.key;
      same(receipt?.raised, [[key, 1, 3]], 'what the receipt of the one merge says');
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { LAMP: 3 }, 'the cart');
    },
  },
  {
    id: 'C1c',
    title: 'a merge never makes more of a line than its maximum, and says where it stopped',
    source: ['magento/magento2#28517'],
    async run(host) {
      const site = await host.site({ merge: { cart: 'sum' } });
      const phone = await customer(site, 'ana', { SCREW: 600 });
      const laptop = await guest(site, { SCREW: 600 });
      const { receipt } = await signIn(site, laptop, 'ana');
      const key = laptop.relevo.cart.find({ sku: 'SCREW' })?.key;
      same(receipt?.clamped, [[key, 1200, 999]], 'what the receipt says of the maximum');
      laptop.relevo.cart.setQuantity({ sku: 'SCREW' }, 998);
      await site.pass(1_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { SCREW: 998 }, 'the cart, with one taken out');
    },
  },
  {
    id: 'C1d',
    title: "what comes from another device and is put into the shop's own cart does not come back as more of it",
    source: ['docs/API.md#the-shops-own-cart'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana', { LAMP: 2 });
      const { page, relevo } = await customer(site, 'ana');
      // The shop's own code reports each line that it puts into its cart, as it does when a person clicks.
      relevo.cart.bind({
        write: ({ added }) => {
          for (const { sku, quantity } of added) relevo.capture({ type: 'add', items: [{ sku, quantity }] });
        },
      });
      await site.pass(2_000);
      page.signal('visible');
      await site.pass(2_000);
      for (const one of [phone.relevo, relevo]) same(cartOf(one), { LAMP: 2 }, 'the cart');
    },
  },
  {
    id: 'C1e',
    title: 'an add whose answer is lost, and that is sent again, counts once',
    source: ['10.0'],
    async run(host) {
      const site = await host.site();
      const phone = await customer(site, 'ana');
      const laptop = await customer(site, 'ana');
      laptop.device.setReplies(true);
      laptop.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(5_000);
      check(laptop.relevo.status.pending > 0, 'the laptop has no answer yet');
      laptop.device.setReplies(false);
      await site.pass(60_000);
      for (const { relevo } of [phone, laptop]) same(cartOf(relevo), { LAMP: 1 }, 'the cart');
    },
  },
];
