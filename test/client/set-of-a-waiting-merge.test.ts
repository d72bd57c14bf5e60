import { expect, test } from 'vitest';
import { cartAt } from './kept-lines.ts';
import { cartOf, within, world } from './world.ts';

test.each([
  ['personal', { unsynced: 1, outcome: 'held' }, 1],
  // Nothing is held there: whoever signs out hears that it is lost.
  ['shared', { unsynced: 1, outcome: 'dropped' }, 2],
] as const)(
  'a quantity set on a line that waits for its merge is not sent ahead of it by who leaves a %s device',
  async (kind, told, quantity) => {
    let hangs = true;
    const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
    const { relevo } = made.device({ device: { kind } }).device.open();
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'LAMP', quantity: 2 });
    await within(made, 1_000, relevo.flush());
    await within(made, 4_000, relevo.signIn(made.token('ana')));
    relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
    await made.clock.pass(500);
    expect(cartOf(relevo)).toEqual({ LAMP: 1 });
    expect(await within(made, 4_000, relevo.signOut())).toEqual(told);
    hangs = false;
    await made.clock.pass(1_000);
    await within(made, 4_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(200_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: quantity }));
  },
);
