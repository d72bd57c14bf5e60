import { expect, test } from 'vitest';
import { changesSchema } from '../../src/protocol/rest.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { cartOf, world } from './world.ts';

/** What a till, a desk or a bot of the shop does with Ana's state. */
const channel = ({ core }: World, name: string) => {
  let asked = 0;
  const by = { kind: 'key', site: 'pk_world', actor: name } as const;
  return {
    write: (...changes: readonly object[]) => {
      const request = changesSchema.parse({ channel: 'pos', changes });
      const once = { key: `${name}-${++asked}`, hash: 'h' };
      return core.rest.change({ by, customer: 'ana', channel: request.channel }, { changes: request.changes, once });
    },
    order: (orderId: string, quantity: number) =>
      core.orders.complete(by, {
        orderId,
        customerId: 'ana',
        channel: 'web',
        lines: [{ sku: 'SOFA', quantity }],
      }),
  };
};
const add = (quantity = 1) => ({ type: 'add', collection: 'cart', item: { sku: 'SOFA', quantity } });
const remove = { type: 'remove', collection: 'cart', line: { sku: 'SOFA' } };

const open = async () => {
  const made = world();
  const { device, line } = made.device({ getToken: () => made.token('ana'), channel: 'ios' });
  const phone = device.open().relevo;
  await made.clock.pass(1_000);
  return { ...made, made, phone, line, till: channel(made, 'till-3') };
};

test('what a till adds is on the phone at once, with channel and actor; the phone’s next change takes the name away', async () => {
  const { phone, clock, till } = await open();
  const causes: unknown[] = [];
  phone.cart.bind({ write: ({ added, cause }) => void causes.push([added.map(({ sku }) => sku), cause]) });
  await till.write(add());
  await clock.pass(50);
  expect(phone.cart.lines).toMatchObject([{ sku: 'SOFA', quantity: 1, channel: 'pos', actor: 'till-3' }]);
  expect(causes).toEqual([[['SOFA'], 'remote']]);
  phone.cart.setQuantity({ sku: 'SOFA' }, 2);
  await clock.pass(1_000);
  expect(phone.cart.lines).toMatchObject([{ quantity: 2, channel: 'ios' }]);
  expect(phone.cart.lines[0]).not.toHaveProperty('actor');
  await phone.stop();
});

test('what a till adds and what a phone adds without a network sum up', async () => {
  const { phone, clock, till, line } = await open();
  line.setOnline(false);
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  await till.write(add(3));
  line.setOnline(true);
  await clock.pass(70_000);
  expect(cartOf(phone)).toEqual({ SOFA: 5 });
  await phone.stop();
});

test('a removal by a desk takes what it saw: what the phone adds without a network stays', async () => {
  const { phone, clock, till, line } = await open();
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  await clock.pass(1_000);
  line.setOnline(false);
  phone.cart.add({ sku: 'SOFA' });
  await till.write(remove);
  line.setOnline(true);
  await clock.pass(70_000);
  expect(cartOf(phone)).toEqual({ SOFA: 1 });
  await phone.stop();
});

test('an order that the shop reports without any browser session empties the phone and the shop’s own cart, and its thank-you page takes nothing more', async () => {
  const { phone, clock, till } = await open();
  const removed: unknown[] = [];
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  phone.cart.bind({ write: (change) => void removed.push(...change.removed.map(({ sku }) => sku)) });
  await clock.pass(1_000);
  await till.order('N-1500', 2);
  await clock.pass(50);
  expect([cartOf(phone), removed]).toEqual([{}, ['SOFA']]);
  phone.cart.add({ sku: 'SOFA' });
  await clock.pass(1_000);
  phone.capture({ type: 'purchase', orderId: 'N-1500', items: [{ sku: 'SOFA', quantity: 2 }] });
  await clock.pass(5_000);
  expect(cartOf(phone)).toEqual({ SOFA: 1 });
  await phone.stop();
});

test('a phone without a network empties after the sync, and what it added meanwhile stays', async () => {
  const { phone, clock, till, line } = await open();
  phone.cart.add({ sku: 'SOFA', quantity: 2 });
  await clock.pass(1_000);
  line.setOnline(false);
  phone.cart.add({ sku: 'SOFA' });
  phone.cart.add({ sku: 'LAMP' });
  await till.order('N-1500', 2);
  line.setOnline(true);
  await clock.pass(70_000);
  expect(cartOf(phone)).toEqual({ SOFA: 1, LAMP: 1 });
  await phone.stop();
});
