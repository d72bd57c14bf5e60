import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { cartAt, signIn, signOut } from './kept-lines.ts';
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

test.each([3, 0, 6])('a quantity set by who is back while their merge still waits stands (%s)', async (wanted) => {
  let hangs = true;
  const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
  const { relevo } = made.device({ device: { kind: 'personal' } }).device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  await within(made, 4_000, relevo.signIn(made.token('ana')));
  relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
  await made.clock.pass(500);
  await signOut(made, relevo);
  await made.clock.pass(1_000);
  await within(made, 4_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  relevo.cart.setQuantity({ sku: 'LAMP' }, wanted);
  await made.clock.pass(1_000);
  hangs = false;
  await made.clock.pass(400_000);
  const w = wanted ? { LAMP: wanted } : {};
  expect([cartOf(relevo), await cartAt(made, 'ana'), relevo.status.pending]).toEqual([w, w, 0]);
});

test('a quantity that is held waits for the merge of its own guest, not for that of a later one', async () => {
  let hangs = true;
  const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
  const { relevo } = made.device({ device: { kind: 'personal' } }).device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  await signIn(made, relevo, 'ana');
  relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
  await made.clock.pass(500);
  await signOut(made, relevo);
  relevo.cart.add({ sku: 'DESK' });
  await made.clock.pass(2_000);
  await signIn(made, relevo, 'ana');
  await made.clock.pass(1_000);
  hangs = false;
  await made.clock.pass(400_000);
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 1, DESK: 1 }));
});

type Act = 'add 3' | 'set 9' | 'remove';
const acts: Readonly<Record<Act, (cart: Relevo['cart']) => unknown>> = {
  'add 3': (cart) => cart.add({ sku: 'LAMP', quantity: 3 }),
  'set 9': (cart) => cart.setQuantity({ sku: 'LAMP' }, 9),
  remove: (cart) => cart.remove({ sku: 'LAMP' }),
};

test.each([
  [['add 3'], [4]],
  [
    ['set 9', 'add 3'],
    [9, 12],
  ],
  [
    ['add 3', 'set 9'],
    [4, 9],
  ],
  [
    ['remove', 'add 3'],
    [0, 3],
  ],
  [
    ['add 3', 'remove'],
    [4, 0],
  ],
] satisfies [Act[], number[]][])(
  'who is back while their merge still waits has what they do then: %j',
  async (list, quantities) => {
    let hangs = true;
    const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
    const { relevo } = made.device({ device: { kind: 'personal' } }).device.open();
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'LAMP', quantity: 2 });
    await within(made, 1_000, relevo.flush());
    await signIn(made, relevo, 'ana');
    relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
    await made.clock.pass(500);
    await signOut(made, relevo);
    await made.clock.pass(1_000);
    await signIn(made, relevo, 'ana');
    await made.clock.pass(1_000);
    const shown: number[] = [];
    for (const act of list) {
      acts[act](relevo.cart);
      await made.clock.pass(1_000);
      shown.push(cartOf(relevo)['LAMP'] ?? 0);
    }
    expect(shown).toEqual(quantities);
    hangs = false;
    await made.clock.pass(400_000);
    const last = quantities.at(-1) ? { LAMP: quantities.at(-1) } : {};
    expect([cartOf(relevo), await cartAt(made, 'ana'), relevo.status.pending]).toEqual([last, last, 0]);
  },
);
