import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

/** A page that hears from its store 20 ms after the commit, and is between the two; another device of the same customer. */
const betweenCommitAndCall = async (isBroken = () => false) => {
  const made = world();
  const { clock } = made;
  const getToken = () => made.token('ana');
  const { device } = made.device({ getToken });
  let isGone = false;
  device.setOpen(async () => ({
    ...device.disk,
    durable: true,
    async write(body, options) {
      const result = await device.disk.write(body, options);
      const isOfFirst = !isGone;
      await new Promise<void>((done) => void clock.timer(20, done));
      return isOfFirst && isGone ? new Promise<never>(() => {}) : result;
    },
  }));
  const page = device.open();
  const phone = made.device({ getToken }).device.open().relevo;
  await clock.pass(2_000);
  const asked: string[] = [];
  const shop = {
    write({ added, changed }: ShopWrite) {
      if (isBroken()) throw new Error('the shop has gone already');
      for (const { sku, quantity } of [...added, ...changed]) asked.push(`${quantity} ${sku}`);
    },
  };
  page.relevo.cart.bind(shop);
  await clock.pass(1_000);
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  for (let ms = 0; ms < 1_000 && !/"agreed":\{"/.test(await textOf(device)); ms++) await clock.pass(1);
  expect(asked).toEqual([]);
  const leave = () => {
    page.signal('pagehide');
    isGone = true;
    page.kill();
  };
  return { clock, device, page, phone, shop, asked, leave };
};

test('a page that is left between what is agreed and its call hands the shop the line, once', async () => {
  const { clock, device, phone, shop, asked, leave } = await betweenCommitAndCall();
  leave();
  const next = device.open().relevo;
  next.cart.bind(shop);
  await clock.pass(5_000);
  expect(asked).toEqual(['2 SOFA']);
  expect(cartOf(next)).toEqual({ SOFA: 2 });
  await Promise.all([next.stop(), phone.stop()]);
});

test('one that comes back from the history hands it no second time', async () => {
  const { clock, page, phone, asked } = await betweenCommitAndCall();
  page.signal('pagehide');
  expect(asked).toEqual(['2 SOFA']);
  page.signal('pageshow');
  await clock.pass(5_000);
  phone.cart.add({ sku: 'LAMP' });
  await clock.pass(5_000);
  page.signal('pagehide');
  expect(asked).toEqual(['2 SOFA', '1 LAMP']);
  await Promise.all([page.relevo.stop(), phone.stop()]);
});

test('a shop that throws while its page is left throws nothing into it, and is asked again when the page lives on', async () => {
  let isBroken = true;
  const { clock, page, phone, asked } = await betweenCommitAndCall(() => isBroken);
  const errors: string[] = [];
  page.relevo.on('error', ({ code }) => errors.push(code));
  expect(() => page.signal('pagehide')).not.toThrow();
  page.signal('pageshow');
  isBroken = false;
  await clock.pass(5_000);
  expect(errors).toEqual(['cart/write-failed']);
  phone.cart.add({ sku: 'LAMP' });
  await clock.pass(5_000);
  expect(asked).toEqual(['2 SOFA', '1 LAMP']);
  await Promise.all([page.relevo.stop(), phone.stop()]);
});

test('a page signs out while the shop is not there: what the shop had then is not taken out when it is bound again', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  for (const sku of ['A', 'B']) relevo.capture({ type: 'add', items: [{ sku, quantity: 1 }] });
  await made.clock.pass(1_000);
  await within(made, 4_000, relevo.signOut());
  const given: ShopWrite[] = [];
  relevo.cart.bind({ write: (change) => void given.push(change) });
  await made.clock.pass(1_000);
  expect(given.flatMap(({ removed }) => removed.map(({ sku }) => sku))).not.toContain('A');
  await relevo.stop();
});
