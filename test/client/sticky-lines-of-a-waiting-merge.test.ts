import { expect, test } from 'vitest';
import { cartAt, signedIn, signIn, signOut } from './kept-lines.ts';
import { cartOf, within, world } from './world.ts';

test.each(['browse', 'checkout'] as const)(
  'what waits for its merge when its customer leaves is held with it, and counts once (%s)',
  async (during) => {
    let hangs = false;
    const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
    const { relevo } = await signedIn(made);
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    hangs = true;
    await signIn(made, relevo, 'ana');
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({ LAMP: 4, VASE: 1 });
    await signOut(made, relevo);
    expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1 });
    await made.clock.pass(500);
    hangs = false;
    await within(made, 4_000, relevo.signIn(made.token('ana'), { during }));
    await made.clock.pass(200_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4, VASE: 1 }));
  },
);

test.each(['browse', 'checkout'] as const)(
  'more that a customer adds offline to a line that waits for its merge counts when they are back (%s)',
  async (during) => {
    let hangs = false;
    const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
    const { relevo, line } = await signedIn(made);
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    hangs = true;
    await signIn(made, relevo, 'ana');
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({ LAMP: 4, VASE: 1 });
    line.setOnline(false);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({ LAMP: 5, VASE: 1 });
    await signOut(made, relevo);
    line.setOnline(true);
    await made.clock.pass(500);
    hangs = false;
    await within(made, 4_000, relevo.signIn(made.token('ana'), { during }));
    await made.clock.pass(400_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 5, VASE: 1 }));
  },
);

test.each(['browse', 'checkout'] as const)(
  'a quantity that was lowered while its line waits for its merge is lowered once (%s)',
  async (during) => {
    let hangs = false;
    const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
    const { relevo } = await signedIn(made);
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    hangs = true;
    await signIn(made, relevo, 'ana');
    await made.clock.pass(500);
    relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
    await made.clock.pass(500);
    await signOut(made, relevo);
    await made.clock.pass(500);
    hangs = false;
    await within(made, 4_000, relevo.signIn(made.token('ana'), { during }));
    await made.clock.pass(400_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 1, VASE: 1 }));
  },
);
