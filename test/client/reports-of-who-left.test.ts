import { expect, test } from 'vitest';
import { answersAfter } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

/** A device whose store answers each question after so many ms. */
const slowDevice = async (kind: 'shared' | 'personal', ms = 200) => {
  const made = world();
  const own = made.device({ device: { kind } });
  answersAfter(made, own.device, ms);
  const { relevo } = own.device.open();
  await made.clock.pass(2_000);
  await within(made, 5_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(2_000);
  const cartAt = async (customer: string) => {
    const other = made.device().device.open().relevo;
    await within(made, 2_000, other.signIn(made.token(customer)));
    const cart = cartOf(other);
    await other.stop();
    return cart;
  };
  return { made, ...own, relevo, cartAt };
};

const add = (sku: string) => ({ type: 'add', items: [{ sku, quantity: 2 }] }) as const;

test.each([
  ['shared', 'sign-out'],
  ['personal', 'sign-out'],
  ['shared', 'switch'],
  ['personal', 'switch'],
] as const)('on a %s device what the shop reported is not the next one’s after a %s', async (kind, how) => {
  const { made, relevo, cartAt } = await slowDevice(kind);
  relevo.capture(add('OF-ANA'));
  await made.clock.pass(100);
  const counted: number[] = [];
  relevo.on('signout', ({ unsynced }) => counted.push(unsynced));
  if (how === 'sign-out') void relevo.signOut();
  await within(made, 20_000, relevo.signIn(made.token('ben')));
  await made.clock.pass(5_000);
  // It was on its way into her cart, and she hears that it did not come there.
  expect(counted).toEqual([1]);
  expect(cartOf(relevo)).toEqual({});
  expect(await cartAt('ben')).toEqual({});
  await within(made, 2_000, relevo.stop());
});

test('a whole cart that the shop reported of who left is not the next one’s, and the shop is asked to empty it', async () => {
  const { made, relevo, cartAt } = await slowDevice('shared');
  const asked: unknown[] = [];
  relevo.cart.bind({ write: ({ removed }) => void asked.push(...removed.map(({ sku }) => sku)) });
  await made.clock.pass(3_000);
  relevo.capture({ type: 'cart', items: [{ sku: 'OF-ANA', quantity: 2 }] });
  await made.clock.pass(100);
  void relevo.signOut();
  await made.clock.pass(10_000);
  expect(cartOf(relevo)).toEqual({});
  expect(asked).toEqual(['OF-ANA']);
  await within(made, 20_000, relevo.signIn(made.token('ben')));
  expect(await cartAt('ben')).toEqual({});
  await within(made, 2_000, relevo.stop());
});

test.each(['sign-out', 'switch'] as const)('what was bought right before a %s is bought', async (how) => {
  const { made, relevo, cartAt } = await slowDevice('shared');
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await made.clock.pass(3_000);
  expect(await cartAt('ana')).toEqual({ LAMP: 2 });
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 2 }] });
  const leaving: Promise<unknown> = how === 'sign-out' ? relevo.signOut() : relevo.signIn(made.token('ben'));
  await within(made, 20_000, leaving);
  expect(await cartAt('ana')).toEqual({});
  await within(made, 2_000, relevo.stop());
});

test('what a guest bought right before they signed in is bought, once', async () => {
  const { made, device } = await slowDevice('personal');
  const { relevo } = device.open();
  await made.clock.pass(2_000);
  await within(made, 9_000, relevo.signOut());
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const entering = relevo.signIn(made.token('ana'));
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'LAMP', quantity: 2 }] });
  await within(made, 5_000, entering);
  await made.clock.pass(5_000);
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(5_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  await relevo.stop();
});
