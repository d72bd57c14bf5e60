import { describe, expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
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

/**
 * Ana, whose device holds what `hold` does to a chair over so many sign-outs, while the server's disk is full: the guests'
 * copies of it wait.
 *
 * @param known How many of it the server had before.
 */
const copyOfWhatIsHeld = async (
  cart: 'guest' | 'lineage',
  {
    known = 0,
    hold = (relevo) => void relevo.cart.add({ sku: 'CHAIR', quantity: 3 - known }),
    signOuts = 1,
  }: { known?: number; hold?: (relevo: Relevo) => void; signOuts?: number } = {},
) => {
  const made = restorable({ merge: { cart } });
  const { relevo } = await signedIn(made.here);
  if (known) relevo.cart.add({ sku: 'CHAIR', quantity: known });
  await made.clock.pass(1_000);
  made.setFull(true);
  hold(relevo);
  await made.clock.pass(500);
  for (let times = 0; times < signOuts; times++) {
    await signOut(made.here, relevo);
    await signIn(made.here, relevo, 'ana');
  }
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

  test.each([1, 2, 3])(
    'a line of which one is held shows whole to its customer after %i sign-outs',
    async (signOuts) => {
      const { relevo, inTheEnd } = await copyOfWhatIsHeld(policy, { known: 2, signOuts });
      const cart = { LAMP: 3, VASE: 1, CHAIR: 3 };
      expect(cartOf(relevo)).toEqual(cart);
      expect(await inTheEnd()).toEqual([cart, cart, 0]);
    },
  );
  describe.each([
    ['added to', 4],
    ['lowered', 1],
    ['raised', 5],
    ['removed', undefined],
  ] as const)('one of it is held, two copies wait, and it is %s', (what, quantity) => {
    test.each(['stays', 'leaves, and is back', 'is back'])(
      'by a customer who %s: it is as they left it',
      async (who) => {
        const { made, relevo, leaveToBenAndComeBack, inTheEnd } = await copyOfWhatIsHeld(policy, {
          known: 2,
          signOuts: 2,
        });
        if (who === 'is back') await leaveToBenAndComeBack();
        if (what === 'added to') relevo.cart.add({ sku: 'CHAIR' });
        else relevo.cart.setQuantity({ sku: 'CHAIR' }, quantity ?? 0);
        await made.clock.pass(500);
        if (who === 'leaves, and is back') await leaveToBenAndComeBack();
        const cart = { LAMP: 3, VASE: 1, ...(quantity ? { CHAIR: quantity } : {}) };
        expect(cartOf(relevo)).toEqual(cart);
        expect(await inTheEnd()).toEqual([cart, cart, 0]);
      },
    );
  });
  describe.each([1, 4])('a quantity of %i is held', (held) => {
    const hold = (relevo: Relevo) => void relevo.cart.setQuantity({ sku: 'CHAIR' }, held);
    test.each([1, 7])('it shows, and what is set to %i over it is as its customer left it', async (quantity) => {
      const { relevo, leaveToBenAndComeBack, inTheEnd } = await copyOfWhatIsHeld(policy, { known: 2, hold });
      expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1, CHAIR: held });
      relevo.cart.setQuantity({ sku: 'CHAIR' }, quantity);
      await leaveToBenAndComeBack();
      const cart = { LAMP: 3, VASE: 1, CHAIR: quantity };
      expect(cartOf(relevo)).toEqual(cart);
      expect(await inTheEnd()).toEqual([cart, cart, 0]);
    });
  });
});
