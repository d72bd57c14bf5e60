import { describe, expect, test } from 'vitest';
import { cartAt, signedIn, signIn, signOut } from './kept-lines.ts';
import { restorable } from './restorable.ts';
import { copyThatWaits } from './waiting-merges.ts';
import { cartOf } from './world.ts';

test('of what waits for its merge only what was the customer’s before stays in view when they leave', async () => {
  const { made, relevo } = await copyThatWaits();
  expect(cartOf(relevo)).toEqual({ LAMP: 4, VASE: 1 });
  await signOut(made, relevo);
  expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1 });
});

test.each(['browse', 'checkout'] as const)(
  'what waits for its merge when its customer leaves is held with it, and counts once (%s)',
  async (during) => {
    const { made, relevo, leaveAndComeBack } = await copyThatWaits();
    await leaveAndComeBack(during);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4, VASE: 1 }));
  },
);

test.each(['browse', 'checkout'] as const)(
  'more that a customer adds offline to a line that waits for its merge counts when they are back (%s)',
  async (during) => {
    const { made, relevo, line, leaveAndComeBack } = await copyThatWaits();
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({ LAMP: 5, VASE: 1 });
    await leaveAndComeBack(during);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 5, VASE: 1 }));
  },
);

test.each(['browse', 'checkout'] as const)(
  'a quantity that was lowered while its line waits for its merge is lowered once (%s)',
  async (during) => {
    const { made, relevo, leaveAndComeBack } = await copyThatWaits();
    relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
    await made.clock.pass(500);
    await leaveAndComeBack(during);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 1, VASE: 1 }));
  },
);

/** Ana, whose device holds a chair over a sign-out while the server's disk is full: the guest's copy of it waits. */
const copyOfWhatIsHeld = async (cart: 'guest' | 'lineage') => {
  const made = restorable({ merge: { cart } });
  const { relevo } = await signedIn(made.here);
  made.setFull(true);
  relevo.cart.add({ sku: 'CHAIR', quantity: 3 });
  await made.clock.pass(500);
  await signOut(made.here, relevo);
  await signIn(made.here, relevo, 'ana');
  const leaveToBenAndComeBack = async () => {
    await signIn(made.here, relevo, 'ben');
    await signIn(made.here, relevo, 'ana');
  };
  /** The server has room again: what Ana has in the end, here and on a device that is new. */
  const inTheEnd = async () => {
    await made.clock.pass(500);
    made.setFull(false);
    await made.clock.pass(400_000);
    const carts = [cartOf(relevo), await cartAt(made.here, 'ana'), relevo.status.pending];
    await relevo.stop();
    return carts;
  };
  return { made, relevo, leaveToBenAndComeBack, inTheEnd };
};

describe.each(['guest', 'lineage'] as const)('beside a copy that waits for a full server, merged by `%s`', (policy) => {
  test.each([
    [1, { RUG: 1 }],
    [0, {}],
  ])('what was added, and set to %i when its customer was back, is as they left it', async (quantity, left) => {
    const { made, relevo, leaveToBenAndComeBack, inTheEnd } = await copyOfWhatIsHeld(policy);
    relevo.cart.add({ sku: 'RUG', quantity: 3 });
    await made.clock.pass(500);
    await leaveToBenAndComeBack();
    relevo.cart.setQuantity({ sku: 'RUG' }, quantity);
    const cart = { LAMP: 3, VASE: 1, CHAIR: 3, ...left };
    expect(await inTheEnd()).toEqual([cart, cart, 0]);
  });
  test.each([
    ['lowered', 1],
    ['raised', 5],
    ['removed', undefined],
    ['added to', 4],
    ['added to and lowered', 2],
    ['lowered and left again', 1],
  ] as const)('a line of it that is %s when its customer is back is as they left it', async (what, quantity) => {
    const { made, relevo, leaveToBenAndComeBack, inTheEnd } = await copyOfWhatIsHeld(policy);
    await leaveToBenAndComeBack();
    if (what.startsWith('added to')) relevo.cart.add({ sku: 'CHAIR' });
    if (what === 'removed') relevo.cart.remove({ sku: 'CHAIR' });
    else if (what !== 'added to') relevo.cart.setQuantity({ sku: 'CHAIR' }, quantity ?? 0);
    await made.clock.pass(500);
    if (what === 'lowered and left again') await leaveToBenAndComeBack();
    const cart = { LAMP: 3, VASE: 1, ...(quantity ? { CHAIR: quantity } : {}) };
    expect(cartOf(relevo)).toEqual(cart);
    expect(await inTheEnd()).toEqual([cart, cart, 0]);
  });
});
