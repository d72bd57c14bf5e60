import type { ConformanceCase } from './case.ts';
import { cartOf, check, same, shownBy } from './check.ts';
import { cartsOf, customer, guest, signIn } from './people.ts';

/** W2: devices that are in other hands. */
export const inOtherHands: readonly ConformanceCase[] = [
  {
    id: 'W2m',
    title:
      'whoever leaves a kiosk without a word is signed out after a countdown, guest or customer; nothing of them is kept there, shown or given to the next one',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const kiosk = await guest(site, { 'OF-A-GUEST': 1 }, { device: { kind: 'kiosk', idleMs: 60_000 } });
      const heard: (number | null)[] = [];
      kiosk.relevo.on('idle', ({ endsInMs }) => heard.push(endsInMs));
      await site.pass(55_000);
      check((heard[0] ?? 0) > 5_000, 'the last seconds are counted down');
      kiosk.page.act();
      same(heard.at(-1), null, 'what is said when somebody is there again');
      await site.pass(45_000);
      same(cartOf(kiosk.relevo), { 'OF-A-GUEST': 1 }, 'the cart of somebody who is there');
      await site.pass(20_000);
      same([heard.at(-1), cartOf(kiosk.relevo)], [0, {}], 'the end of the countdown, and the cart');
      await signIn(site, kiosk, 'ana');
      kiosk.relevo.cart.add({ sku: 'OF-ANA' });
      kiosk.relevo.browsing.view({ kind: 'product', id: 'SEEN-BY-ANA' });
      await site.within(2_000, kiosk.relevo.flush());
      const kept = await kiosk.device.stored();
      check(!/OF-ANA|OF-A-GUEST|SEEN-BY-ANA/.test(kept), 'something is kept outside the page');
      await site.pass(65_000);
      same(kiosk.relevo.identity.current.kind, 'guest', 'who is here');
      check(!shownBy(kiosk.relevo).includes('OF-ANA'), 'something of her is in view');
      await signIn(site, kiosk, 'ben');
      await site.pass(2_000);
      same(await cartsOf(site, 'ana', 'ben'), [{ 'OF-ANA': 1 }, {}], 'the carts of ana and ben');
    },
  },
  {
    id: 'W2n',
    title:
      'a device that its customer has taken back forgets all of them when it is next online, whatever token it has, and nothing of what it had not sent is taken',
    source: ['10.2'],
    async run(host) {
      const site = await host.site();
      const laptop = await customer(site, 'ana', { 'OF-ANA': 1 });
      const tablet = await customer(site, 'ana', {}, { device: { kind: 'personal' } });
      await site.pass(2_000);
      check(shownBy(tablet.relevo).includes('OF-ANA'), 'before, it shows her cart');
      tablet.device.setOnline(false);
      tablet.relevo.cart.add({ sku: 'UNSENT-OF-ANA' });
      await site.pass(500);
      const devices = await site.within(2_000, laptop.relevo.devices.list());
      same(devices.map(({ isThis }) => isThis).sort(), [false, true], 'her devices');
      const { id = '' } = devices.find(({ isThis }) => !isThis) ?? {};
      same(id, tablet.relevo.identity.current.deviceId, 'the other one');
      tablet.page.kill();
      await site.within(2_000, laptop.relevo.devices.revoke(id));
      await site.pass(60_000);
      // The shop's session goes on: the page that is opened now gets a token of this moment.
      tablet.device.setOnline(true);
      const { relevo } = tablet.device.open();
      const heard: number[] = [];
      relevo.on('revoked', ({ unsynced }) => heard.push(unsynced));
      await site.pass(5_000);
      same([relevo.identity.current.kind, heard], ['guest', [1]], 'who is there, and what the page was told');
      check(!shownBy(relevo).includes('OF-ANA'), 'nothing of her is in view');
      check(!(await tablet.device.stored()).includes('OF-ANA'), 'nothing of her is kept');
      await site.pass(5_000);
      same(cartOf(laptop.relevo), { 'OF-ANA': 1 }, 'her cart elsewhere');
      await signIn(site, { relevo }, 'ana');
      await site.pass(2_000);
      same(cartOf(relevo), { 'OF-ANA': 1 }, 'the tablet after she has signed in there again');
    },
  },
];
