import { expect, test } from 'vitest';
import { slowStore } from './slow-store.ts';
import { cartOf, within, world } from './world.ts';

/**
 * Ben's page stands still while Ana signs in in a tab beside it that has no store. When it goes on it has the marker's word
 * alone, and its own store is slow.
 */
const switched = async (bens: readonly string[]) => {
  const made = world();
  const { device } = made.device({ device: { kind: 'personal' } });
  const by = slowStore(device, made);
  const page = device.open();
  const { relevo } = page;
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ben')));
  for (const sku of bens) relevo.cart.add({ sku });
  await made.clock.pass(1_000);
  device.setOpen(async () => {
    throw new Error('denied');
  });
  const apart = device.open().relevo;
  await made.clock.pass(2_000);
  page.freeze();
  await within(made, 4_000, apart.signIn(made.token('ana')));
  const seen = new Set<string>();
  relevo.cart.subscribe(() => {
    if (relevo.identity.current.customerId !== 'ben') for (const { sku } of relevo.cart.lines) seen.add(sku);
  });
  by.beginMs = 500;
  page.thaw();
  await made.clock.pass(100);
  expect([relevo.identity.current.customerId, cartOf(relevo)]).toEqual(['ana', {}]);
  return { made, relevo, apart, by, seen };
};

test('what a page asks for while its slow store hears that another tab signed somebody in is not asked with the token of who was here', async () => {
  const { made, relevo, apart, by, seen } = await switched(['SOFA']);
  relevo.cart.add({ sku: 'RUG' });
  relevo.flush().catch(() => {});
  await made.clock.pass(3_000);
  by.beginMs = 0;
  await made.clock.pass(10_000);
  expect([relevo.identity.current.customerId, cartOf(relevo), [...seen]]).toEqual(['ana', { RUG: 1 }, ['RUG']]);
  const ben = made.device({ getToken: () => made.token('ben') }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(ben)).toEqual({ SOFA: 1 });
  for (const page of [apart, relevo, ben]) await page.stop();
});

test('what another device of who was here adds meanwhile is not pushed into the view of who came', async () => {
  const { made, relevo, apart, by, seen } = await switched([]);
  const other = made.device({ getToken: () => made.token('ben') }).device.open().relevo;
  await made.clock.pass(100);
  other.cart.add({ sku: 'LAMP' });
  await made.clock.pass(3_000);
  by.beginMs = 0;
  await made.clock.pass(10_000);
  expect([relevo.identity.current.customerId, cartOf(relevo), [...seen]]).toEqual(['ana', {}, []]);
  for (const page of [apart, relevo, other]) await page.stop();
});
