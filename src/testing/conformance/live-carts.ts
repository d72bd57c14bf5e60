import type { ConformanceCase } from './case.ts';
import { cartOf, same } from './check.ts';
import { customer } from './people.ts';

/** C9: "I have to log out and back in on the desktop". */
export const liveCarts: readonly ConformanceCase[] = [
  {
    id: 'C9a',
    title: 'what is added, changed and removed on the phone is on the desktop within a second, and the other way round',
    source: ['vuestorefront/vue-storefront-1#419', 'shopware/shopware#535', 'magento/architecture#321'],
    async run(host) {
      const site = await host.site();
      const [phone, desktop] = [await customer(site, 'ana', { SOFA: 1 }), await customer(site, 'ana')];
      const events: string[] = [];
      desktop.relevo.on('signin', () => events.push('signin'));
      phone.relevo.cart.add({ sku: 'LAMP', quantity: 2 });
      await site.pass(1_000);
      same(cartOf(desktop.relevo), { SOFA: 1, LAMP: 2 }, 'the desktop after the phone added');
      desktop.relevo.cart.setQuantity({ sku: 'LAMP' }, 5);
      desktop.relevo.cart.remove({ sku: 'SOFA' });
      await site.pass(1_000);
      same(cartOf(phone.relevo), { LAMP: 5 }, 'the phone after the desktop changed');
      same(events, [], 'sign-ins that it took');
    },
  },
  {
    id: 'C9b',
    title: 'a desktop that slept shows what the phone did meanwhile as soon as it is looked at',
    source: ['PrestaShop/PrestaShop#19035', 'vuestorefront/vue-storefront-1#419'],
    async run(host) {
      const site = await host.site();
      const [phone, desktop] = [await customer(site, 'ana', { SOFA: 1 }), await customer(site, 'ana')];
      desktop.device.setOnline(false);
      phone.relevo.cart.add({ sku: 'LAMP' });
      await site.pass(3_600_000);
      desktop.device.setOnline(true);
      desktop.page.signal('visible');
      await site.pass(3_000);
      same(cartOf(desktop.relevo), { SOFA: 1, LAMP: 1 }, 'the desktop three seconds after it woke');
    },
  },
  {
    id: 'C9c',
    title: 'a tab shows what another tab of the same device did, offline too',
    source: ['PrestaShop/PrestaShop#19035', 'shopware/shopware#535'],
    async run(host) {
      const site = await host.site();
      const { device, relevo } = await customer(site, 'ana', { SOFA: 1 });
      const other = device.open().relevo;
      await site.pass(1_000);
      device.setOnline(false);
      relevo.cart.add({ sku: 'LAMP' });
      await site.pass(500);
      same(cartOf(other), { SOFA: 1, LAMP: 1 }, 'the other tab');
    },
  },
];
