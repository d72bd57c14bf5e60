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
