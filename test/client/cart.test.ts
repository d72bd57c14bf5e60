import { expect, test } from 'vitest';
import { cartOf, codeOf, within, world } from './world.ts';

const opened = async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  return { made, clock: made.clock, relevo, cart: relevo.cart };
};

test('adding the same sku and properties is one line; other properties are another', async () => {
  const { clock, relevo, cart } = await opened();
  const first = cart.add({ sku: 'SOFA', properties: { colour: 'oak', size: 3 } });
  const again = cart.add({ sku: 'SOFA', properties: { size: 3, colour: 'oak' }, quantity: 2 });
  await clock.pass(1);
  const other = cart.add({ sku: 'SOFA', properties: { colour: 'elm', size: 3 } });
  expect(again.key).toBe(first.key);
  expect(other.key).not.toBe(first.key);
  expect(cart.lines.map(({ quantity }) => quantity)).toEqual([3, 1]);
  expect(cart.count).toBe(4);
  await relevo.stop();
});

test('absent, null and empty properties are the same line', async () => {
  const { relevo, cart } = await opened();
  const keys = [
    cart.add({ sku: 'A' }),
    cart.add({ sku: 'A', properties: {} }),
    cart.add({ sku: 'A', properties: null as never }),
  ].map(({ key }) => key);
  expect(new Set(keys).size).toBe(1);
  await relevo.stop();
});

test('seller and selling plan make lines of their own', async () => {
  const { relevo, cart } = await opened();
  cart.add({ sku: 'A' });
  cart.add({ sku: 'A', seller: 'acme' });
  cart.add({ sku: 'A', sellingPlan: 'monthly' });
  expect(cart.lines).toHaveLength(3);
  expect(cart.find({ sku: 'A', seller: 'acme' })).toMatchObject({ seller: 'acme', quantity: 1 });
  await relevo.stop();
});

test('a line is found, set, updated and removed by its key and by its sku and properties', async () => {
  const { made, relevo, cart } = await opened();
  const { key } = cart.add({
    sku: 'SOFA',
    properties: { colour: 'oak' },
    title: 'Sofa',
    price: { amountMinor: 129_900, currency: 'EUR' },
  });
  expect(cart.find(key)).toBe(cart.find({ sku: 'SOFA', properties: { colour: 'oak' } }));
  expect(cart.find({ sku: 'SOFA' })).toBeUndefined();
  cart.setQuantity({ sku: 'SOFA', properties: { colour: 'oak' } }, 4);
  expect(cart.find(key)?.quantity).toBe(4);
  cart.update(key, { title: 'Sofa, three seats', price: null });
  expect(cart.find(key)).toMatchObject({ title: 'Sofa, three seats', quantity: 4 });
  expect(cart.find(key)).not.toHaveProperty('price');
  await within(made, 1_000, relevo.flush());
  expect(cart.find(key)).toMatchObject({ title: 'Sofa, three seats', quantity: 4, channel: 'web' });
  expect(cart.find(key)).not.toHaveProperty('price');
  cart.remove(key);
  expect(cart.lines).toEqual([]);
  await within(made, 1_000, relevo.flush());
  expect(cart.lines).toEqual([]);
  expect(codeOf(() => cart.remove(key))).toBe('change/unknown-line');
  await relevo.stop();
});

test('a quantity of 0 removes; an add afterwards starts again at what is added', async () => {
  const { made, relevo, cart } = await opened();
  const { key } = cart.add({ sku: 'A', quantity: 5 });
  cart.setQuantity(key, 0);
  cart.add({ sku: 'A', quantity: 2 });
  expect(cartOf(relevo)).toEqual({ A: 2 });
  await within(made, 1_000, relevo.flush());
  expect(cartOf(relevo)).toEqual({ A: 2 });
  await relevo.stop();
});

test('clear removes every line and says so for each', async () => {
  const { made, relevo, cart } = await opened();
  for (const sku of ['A', 'B', 'C']) cart.add({ sku });
  await within(made, 1_000, relevo.flush());
  const changes = cart.clear();
  expect(changes).toHaveLength(3);
  expect(cart.count).toBe(0);
  await within(made, 1_000, Promise.all(changes.map(({ synced }) => synced)));
  expect(cart.clear()).toEqual([]);
  await relevo.stop();
});

test('lines stay in the order in which they came, whatever is changed', async () => {
  const { made, clock, relevo, cart } = await opened();
  for (const sku of ['C', 'A', 'B']) {
    cart.add({ sku });
    await clock.pass(1_000);
  }
  cart.setQuantity({ sku: 'A' }, 9);
  expect(cart.lines.map(({ sku }) => sku)).toEqual(['C', 'A', 'B']);
  await within(made, 1_000, relevo.flush());
  cart.add({ sku: 'C' });
  await within(made, 1_000, relevo.flush());
  expect(cart.lines.map(({ sku }) => sku)).toEqual(['C', 'A', 'B']);
  await relevo.stop();
});

test('a quantity over the maximum is shown as the maximum and can be lowered from there', async () => {
  const { made, relevo, cart } = await opened();
  cart.add({ sku: 'A', quantity: 998 });
  cart.add({ sku: 'A', quantity: 50 });
  expect(cart.count).toBe(999);
  await within(made, 1_000, relevo.flush());
  expect(cart.count).toBe(999);
  cart.setQuantity({ sku: 'A' }, 998);
  await within(made, 1_000, relevo.flush());
  expect(cart.count).toBe(998);
  await relevo.stop();
});

test('a line over the two hundredth is refused; a present one can still be added to', async () => {
  const { relevo, cart } = await opened();
  for (let n = 0; n < 200; n++) cart.add({ sku: `S${n}` });
  expect(codeOf(() => cart.add({ sku: 'ONE-MORE' }))).toBe('change/too-many');
  cart.add({ sku: 'S7' });
  expect(cart.find({ sku: 'S7' })?.quantity).toBe(2);
  await relevo.stop();
});

test('lines and details come back after a reload as they were', async () => {
  const made = world();
  const { device } = made.device();
  const first = device.open().relevo;
  await made.clock.pass(100);
  first.cart.add({
    sku: 'SOFA',
    quantity: 2,
    title: 'Sofa',
    properties: { colour: 'oak' },
    url: '/sofa',
    image: '/sofa.svg',
    price: { amountMinor: 5, currency: 'EUR' },
  });
  await within(made, 1_000, first.flush());
  const before = first.cart.lines;
  await first.stop();
  const second = device.open().relevo;
  await within(made, 100, second.ready);
  expect(second.cart.lines).toEqual(before);
  await second.stop();
});
