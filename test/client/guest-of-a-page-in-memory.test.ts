import { expect, test } from 'vitest';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { createMergeFaults } from '../../src/testing/merge-faults.ts';
import { faultyStore } from './device-disk.ts';
import { signIn } from './kept-lines.ts';
import { durableStore } from './late-store.ts';
import { cartOf, world } from './world.ts';

test('what a guest had sent counts once where a page in memory hears of their sign-in, and a copy of it comes late', async () => {
  const faults = createMergeFaults({ now: () => 0, timer: () => () => {} });
  const made = world({ store: faults.over(memoryStore()), merge: { cart: 'sum' } });
  // What asks whose a guest is fails: nothing of one is taken, and no merge is done.
  faults.setTrouble({ calls: 3, how: 'throws' });
  let isHere = false;
  const { device, line } = made.device({ getToken: () => (isHere ? made.token('ana') : null) });
  const fault = { isBroken: false };
  device.setOpen(async () => faultyStore(device, fault));
  const inMemory = device.open().relevo;
  await made.clock.pass(100);
  inMemory.cart.add({ sku: 'LAMP' });
  await made.clock.pass(2_000);
  const late = line.requests.find(({ body }) => body.includes('LAMP'))?.body ?? '';
  fault.isBroken = true;
  inMemory.preferences.set('size', 'M');
  await made.clock.pass(2_000);
  expect(inMemory.status).toMatchObject({ storage: 'memory', pending: 2 });
  device.setOpen(durableStore(device));
  const other = device.open().relevo;
  await made.clock.pass(500);
  isHere = true;
  await signIn(made, other, 'ana');
  await made.clock.pass(3_000);
  // With store trouble over, a copy of what the guest had sent arrives ahead of the merge.
  faults.heal();
  expect((await made.core.sync(late)).status).toBe(200);
  await made.clock.pass(400_000);
  expect([cartOf(other), cartOf(inMemory)]).toEqual(Array(2).fill({ LAMP: 1 }));
  expect([other.status.pending, inMemory.status.pending, inMemory.preferences.get('size')]).toEqual([0, 0, 'M']);
});
