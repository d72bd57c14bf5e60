import { expect, test } from 'vitest';
import { cartAt, signOut } from './kept-lines.ts';
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
