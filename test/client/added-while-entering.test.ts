import { expect, test } from 'vitest';
import type { Cart } from '../../src/client/api.ts';
import { cartOf, within, world } from './world.ts';

const sofa = { sku: 'SOFA' };

test.each([
  ['adds more', (cart: Cart) => [cart.add(sofa), cart.add(sofa)], 3],
  ['adds something else', (cart: Cart) => [cart.add({ sku: 'LAMP' })], 1],
  ['says how many', (cart: Cart) => [cart.setQuantity(sofa, 5)], 5],
  ['says how many and adds', (cart: Cart) => [cart.setQuantity(sofa, 5), cart.add(sofa)], 6],
  ['takes it out', (cart: Cart) => [cart.remove(sofa)], 0],
] as const)(
  'who %s while they are signed in, and their merge has to wait, has it once in view',
  async (_, act, sofas) => {
    let isSlow = true;
    const slow = () => new Promise<undefined>((done) => void made.clock.timer(10_000, () => done(undefined)));
    const made = world({ hooks: { beforeMerge: async () => (isSlow ? slow() : undefined) } });
    const { relevo } = made.device().device.open();
    await made.clock.pass(100);
    relevo.cart.add(sofa);
    await made.clock.pass(1_000);
    const seen = new Set<string>();
    const look = () => seen.add(JSON.stringify(cartOf(relevo)));
    const entered = relevo.signIn(made.token('ana'));
    await made.clock.pass(10);
    act(relevo.cart);
    look();
    relevo.subscribe(look);
    await within(made, 5_000, entered);
    expect(relevo.cart.lines.some(({ merging }) => merging)).toBe(sofas > 0);
    for (let ms = 0; ms < 90_000; ms += 100) {
      isSlow = ms < 5_000;
      await made.clock.pass(100);
      look();
    }
    const lamp = act.toString().includes('LAMP') ? { LAMP: 1 } : {};
    expect([...seen].map((text) => JSON.parse(text))).toEqual([{ ...(sofas ? { SOFA: sofas } : {}), ...lamp }]);
    expect(relevo.cart.lines.some(({ merging }) => merging)).toBe(false);
    await relevo.stop();
  },
);
