import { afterEach, beforeEach, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { add, type CoreWorld, createCoreWorld, customer, type Fields, lineOf, statuses } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const sync = (r: string, ops: readonly Fields[] = []) => world.sync({ auth: customer('ana'), r, ops });
const quantity = async () => quantityOf(lineOf(await sync('replica_reader'), 'sofa').q);

it('a change that one request has under two numbers counts once', async () => {
  const sofa = add(1, 'sofa', 2);
  expect(statuses((await sync('replica_one', [sofa, { ...sofa, q: 2 }])).acks)).toEqual(['ok', 'dup']);
  expect(await quantity()).toBe(2);
});

it('a change that was numbered before a restore counts once when another tab gave it to another replica', async () => {
  const sofa = add(1, 'sofa', 2);
  await sync('replica_one', [sofa]);
  const again = { ...sofa, q: 7, as: world.clock.now(), to: 2 };
  expect(statuses((await sync('replica_two', [again])).acks)).toEqual(['dup']);
  expect(await quantity()).toBe(2);
});
