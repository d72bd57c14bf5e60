import { expect, test } from 'vitest';
import { durableStore } from './late-store.ts';
import { cartOf, world } from './world.ts';

test('a purchase that the thank-you page reports again, in another page, takes nothing more, here or on other devices', async () => {
  const made = world();
  const [{ device }, { device: other }] = [made.device(), made.device()];
  const getToken = () => made.token('ana');
  const first = device.open({ getToken }).relevo;
  const phone = other.open({ getToken }).relevo;
  await made.clock.pass(1_000);
  first.cart.add({ sku: 'SOFA', quantity: 2 });
  await made.clock.pass(500);
  const purchase = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 2 }] } as const;
  first.capture(purchase);
  await made.clock.pass(500);
  expect([cartOf(first), cartOf(phone)]).toEqual([{}, {}]);
  phone.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  await first.stop();

  const again = device.open({ getToken }).relevo;
  const seen: unknown[] = [];
  const writes: unknown[] = [];
  again.cart.bind({
    write: ({ added, changed, removed }) => void writes.push([added.length, changed.length, removed.length]),
  });
  again.cart.subscribe(() => seen.push(cartOf(again)['SOFA'] ?? 0));
  again.capture(purchase);
  await made.clock.pass(3_000);
  expect([cartOf(again), cartOf(phone)]).toEqual([{ SOFA: 1 }, { SOFA: 1 }]);
  expect(seen.slice(seen.indexOf(1))).not.toContain(0);
  expect(writes).toEqual([[1, 0, 0]]);
  await again.stop();
  await phone.stop();
});

test('a guest buys, signs in and opens the thank-you page again: what the customer has from elsewhere is not taken, not even for a moment', async () => {
  const made = world();
  const phone = made.device().device.open({ getToken: () => made.token('ana') }).relevo;
  phone.cart.add({ sku: 'SOFA', quantity: 3 });
  const { relevo } = made.device().device.open();
  await made.clock.pass(1_000);
  const purchase = { type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 2 }] } as const;
  relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  relevo.capture(purchase);
  await made.clock.pass(500);
  expect(cartOf(relevo)).toEqual({});
  void relevo.signIn(made.token('ana'));
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 3 });
  const seen: unknown[] = [];
  const writes: unknown[] = [];
  relevo.cart.bind({ write: ({ added, changed }) => void writes.push([...added, ...changed].map((l) => l.quantity)) });
  relevo.cart.subscribe(() => seen.push(cartOf(relevo)['SOFA']));
  relevo.capture(purchase);
  await made.clock.pass(3_000);
  phone.cart.setQuantity({ sku: 'SOFA' }, 4);
  await made.clock.pass(3_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 4 });
  expect(seen).not.toContain(1);
  expect(writes).toEqual([[3], [4]]);
  await relevo.stop();
  await phone.stop();
});

test('what is added while a slow store is asked whether the order is known is not what was bought', async () => {
  const made = world();
  const { device } = made.device({ getToken: () => made.token('ana') });
  let isSlow = false;
  device.setOpen(async () => {
    const store = await durableStore(device)();
    const write: typeof store.write = async (body, options) => {
      if (isSlow) await new Promise<void>((done) => void made.clock.timer(2_000, done));
      return store.write(body, options);
    };
    return { ...store, write };
  });
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  isSlow = true;
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 1 }] });
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(60_000);
  expect(cartOf(relevo)).toEqual({ SOFA: 1 });
  await relevo.stop();
});

test('an order by sku alone falls on the line that its page shows, whatever older one comes meanwhile, and shows nothing else before', async () => {
  for (const isSet of [false, true]) {
    const made = world();
    const getToken = () => made.token('ana');
    const phone = made.device({ getToken }).device.open().relevo;
    const { device, line } = made.device({ getToken });
    const laptop = device.open().relevo;
    await made.clock.pass(1_000);
    line.setOnline(false);
    phone.cart.add({ sku: 'SOFA', properties: { colour: 'blue' } });
    await made.clock.pass(1_000);
    if (isSet) phone.cart.setQuantity({ sku: 'SOFA', properties: { colour: 'blue' } }, 3);
    await made.clock.pass(1_000);
    laptop.cart.add({ sku: 'SOFA', properties: { colour: 'red' } });
    await made.clock.pass(500);
    laptop.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 1 }] });
    await made.clock.pass(500);
    const shown: unknown[] = [];
    const colours = () => laptop.cart.lines.map(({ properties, quantity }) => [properties['colour'], quantity]);
    laptop.cart.subscribe(() => shown.push(colours()));
    line.setOnline(true);
    await made.clock.pass(70_000);
    const blue = ['blue', isSet ? 3 : 1];
    expect(colours()).toEqual([blue]);
    expect(phone.cart.lines.map(({ properties, quantity }) => [properties['colour'], quantity])).toEqual([blue]);
    expect(shown.filter((lines) => JSON.stringify(lines) !== '[]')).toEqual([[blue]]);
    await Promise.all([laptop.stop(), phone.stop()]);
  }
});

test.each([
  ['an older one', 1, 0],
  ['one of which somebody had set how many there are', 1, 3],
  ['more of the same', 2, 0],
])('a page that hears of %s before its order is sent shows what the order will take', async (_, quantity, setTo) => {
  const made = world();
  const getToken = () => made.token('ana');
  const phone = made.device({ getToken }).device.open().relevo;
  const { device, line } = made.device({ getToken });
  const laptop = device.open().relevo;
  const sofa = (colour: string) => ({ sku: 'SOFA', properties: { colour } });
  const [blue, red] = [sofa('blue'), sofa('red')];
  await made.clock.pass(1_000);
  // The order takes one of each colour: more of the older colour comes later.
  if (quantity === 2) phone.cart.add(blue);
  await made.clock.pass(1_000);
  line.setOnline(false);
  phone.cart.add({ ...blue, quantity: 2 });
  if (setTo) {
    await made.clock.pass(1_000);
    phone.cart.setQuantity(blue, setTo);
  }
  await made.clock.pass(1_000);
  laptop.cart.add(red);
  await made.clock.pass(500);
  // As many as one request carries: its answer brings the rows, and the order goes with the next.
  for (let n = 0; n < 99; n++) laptop.preferences.set(`k${n}`, n);
  await made.clock.pass(500);
  laptop.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity }] });
  await made.clock.pass(500);
  const shown = new Set<string>();
  const cart = () =>
    JSON.stringify(laptop.cart.lines.map(({ properties, quantity: of }) => [properties['colour'], of]));
  laptop.cart.subscribe(() => void shown.add(cart()));
  line.setOnline(true);
  await made.clock.pass(70_000);
  const left = JSON.stringify([['blue', setTo || 2]]);
  expect(cart()).toBe(left);
  expect([...shown].filter((lines) => lines !== '[]')).toEqual([left]);
  await Promise.all([laptop.stop(), phone.stop()]);
});

test('what is set aside is not ordered: the order falls on the line in the cart, here and at the server', async () => {
  const made = world();
  const getToken = () => made.token('ana');
  const phone = made.device({ getToken }).device.open().relevo;
  const { device, line } = made.device({ getToken });
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.bind({
    write: ({ lines }) => ({
      refused: lines.flatMap(({ key, properties }) =>
        properties['colour'] === 'blue' ? [{ key, reason: 'sold out' }] : [],
      ),
    }),
  });
  const blue = { sku: 'SOFA', properties: { colour: 'blue' } };
  phone.cart.add(blue);
  await made.clock.pass(2_000);
  phone.cart.setQuantity(blue, 2);
  await made.clock.pass(2_000);
  relevo.cart.add({ sku: 'SOFA', properties: { colour: 'red' } });
  await made.clock.pass(2_000);
  line.setOnline(false);
  const shown = () =>
    [relevo.cart.lines, relevo.cart.parked].map((lines) =>
      lines.map(({ properties, quantity }) => [properties['colour'], quantity]),
    );
  expect(shown()).toEqual([[['red', 1]], [['blue', 2]]]);
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 2 }] });
  await made.clock.pass(500);
  expect(shown()).toEqual([[], [['blue', 2]]]);
  line.setOnline(true);
  await made.clock.pass(70_000);
  expect(shown()).toEqual([[], [['blue', 2]]]);
  await Promise.all([relevo.stop(), phone.stop()]);
});
