import { expect, test } from 'vitest';
import type { ShopItem } from '../../src/client/api.ts';
import { cartOf, codeOf, within, world } from './world.ts';

/** Ana has sofas and a rug; a guest with a sofa and a lamp signs in as Ana on the way to paying. */
const paying = async (made = world()) => {
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  home.cart.add({ sku: 'SOFA', quantity: 3 });
  home.cart.add({ sku: 'RUG' });
  await made.clock.pass(1_000);
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  return { made, home, relevo, device, line };
};
const aside = ({ cart }: Awaited<ReturnType<typeof paying>>['relevo']) =>
  cart.parked.map(({ sku, quantity, reason }) => `${quantity} ${sku} ${reason}`).sort();

test('signing in at the checkout leaves the cart as it is; what the customer had beside it is in sight, and comes back', async () => {
  const { made, home, relevo } = await paying();
  // The shop's own cart, as it hears of it.
  const shop = new Map<string, number>();
  relevo.cart.bind({
    read: () => [...shop].map(([sku, quantity]): ShopItem => ({ sku, quantity })),
    write: ({ lines }) => {
      shop.clear();
      for (const { sku, quantity } of lines) shop.set(sku, (shop.get(sku) ?? 0) + quantity);
    },
  });
  await made.clock.pass(500);
  const { receipt } = await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  expect(receipt?.policy).toBe('checkout');
  for (const page of [home, relevo]) {
    expect(cartOf(page)).toEqual({ SOFA: 1, LAMP: 1 });
    expect(aside(page)).toEqual(['1 RUG merge/checkout', '2 SOFA merge/checkout']);
  }
  expect(Object.fromEntries(shop)).toEqual({ SOFA: 1, LAMP: 1 });
  for (const { key } of relevo.cart.parked) relevo.cart.unpark(key);
  expect([cartOf(relevo), relevo.cart.lines.length, aside(relevo)]).toEqual([{ SOFA: 3, LAMP: 1, RUG: 1 }, 3, []]);
  await made.clock.pass(5_000);
  // One line, in the shop's own cart as well.
  expect([cartOf(home), aside(home), Object.fromEntries(shop)]).toEqual([
    { SOFA: 3, LAMP: 1, RUG: 1 },
    [],
    { SOFA: 3, LAMP: 1, RUG: 1 },
  ]);
});

test('is that too when the server’s note of it was lost and the device claims again', async () => {
  let isBroken = false;
  let guest = '';
  const made = world({
    hooks: {
      beforeMerge: (context) => {
        guest = context.guest;
        if (isBroken) throw new Error('not now');
      },
    },
  });
  const { home, relevo } = await paying(made);
  // No device that does not know the occasion asks for the merge first.
  await home.stop();
  isBroken = true;
  const { receipt } = await within(made, 4_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  expect(receipt).toBeNull();
  isBroken = false;
  await made.store.write(async (tx) => {
    const row = await tx.claim(`pk_world/${guest}`);
    expect(row).toMatchObject({ status: 'waiting', carried: [{ during: 'checkout' }] });
    if (row) await tx.putClaim({ ...row, carried: [] });
  });
  await made.clock.pass(180_000);
  expect([cartOf(relevo), aside(relevo)]).toEqual([
    { SOFA: 1, LAMP: 1 },
    ['1 RUG merge/checkout', '2 SOFA merge/checkout'],
  ]);
});

test('a sign-in without an occasion is an ordinary one', async () => {
  const { made, relevo } = await paying();
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect([cartOf(relevo), aside(relevo)]).toEqual([{ SOFA: 3, LAMP: 1, RUG: 1 }, []]);
});

test.each([null, {}, { during: undefined }, { during: null }, { during: 'browse' }])(
  'nor is one with %j',
  async (options) => {
    const { made, relevo } = await paying();
    await within(made, 2_000, relevo.signIn(made.token('ana'), options as never));
    expect([cartOf(relevo), aside(relevo)]).toEqual([{ SOFA: 3, LAMP: 1, RUG: 1 }, []]);
  },
);

test.each([1, '', 'voice-call', {}, 'x'.repeat(40)])('an occasion that there is not is refused: %j', async (during) => {
  const { made, relevo } = await paying();
  expect(codeOf(() => relevo.signIn(made.token('ana'), { during } as never))).toBe('change/bad-value');
  await made.clock.pass(1_000);
  expect(relevo.identity.current.customerId).toBeUndefined();
});

test('a line beside one of the same things can be removed', async () => {
  const { made, home, relevo } = await paying();
  await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  const beside = relevo.cart.parked.find(({ sku }) => sku === 'SOFA')?.key ?? '';
  relevo.cart.remove(beside);
  expect(codeOf(() => relevo.cart.unpark(beside))).toBe('change/unknown-line');
  await made.clock.pass(2_000);
  expect([cartOf(home), aside(home)]).toEqual([{ SOFA: 1, LAMP: 1 }, ['1 RUG merge/checkout']]);
});

test('two devices that take back the same line before they hear of each other have it once', async () => {
  const { made, home, relevo, line } = await paying();
  await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  line.setOnline(false);
  for (const page of [home, relevo]) {
    page.cart.unpark(page.cart.parked.find(({ sku }) => sku === 'SOFA')?.key ?? '');
    expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 3, LAMP: 1 }, ['1 RUG merge/checkout']]);
  }
  await made.clock.pass(2_000);
  line.setOnline(true);
  await made.clock.pass(60_000);
  for (const page of [home, relevo])
    expect([cartOf(page), page.cart.lines.length, aside(page)]).toEqual([
      { SOFA: 3, LAMP: 1 },
      2,
      ['1 RUG merge/checkout'],
    ]);
});

test('a line that was taken back offline while the merge was undone elsewhere is there once', async () => {
  const { made, home, relevo, line } = await paying();
  const { receipt } = await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.cart.unpark(relevo.cart.parked.find(({ sku }) => sku === 'SOFA')?.key ?? '');
  await within(made, 2_000, home.undoMerge(receipt?.id ?? ''));
  line.setOnline(true);
  await made.clock.pass(60_000);
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{ SOFA: 3, RUG: 1 }, []]);
});

test('a quantity that is set over what was just taken back has seen it, and so has an order', async () => {
  const { made, home, relevo } = await paying();
  await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  relevo.cart.unpark(relevo.cart.parked.find(({ sku }) => sku === 'SOFA')?.key ?? '');
  relevo.cart.setQuantity({ sku: 'SOFA' }, 2);
  expect(cartOf(relevo)).toEqual({ SOFA: 2, LAMP: 1 });
  await made.clock.pass(5_000);
  for (const page of [home, relevo]) expect(cartOf(page)).toEqual({ SOFA: 2, LAMP: 1 });
  relevo.cart.unpark({ sku: 'RUG' });
  relevo.capture({
    type: 'purchase',
    orderId: 'o-1',
    items: [
      { sku: 'SOFA', quantity: 2 },
      { sku: 'RUG', quantity: 1 },
    ],
  });
  await made.clock.pass(5_000);
  for (const page of [home, relevo]) expect([cartOf(page), aside(page)]).toEqual([{ LAMP: 1 }, []]);
});

test('an order right after a line was taken back takes that too', async () => {
  const { made, home, relevo } = await paying();
  await within(made, 2_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  relevo.cart.unpark(relevo.cart.parked.find(({ sku }) => sku === 'SOFA')?.key ?? '');
  relevo.capture({ type: 'purchase', orderId: 'o-1', items: [{ sku: 'SOFA', quantity: 3 }] });
  await made.clock.pass(10);
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  await made.clock.pass(5_000);
  for (const page of [home, relevo])
    expect([cartOf(page), aside(page)]).toEqual([{ LAMP: 1 }, ['1 RUG merge/checkout']]);
});

test('what is set aside counts where a line is one too many: the server would refuse what a page had shown', async () => {
  const { made, home, relevo } = await paying();
  for (let n = 0; n < 110; n++) {
    home.cart.add({ sku: `HOME-${n}` });
    relevo.cart.add({ sku: `HERE-${n}` });
  }
  await made.clock.pass(30_000);
  await within(made, 5_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(5_000);
  for (const page of [home, relevo]) {
    expect([page.cart.lines.length, page.cart.parked.length]).toEqual([112, 112]);
    expect(codeOf(() => page.cart.add({ sku: 'MUG' }))).toBe('change/too-many');
    page.cart.add({ sku: 'SOFA' });
  }
  await made.clock.pass(5_000);
  expect([home, relevo].map((page) => page.cart.find({ sku: 'SOFA' })?.quantity)).toEqual([3, 3]);
});
