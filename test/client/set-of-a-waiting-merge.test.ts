import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { cartAt, signIn, signOut } from './kept-lines.ts';
import { backWhileItWaits, loweredWhileItWaits } from './waiting-merges.ts';
import { cartOf } from './world.ts';

test.each([
  ['personal', { unsynced: 1, outcome: 'held' }, 1],
  // Nothing is held there: whoever signs out hears that it is lost.
  ['shared', { unsynced: 1, outcome: 'dropped' }, 2],
] as const)(
  'a quantity set on a line that waits for its merge is not sent ahead of it by who leaves a %s device',
  async (kind, told, quantity) => {
    const { made, hang, relevo } = await loweredWhileItWaits(kind);
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    expect(await signOut(made, relevo)).toEqual(told);
    hang(false);
    await made.clock.pass(1_000);
    await signIn(made, relevo, 'ana');
    await made.clock.pass(200_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: quantity }));
  },
);

test('a quantity that is held waits for the merge of its own guest, not for that of a later one', async () => {
  const { made, hang, relevo } = await loweredWhileItWaits();
  await signOut(made, relevo);
  relevo.cart.add({ sku: 'DESK' });
  await made.clock.pass(2_000);
  await signIn(made, relevo, 'ana');
  await made.clock.pass(1_000);
  hang(false);
  await made.clock.pass(400_000);
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 1, DESK: 1 }));
});

const acts = {
  'add 3': (cart: Relevo['cart']) => cart.add({ sku: 'LAMP', quantity: 3 }),
  'set 3': (cart: Relevo['cart']) => cart.setQuantity({ sku: 'LAMP' }, 3),
  'set 6': (cart: Relevo['cart']) => cart.setQuantity({ sku: 'LAMP' }, 6),
  'set 9': (cart: Relevo['cart']) => cart.setQuantity({ sku: 'LAMP' }, 9),
  'set 0': (cart: Relevo['cart']) => cart.setQuantity({ sku: 'LAMP' }, 0),
  remove: (cart: Relevo['cart']) => cart.remove({ sku: 'LAMP' }),
};

type Done = readonly (readonly [act: keyof typeof acts, shown: number])[];

test.each<[Done]>([
  [[['set 3', 3]]],
  [[['set 6', 6]]],
  [[['set 0', 0]]],
  [[['add 3', 4]]],
  [
    [
      ['set 9', 9],
      ['add 3', 12],
    ],
  ],
  [
    [
      ['add 3', 4],
      ['set 9', 9],
    ],
  ],
  [
    [
      ['remove', 0],
      ['add 3', 3],
    ],
  ],
  [
    [
      ['add 3', 4],
      ['remove', 0],
    ],
  ],
])('who is back while their merge still waits has what they do then: %j', async (done) => {
  const { made, hang, relevo } = await backWhileItWaits();
  for (const [act, shown] of done) {
    acts[act](relevo.cart);
    await made.clock.pass(1_000);
    expect(cartOf(relevo)['LAMP'] ?? 0).toBe(shown);
  }
  hang(false);
  await made.clock.pass(400_000);
  const last = done.at(-1)?.[1];
  const cart = last ? { LAMP: last } : {};
  expect([cartOf(relevo), await cartAt(made, 'ana'), relevo.status.pending]).toEqual([cart, cart, 0]);
});
