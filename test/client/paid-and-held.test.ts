import { expect, test } from 'vitest';
import { shopOf } from './checkout-world.ts';
import { cartAt, signedIn, signIn, signOut } from './kept-lines.ts';
import { hangingWorld, heldChairs } from './waiting-merges.ts';
import { cartOf, within } from './world.ts';

/**
 * Ana has three lamps and a vase. Her device holds three chairs for her, and that she wants two lamps, since a sign-out
 * without a network; the guest's cart, which stayed in view, is about to be paid.
 */
const begun = async () => {
  const { made, hang, relevo, line } = await heldChairs((cart) => cart.setQuantity({ sku: 'LAMP' }, 2));
  await made.clock.pass(1_000);
  const { id } = await within(made, 5_000, relevo.checkout.begin());
  hang(true);
  const mergeIsDone = async () => {
    hang(false);
    await made.clock.pass(400_000);
  };
  return { made, relevo, line, mergeIsDone, order: { orderId: 'ORDER', checkoutId: id } };
};

type Begun = Awaited<ReturnType<typeof begun>>;

test.each([
  ['browse', undefined, {}],
  ['checkout', undefined, {}],
  ['browse', [{ sku: 'CHAIR', quantity: 3 }], { LAMP: 2, VASE: 1 }],
  ['checkout', [{ sku: 'CHAIR', quantity: 3 }], { LAMP: 2, VASE: 1 }],
  ['browse', [{ sku: 'LAMP', quantity: 2 }], { CHAIR: 3, VASE: 1 }],
  ['checkout', [{ sku: 'LAMP', quantity: 2 }], { CHAIR: 3, VASE: 1 }],
] as const)(
  'what their device held of a line that is paid for whole is not in the cart again after the merge: %s, %j',
  async (during, lines, left) => {
    const { made, relevo, mergeIsDone, order } = await begun();
    await within(made, 5_000, relevo.signIn(made.token('ana'), { during }));
    await within(made, 5_000, relevo.checkout.complete({ ...order, ...(lines ? { lines } : {}) }));
    expect(cartOf(relevo)).toEqual(left);
    await mergeIsDone();
    expect([cartOf(relevo), await cartAt(made, 'ana'), relevo.status.pending]).toEqual([left, left, 0]);
  },
);

test('it is not either when the shop says that it was paid while they are away, and they are back before the merge', async () => {
  const { made, relevo, mergeIsDone, order } = await begun();
  await signIn(made, relevo, 'ana');
  await signOut(made, relevo);
  await within(made, 20_000, shopOf(made)(order));
  await signIn(made, relevo, 'ana');
  await mergeIsDone();
  expect([cartOf(relevo), await cartAt(made, 'ana'), relevo.status.pending]).toEqual([{}, {}, 0]);
});

test('what another device has put into the cart since the sign-in stays', async () => {
  const { made, hang } = hangingWorld(false);
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  await made.clock.pass(1_000);
  const { id } = await within(made, 5_000, relevo.checkout.begin());
  hang(true);
  await signIn(made, relevo, 'ana');
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  home.cart.add({ sku: 'LAMP' });
  await made.clock.pass(2_000);
  const lines = [{ sku: 'LAMP', quantity: 3 }];
  await within(made, 5_000, relevo.checkout.complete({ orderId: 'ORDER', checkoutId: id, lines }));
  expect(cartOf(relevo)).toEqual({ LAMP: 1, VASE: 1 });
  hang(false);
  await made.clock.pass(400_000);
  expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ LAMP: 1, VASE: 1 }));
});

test('what another device has put into the cart since stays', async () => {
  const { made, relevo, mergeIsDone, order } = await begun();
  await signIn(made, relevo, 'ana');
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  for (const sku of ['CHAIR', 'LAMP']) home.cart.add({ sku });
  await made.clock.pass(2_000);
  await within(made, 5_000, relevo.checkout.complete(order));
  await mergeIsDone();
  expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ CHAIR: 1, LAMP: 1 }));
});

/** Ana's sign-in has no answer; then the shop reports the order. */
const paidInVain = async ({ made, relevo, line, order }: Pick<Begun, 'made' | 'relevo' | 'line' | 'order'>) => {
  line.setFaults({ replyLost: 1 });
  const entering = relevo.signIn(made.token('ana')).catch(() => {});
  await within(made, 9_000, entering);
  line.setFaults({});
  await within(made, 20_000, shopOf(made)(order));
};

test('nor when it was paid for after a sign-in without an answer', async () => {
  const { made, relevo, line, mergeIsDone, order } = await begun();
  await paidInVain({ made, relevo, line, order });
  await signIn(made, relevo, 'ana');
  expect(cartOf(relevo)).toEqual({});
  await mergeIsDone();
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual([{}, {}]);
  await relevo.stop();
});

test.each([2, 3])('what others added counts on top when %i of the three of a copy are paid for', async (quantity) => {
  const { made, hang } = hangingWorld(false);
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  await made.clock.pass(1_000);
  const { id } = await within(made, 5_000, relevo.checkout.begin());
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await made.clock.pass(1_000);
  hang(true);
  await signIn(made, relevo, 'ana');
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  home.cart.add({ sku: 'LAMP' });
  await made.clock.pass(2_000);
  const order = { orderId: 'ORDER', checkoutId: id, lines: [{ sku: 'LAMP', quantity }] };
  await within(made, 5_000, relevo.checkout.complete(order));
  hang(false);
  await made.clock.pass(400_000);
  expect(cartOf(home)).toEqual({ LAMP: 3 + 2 + 1 - quantity, VASE: 1 });
  await Promise.all([relevo.stop(), home.stop()]);
});

test.each(['by the page', 'by the shop, after a sign-in without an answer'])(
  'what is held with the copy of one guest is not gone when the same line of another one is paid for %s',
  async (how) => {
    const { made, hang, relevo, line } = await heldChairs();
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'CHAIR' });
    await made.clock.pass(1_000);
    hang(true);
    await signIn(made, relevo, 'ana');
    await signOut(made, relevo);
    await made.clock.pass(1_000);
    relevo.cart.add({ sku: 'CHAIR' });
    await made.clock.pass(1_000);
    const { id } = await within(made, 5_000, relevo.checkout.begin());
    const order = { orderId: 'ORDER', checkoutId: id, lines: [{ sku: 'CHAIR', quantity: 1 }] };
    if (how !== 'by the page') {
      await paidInVain({ made, relevo, line, order });
    }
    await signIn(made, relevo, 'ana');
    await made.clock.pass(1_000);
    if (how === 'by the page') await within(made, 5_000, relevo.checkout.complete(order));
    hang(false);
    await made.clock.pass(600_000);
    expect([cartOf(relevo)['CHAIR'], (await cartAt(made, 'ana'))['CHAIR']]).toEqual([4, 4]);
    await relevo.stop();
  },
);
