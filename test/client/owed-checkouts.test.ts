import { expect, test } from 'vitest';
import type { Cart } from '../../src/client/api.ts';
import type { Hooks } from '../../src/server/ports.ts';
import { newsOf, shopOf } from './checkout-world.ts';
import { signIn } from './kept-lines.ts';
import { heldChairs } from './waiting-merges.ts';
import { cartOf, standOf, within, world } from './world.ts';

const heldMs = 90_000;

/** Ana has sofas and a rug; a guest with a sofa and a lamp signs in as Ana, and a hook of the shop's holds the merge. */
const held = async ({
  during,
  isBegun,
  guestHas = ['SOFA', 'LAMP'],
}: {
  during: 'browse' | 'checkout';
  isBegun?: boolean;
  guestHas?: readonly string[];
}) => {
  const hook: { isHeld: boolean } = { isHeld: true };
  const beforeMerge: Hooks['beforeMerge'] = () => {
    if (hook.isHeld) throw new Error('not now');
  };
  const made = world({ hooks: { beforeMerge } });
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  home.cart.add({ sku: 'SOFA', quantity: 3 });
  home.cart.add({ sku: 'RUG' });
  await made.clock.pass(1_000);
  const { device, line } = made.device();
  const { relevo } = device.open();
  const news = newsOf(relevo);
  await made.clock.pass(500);
  for (const sku of guestHas) relevo.cart.add({ sku });
  await made.clock.pass(1_000);
  const begun = isBegun ? await within(made, 1_000, relevo.checkout.begin()) : undefined;
  const { receipt } = await within(made, 4_000, relevo.signIn(made.token('ana'), { during }));
  expect(receipt).toBeNull();
  const release = async () => {
    hook.isHeld = false;
    await made.clock.pass(heldMs);
  };
  return { ...made, home, relevo, device, line, news, begun, release, shop: shopOf(made) };
};
type Held = Awaited<ReturnType<typeof held>>;

const frozen = ({ lines }: Awaited<ReturnType<Held['relevo']['checkout']['begin']>>) =>
  Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]));
const aside = ({ cart }: Held['relevo']) => cart.parked.map(({ sku, quantity }) => `${quantity} ${sku}`).sort();

test('whose merge is owed pays what they see; the merge finds what is left', async () => {
  const made = await held({ during: 'browse' });
  const { relevo, home, release } = made;
  expect(cartOf(relevo)).toEqual({ SOFA: 3, RUG: 1, LAMP: 1 });
  const checkout = await within(made, 2_000, relevo.checkout.begin());
  expect(frozen(checkout)).toEqual({ SOFA: 3, RUG: 1, LAMP: 1 });
  expect(await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: checkout.id }))).toEqual({});
  for (const page of [relevo, home]) expect(cartOf(page)).toEqual({});
  await release();
  for (const page of [relevo, home]) expect([cartOf(page), aside(page)]).toEqual([{}, []]);
  expect(await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: checkout.id }))).toEqual({});
});

test('a part of it is paid: the rest is there before and after the merge', async () => {
  const made = await held({ during: 'browse' });
  const { relevo, home, release } = made;
  const { id } = await within(made, 2_000, relevo.checkout.begin());
  const lines = [
    { sku: 'SOFA', quantity: 2 },
    { sku: 'LAMP', quantity: 1 },
  ];
  await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: id, lines }));
  for (const page of [relevo, home]) expect(cartOf(page)).toEqual({ SOFA: 1, RUG: 1 });
  await release();
  for (const page of [relevo, home]) expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 1, RUG: 1 }, []]);
});

test('at the checkout the guest’s cart is paid, and nothing of the customer’s unawares', async () => {
  const made = await held({ during: 'checkout' });
  const { relevo, home, release } = made;
  const checkout = await within(made, 2_000, relevo.checkout.begin());
  expect(frozen(checkout)).toEqual({ SOFA: 1, LAMP: 1 });
  await within(made, 2_000, relevo.checkout.complete({ orderId: 'N-1', checkoutId: checkout.id }));
  expect(cartOf(relevo)).toEqual({ SOFA: 2, RUG: 1 });
  await release();
  for (const page of [relevo, home]) expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 2, RUG: 1 }, []]);
});

test('at the checkout what the customer has added since they signed in is paid as well', async () => {
  const made = await held({ during: 'checkout' });
  const { relevo, home, release } = made;
  home.cart.add({ sku: 'RUG' });
  home.cart.add({ sku: 'VASE' });
  await made.clock.pass(2_000);
  const checkout = await within(made, 2_000, relevo.checkout.begin());
  expect(frozen(checkout)).toEqual({ SOFA: 1, LAMP: 1, RUG: 2, VASE: 1 });
  await release();
  for (const page of [relevo, home])
    expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 1, LAMP: 1, RUG: 2, VASE: 1 }, ['2 SOFA']]);
});

test('at the checkout a guest who has nothing in the cart pays what the customer has', async () => {
  const made = await held({ during: 'checkout', guestHas: [] });
  const { relevo } = made;
  expect(frozen(await within(made, 2_000, relevo.checkout.begin()))).toEqual({ SOFA: 3, RUG: 1 });
});

test.each(['page', 'shop'] as const)(
  'what a guest had begun is paid as the customer while the merge is owed, said by the %s',
  async (by) => {
    const made = await held({ during: 'checkout', isBegun: true });
    const { relevo, home, news, begun, release, shop } = made;
    const order = { orderId: 'N-1', checkoutId: begun?.id ?? '' };
    if (by === 'page') expect(await within(made, 2_000, relevo.checkout.complete(order))).toEqual({});
    else expect(await within(made, 20_000, shop(order))).toMatchObject({ status: 'completed', left: [] });
    expect(cartOf(relevo)).toEqual({ SOFA: 2, RUG: 1 });
    expect(news.at(-1)).toBe('completed N-1');
    await release();
    for (const page of [relevo, home]) expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 2, RUG: 1 }, []]);
    // The thank-you page once more, on another device.
    expect(await within(made, 2_000, home.checkout.complete(order))).toEqual({});
    expect(cartOf(home)).toEqual({ SOFA: 2, RUG: 1 });
  },
);

test('what the shop alone says was paid of a guest’s line is in view no more', async () => {
  const made = await held({ during: 'checkout', isBegun: true, guestHas: ['LAMP'] });
  const { relevo, begun, release, shop } = made;
  expect(cartOf(relevo)).toEqual({ SOFA: 3, RUG: 1, LAMP: 1 });
  // Nothing of the customer's own lines changes with it.
  await within(made, 20_000, shop({ orderId: 'N-1', checkoutId: begun?.id ?? '' }));
  expect(cartOf(relevo)).toEqual({ SOFA: 3, RUG: 1 });
  await release();
  expect([cartOf(relevo), aside(relevo)]).toEqual([{ SOFA: 3, RUG: 1 }, []]);
});

test('a guest of whom the server could take no note is no server’s that knows of no checkouts: they try again', async () => {
  const made = await held({ during: 'browse' });
  const { relevo, line } = made;
  // As if it did not know yet what the guest did: it answers without what was asked for.
  const { post } = line.transport;
  Object.assign(line.transport, {
    post: (path: string, body: string, options: { timeoutMs: number }) =>
      post(path, JSON.stringify({ ...JSON.parse(body), want: undefined }), options),
  });
  const begun = relevo.checkout.begin();
  begun.catch(() => {});
  await made.clock.pass(16_000);
  expect(await standOf(begun)).toBe('checkout/unsynced');
});

test.each([true, false])(
  'a checkout that began while the merge was owed is paid after it; begun again: %s',
  async (isAgain) => {
    const made = await held({ during: 'browse' });
    const { relevo, home, release, shop } = made;
    const { id } = await within(made, 2_000, relevo.checkout.begin());
    await release();
    if (isAgain) expect((await within(made, 1_000, relevo.checkout.begin())).id).toBe(id);
    await made.clock.pass(1_000);
    home.cart.add({ sku: 'LAMP' });
    await made.clock.pass(1_000);
    await within(made, 1_000, shop({ orderId: 'N-1', checkoutId: id }));
    for (const page of [relevo, home]) expect(cartOf(page)).toEqual({ LAMP: 1 });
  },
);

test('what was changed of a guest’s line waits for the merge, and so does paying it', async () => {
  const made = await held({ during: 'browse' });
  const { relevo, release } = made;
  relevo.cart.setQuantity({ sku: 'LAMP' }, 2);
  const early = relevo.checkout.begin();
  early.catch(() => {});
  await made.clock.pass(1_000);
  expect(await standOf(early)).toBe('checkout/unsynced');
  await release();
  expect(frozen(await within(made, 1_000, relevo.checkout.begin()))).toEqual({ SOFA: 3, RUG: 1, LAMP: 2 });
});

test('what a guest adds while the claim is out counts once in view where the merge has to wait', async () => {
  const hook = { isHeld: true };
  const beforeMerge: Hooks['beforeMerge'] = () => {
    if (hook.isHeld) throw new Error('not now');
  };
  const made = world({ hooks: { beforeMerge } });
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  const release = line.hold();
  const entering = relevo.signIn(made.token('ana'));
  await made.clock.pass(200);
  relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(200);
  release();
  expect((await within(made, 2_000, entering)).receipt).toBeNull();
  expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 1 });
  hook.isHeld = false;
  await made.clock.pass(heldMs);
  expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 1 });
});

test.each([
  ['another quantity of', (cart: Cart) => cart.setQuantity({ sku: 'CHAIR' }, 1)],
  ['more of', (cart: Cart) => cart.add({ sku: 'CHAIR' })],
] as const)(
  'who begins to pay after %s what their device held, which waits for a merge, is told to wait',
  async (_, act) => {
    const { made, hang, relevo } = await heldChairs();
    hang(true);
    for (const name of ['ana', 'ben', 'ana']) await signIn(made, relevo, name);
    act(relevo.cart);
    await made.clock.pass(2_000);
    const beginning = relevo.checkout.begin();
    beginning.catch(() => {});
    await made.clock.pass(20_000);
    expect(await standOf(beginning)).toBe('checkout/unsynced');
    await relevo.stop();
  },
);

test('what was paid for of a line that their device held is not in the cart again before the merge', async () => {
  const { made, hang, relevo } = await heldChairs();
  await made.clock.pass(1_000);
  const begun = await within(made, 5_000, relevo.checkout.begin());
  hang(true);
  await within(made, 5_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  const lines = [{ sku: 'CHAIR', quantity: 2 }];
  relevo.checkout.complete({ orderId: 'ORDER', checkoutId: begun.id, lines }).catch(() => {});
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toMatchObject({ CHAIR: 1 });
  await relevo.stop();
});
