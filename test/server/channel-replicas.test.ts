import { afterEach, beforeEach, expect, it } from 'vitest';
import { quantityOf } from '../../src/core/counter.ts';
import { lineKey } from '../../src/core/line.ts';
import { changesSchema } from '../../src/protocol/rest.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { type CoreWorld, createCoreWorld, customer, lineOf } from './core-world.ts';

let world: CoreWorld;
beforeEach(() => {
  world = createCoreWorld();
});
afterEach(() => world.dispose());

const auth = customer('ana');
const sofa = lineKey(systemIds.sha256, { sku: 'SOFA' });
const by = { kind: 'key', site: 'pk_a', actor: 'till-3' } as const;
let asked = 0;
const write = (...changes: readonly object[]) => writeAs(undefined, ...changes);
const writeAs = (actor: string | undefined, ...changes: readonly object[]) => {
  const request = changesSchema.parse({ channel: 'pos', changes });
  const once = { key: `key-${++asked}`, hash: '' };
  return world.core.rest.change({ by, customer: 'ana', channel: 'pos', actor }, { changes: request.changes, once });
};
const add = { type: 'add', collection: 'cart', item: { sku: 'SOFA' } };
const line = async () => lineOf(await world.sync({ auth, r: 'replica_reader' }), sofa).q;

it('a till that was idle for months goes on under another name, and nothing that it added is lost or doubled', async () => {
  await write(add, add);
  await world.passDays(91);
  await write(add);
  expect(quantityOf(await line())).toBe(3);
  for (const days of [91, 91, 91]) await world.passDays(days);
  await write(add, { type: 'set', collection: 'cart', line: sofa, quantity: 9 }, add);
  expect(quantityOf(await line())).toBe(10);
});

it('a till keeps nothing from being folded: it has seen all there is when it writes', async () => {
  await write(add);
  const phone = { auth, r: 'replica_phone', device: 'device_phone' };
  const { cur, head } = await world.sync(phone);
  const lines = [{ sku: 'SOFA', quantity: 1 }];
  const order = { orderId: 'N-1', customerId: 'ana', channel: 'web', lines };
  await write(add);
  await world.core.orders.complete(by, order);
  const seen = await world.sync({ ...phone, cur, low: head });
  await world.passDays(1);
  await world.sync({ ...phone, cur: seen.cur, low: seen.head });
  await world.passDays(2);
  expect(await line()).toMatchObject({ w: {}, o: [0], b: [1, expect.anything(), 1] });
});

it('a key that names another actor with each request is one writer all the same: no line grows with that', async () => {
  for (const actor of ['bob', 'eve', 'order-1', 'order-2']) await writeAs(actor, add);
  expect(Object.values((await line()).p)).toEqual([4]);
});
