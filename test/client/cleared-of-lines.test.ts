import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

// A store is emptied, and begun anew by a page that knew nothing of what an open one shows still.

type Act = (relevo: ReturnType<ReturnType<ReturnType<typeof world>['device']>['device']['open']>['relevo']) => unknown;

const emptiedUnderOne = async (isSent: boolean, before?: Act) => {
  const made = world();
  const { device, line } = made.device();
  const one = device.open();
  await made.clock.pass(100);
  line.setOnline(isSent);
  const first = one.relevo.cart.add({ sku: 'SOFA', quantity: 3, properties: { colour: 'blue' }, seller: 'ACME' });
  await within(made, 1_000, isSent ? first.synced : first.saved);
  line.setOnline(false);
  before?.(one.relevo);
  await made.clock.pass(100);
  await device.disk.write(async (tx) => tx.deleteAll([]));
  const { relevo } = device.open();
  await made.clock.pass(100);
  return { made, line, one, relevo };
};

const named = { sku: 'SOFA', properties: { colour: 'blue' }, seller: 'ACME' };
const more: Act = ({ cart }) => cart.add(named);
const exactly: Act = ({ cart }) => cart.setQuantity(named, 5);

test.each([
  ['more of a line', more, 1],
  ['another quantity of a line', exactly, 5],
] as const)('%s names its article to another page', async (_, act, quantity) => {
  const { made, line, one, relevo } = await emptiedUnderOne(true);
  act(one.relevo);
  await made.clock.pass(100);
  expect(relevo.cart.lines).toMatchObject([{ ...named, quantity }]);
  line.setOnline(true);
  await made.clock.pass(70_000);
  const all = quantity === 1 ? 4 : 5;
  expect([cartOf(relevo), cartOf(one.relevo)]).toEqual([{ SOFA: all }, { SOFA: all }]);
  await Promise.all([one.relevo.stop(), relevo.stop()]);
});

test.each([
  ['more of a line', more],
  ['another quantity of a line', exactly],
] as const)('%s by a page that ends there and then names its article to the server', async (_, act) => {
  const { made, line, one, relevo } = await emptiedUnderOne(false);
  act(one.relevo);
  one.signal('pagehide');
  one.kill();
  await made.clock.pass(100);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect(relevo.cart.lines).toMatchObject([named]);
  await relevo.stop();
});

test.each([
  ['more of a line', more],
  ['another quantity of a line', exactly],
] as const)('%s that went with the store is stored once more with its article', async (_, act) => {
  const { made, one, relevo } = await emptiedUnderOne(true, act);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(100);
  const lines = expect.arrayContaining([expect.objectContaining(named), expect.objectContaining({ sku: 'LAMP' })]);
  expect([one.relevo.cart.lines, relevo.cart.lines]).toEqual([lines, lines]);
  await Promise.all([one.relevo.stop(), relevo.stop()]);
});
