import { expect, test } from 'vitest';
import { newsOf, shopOf } from './checkout-world.ts';
import { cartOf, standOf, within, world } from './world.ts';

// What signing in, leaving and taking a merge back do to a payment that is under way.

/** Ana has sofas and a rug at home; on another device a guest has a sofa and a lamp. */
const twoCarts = async () => {
  const made = world();
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  home.cart.add({ sku: 'SOFA', quantity: 3 });
  home.cart.add({ sku: 'RUG' });
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  const heard: string[] = [];
  home.on('merge', ({ receipt }) => heard.push(receipt.undoneAtMs ? 'undone' : 'merged'));
  const signIn = (during: 'browse' | 'checkout') => within(made, 2_000, relevo.signIn(made.token('ana'), { during }));
  return { ...made, home, relevo, line, heard, signIn, shop: shopOf(made) };
};
const aside = ({ cart }: Awaited<ReturnType<typeof twoCarts>>['relevo']) =>
  cart.parked.map(({ sku, quantity }) => `${quantity} ${sku}`).sort();

test('a guest’s checkout goes with them at the checkout: it takes what was paid, and what was set aside stays so', async () => {
  const made = await twoCarts();
  const { home, relevo, signIn, heard } = made;
  const news = newsOf(home);
  const { id } = await within(made, 1_000, relevo.checkout.begin());
  await signIn('checkout');
  expect(cartOf(relevo)).toEqual({ SOFA: 1, LAMP: 1 });
  expect(await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }))).toEqual({});
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{}, ['1 RUG', '2 SOFA']]);
  // The other device was told both, once each: what the merge did, and what became of the payment.
  await made.clock.pass(5_000);
  expect([heard, news]).toEqual([['merged'], ['open', 'completed N-1']]);
});

test('a merge that is undone after its cart was paid brings back what was not paid, and nothing twice', async () => {
  const made = await twoCarts();
  const { home, relevo, signIn, heard } = made;
  const { receipt } = await signIn('checkout');
  const { id } = await within(made, 1_000, relevo.checkout.begin());
  await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }));
  await within(made, 2_000, relevo.undoMerge(receipt?.id ?? ''));
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{ RUG: 1 }, ['2 SOFA']]);
  expect(heard).toEqual(['merged', 'undone']);
  // The thank-you page once more.
  await within(made, 2_000, home.checkout.complete({ orderId: 'N-1', checkoutId: id }));
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{ RUG: 1 }, ['2 SOFA']]);
});

test('a merge that is undone while it is being paid: the payment takes what is still there', async () => {
  const made = await twoCarts();
  const { home, relevo, signIn, shop } = made;
  const { receipt } = await signIn('browse');
  const { id, lines } = await within(made, 1_000, relevo.checkout.begin());
  expect(lines).toHaveLength(3);
  await within(made, 2_000, home.undoMerge(receipt?.id ?? ''));
  expect(cartOf(relevo)).toEqual({ SOFA: 3, RUG: 1 });
  const said = await within(made, 1_000, shop({ orderId: 'N-1', checkoutId: id }));
  expect(said.left).toEqual([{ sku: 'LAMP', properties: {}, quantity: 1 }]);
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{}, []]);
});

test('who has left pays no more from that page, and the next one is not told of it; the shop’s word counts', async () => {
  const made = await twoCarts();
  const { home, relevo, signIn, shop } = made;
  const news = newsOf(relevo);
  await signIn('browse');
  const { id } = await within(made, 1_000, relevo.checkout.begin());
  await within(made, 5_000, relevo.signOut());
  const told = news.length;
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const late = relevo.checkout.complete({ orderId: 'N-1', checkoutId: id });
  const blind = relevo.checkout.complete({ orderId: 'N-1' });
  for (const one of [late, blind]) one.catch(() => {});
  await made.clock.pass(5_000);
  expect([await standOf(late), await standOf(blind)]).toEqual(['checkout/unknown', 'checkout/unknown']);
  expect([cartOf(relevo), cartOf(home)]).toEqual([{ SOFA: 1 }, { SOFA: 3, RUG: 1, LAMP: 1 }]);
  await within(made, 1_000, shop({ orderId: 'N-1', checkoutId: id }));
  expect([cartOf(relevo), cartOf(home), news.length]).toEqual([{ SOFA: 1 }, {}, told]);
});

test('one that is asked for and left alone is nobody’s: not of the guest who comes next', async () => {
  const made = await twoCarts();
  const { home, relevo, line, signIn } = made;
  await signIn('browse');
  const news = newsOf(home);
  const begun = relevo.checkout.begin();
  const leaving = relevo.signOut();
  begun.catch(() => {});
  await within(made, 5_000, leaving);
  expect(await standOf(begun)).toBe('sync/abandoned');
  await signIn('browse');
  const release = line.hold();
  const asked = relevo.checkout.begin();
  asked.catch(() => {});
  await made.clock.pass(50);
  const left = relevo.signOut();
  await made.clock.pass(50);
  expect(await standOf(asked)).toBe('sync/abandoned');
  release();
  await within(made, 5_000, left);
  relevo.cart.add({ sku: 'CUP' });
  await made.clock.pass(20_000);
  // At most what she had asked for before she left is open, and it is hers.
  expect(news.every((one) => one === 'open')).toBe(true);
  expect((await within(made, 1_000, relevo.checkout.begin())).others).toEqual([]);
});

test('a checkout that a guest has asked for is theirs, whoever they become before the answer comes', async () => {
  const made = await twoCarts();
  const { home, relevo, line } = made;
  const release = line.hold();
  const begun = relevo.checkout.begin();
  await made.clock.pass(50);
  const signing = relevo.signIn(made.token('ana'));
  await made.clock.pass(50);
  release();
  const { id, lines } = await within(made, 5_000, begun);
  expect(lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['SOFA', 1],
    ['LAMP', 1],
  ]);
  await within(made, 5_000, signing);
  await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: id }));
  for (const page of [home, relevo]) expect(cartOf(page)).toEqual({ SOFA: 2, RUG: 1 });
});

test('one that is asked for while somebody signs in is of whom they become, and of what they see then', async () => {
  const made = await twoCarts();
  const { relevo } = made;
  const signing = relevo.signIn(made.token('ana'));
  const begun = relevo.checkout.begin();
  await within(made, 2_000, signing);
  const { lines } = await within(made, 1_000, begun);
  expect(Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]))).toEqual(cartOf(relevo));
});
