import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

test('what a guest added is in view at every moment of the sign-in that takes it over', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  const seen: number[] = [];
  relevo.subscribe(() => seen.push(relevo.cart.count));
  const { synced } = relevo.cart.add({ sku: 'A', quantity: 2 });
  const atSynced = synced.then(() => cartOf(relevo));
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect(await atSynced).toEqual({ A: 2 });
  expect(seen.slice(seen.indexOf(2))).not.toContain(0);
  await relevo.stop();
});
