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
