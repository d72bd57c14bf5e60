import { expect, test } from 'vitest';
import { restorable } from './restorable.ts';
import { cartOf, within, world } from './world.ts';

/** Ana has three sofas; a guest with one signs in as Ana on the way to paying: one is paid, two are set aside beside it. */
const paying = async (options: Parameters<typeof world>[0] = {}, made = world(options)) => {
  const { device, line: homeLine } = made.device({ getToken: () => made.token('ana') });
  const home = device.open().relevo;
  await made.clock.pass(1_000);
  home.cart.add({ sku: 'SOFA', quantity: 3 });
  await made.clock.pass(1_000);
  const { device: phone, line } = made.device();
  const { relevo } = phone.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const { receipt } = await within(
    made,
    2_000,
    relevo.signIn(made.token('ana'), options.merge ? {} : { during: 'checkout' }),
  );
  await made.clock.pass(1_000);
  return { made, home, homeLine, relevo, line, id: receipt?.id ?? '' };
};
type Page = Awaited<ReturnType<typeof paying>>['relevo'];
const aside = ({ cart }: Page) => cart.parked.map(({ sku, quantity }) => `${quantity} ${sku}`).sort();
const stands = (page: Page) => [cartOf(page), page.cart.lines.length, aside(page)];
const besideIn = ({ cart }: Page) => {
  const [line] = cart.parked;
  if (!line) throw new Error('nothing is set aside');
  return line;
};

test('a line that a page hands back as it was given means that line, not the one of the same things', async () => {
  const { made, home, relevo } = await paying();
  relevo.cart.setQuantity(besideIn(relevo), 1);
  expect(stands(relevo)).toEqual([{ SOFA: 1 }, 1, ['1 SOFA']]);
  relevo.cart.remove(besideIn(relevo));
  expect(stands(relevo)).toEqual([{ SOFA: 1 }, 1, []]);
  await made.clock.pass(5_000);
  expect(stands(home)).toEqual([{ SOFA: 1 }, 1, []]);
});

test.each([
  ['the line', (page: Page) => besideIn(page)],
  ['its key', (page: Page) => besideIn(page).key],
  ['its article', () => ({ sku: 'SOFA' })],
] as const)('is taken back by %s', async (_, refOf) => {
  const { made, home, relevo } = await paying();
  relevo.cart.unpark(refOf(relevo));
  expect(stands(relevo)).toEqual([{ SOFA: 3 }, 1, []]);
  await made.clock.pass(5_000);
  expect(stands(home)).toEqual([{ SOFA: 3 }, 1, []]);
});

test('what a page adds is of its article, whatever key comes along', async () => {
  const { made, home, relevo } = await paying();
  relevo.cart.add({ ...besideIn(relevo), quantity: 1 });
  expect(stands(relevo)).toEqual([{ SOFA: 2 }, 1, ['2 SOFA']]);
  await made.clock.pass(5_000);
  expect(stands(home)).toEqual([{ SOFA: 2 }, 1, ['2 SOFA']]);
});

test('a quantity set right before a merge is undone is what is there', async () => {
  const { made, home, relevo, id } = await paying();
  relevo.cart.setQuantity({ sku: 'SOFA' }, 2);
  await within(made, 5_000, relevo.undoMerge(id));
  await made.clock.pass(60_000);
  for (const page of [home, relevo]) expect(stands(page)).toEqual([{ SOFA: 2 }, 1, ['2 SOFA']]);
});

test.each([
  ['at the checkout', {}],
  ['by `guest`', { merge: { cart: 'guest' } }],
] as const)(
  'a quantity set while a merge %s is being undone is what is there: who set it had that undone before',
  async (_, options) => {
    const { made, home, relevo, line, id } = await paying(options);
    const undoing = relevo.undoMerge(id);
    while (!line.requests.some(({ body }) => body.includes('"undo"'))) await made.clock.pass(5);
    relevo.cart.setQuantity({ sku: 'SOFA' }, 2);
    await within(made, 5_000, undoing);
    await made.clock.pass(60_000);
    for (const page of [home, relevo]) expect(stands(page)).toEqual([{ SOFA: 2 }, 1, []]);
  },
);

test('taken back from beside a line that is set aside it comes alone, offline as well', async () => {
  const { made, home, relevo, line } = await paying();
  const other = made.device();
  const payer = other.device.open().relevo;
  await made.clock.pass(500);
  payer.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  await within(made, 2_000, payer.signIn(made.token('ana'), { during: 'checkout' }));
  await made.clock.pass(1_000);
  expect(stands(relevo)).toEqual([{ LAMP: 1 }, 1, ['1 SOFA', '2 SOFA']]);
  line.setOnline(false);
  relevo.cart.unpark(relevo.cart.parked.find(({ quantity }) => quantity === 2)?.key ?? '');
  expect(stands(relevo)).toEqual([{ LAMP: 1, SOFA: 2 }, 2, ['1 SOFA']]);
  line.setOnline(true);
  await made.clock.pass(60_000);
  for (const page of [home, relevo]) expect(stands(page)).toEqual([{ LAMP: 1, SOFA: 2 }, 2, ['1 SOFA']]);
  relevo.cart.unpark({ sku: 'SOFA' });
  await made.clock.pass(5_000);
  for (const page of [home, relevo]) expect(stands(page)).toEqual([{ LAMP: 1, SOFA: 3 }, 2, []]);
});

test('what a server that was put back hears of it anew makes no second line in the cart', async () => {
  const { here, backup: back, restore } = restorable();
  const { home, homeLine, relevo, line, made } = await paying({}, here);
  const backup = back();
  homeLine.setOnline(false);
  const { key } = besideIn(relevo);
  relevo.cart.unpark(key);
  await made.clock.pass(2_000);
  line.setOnline(false);
  await restore(backup);
  await made.clock.pass(1_000);
  home.cart.setQuantity(key, 1);
  homeLine.setOnline(true);
  await made.clock.pass(60_000);
  line.setOnline(true);
  await made.clock.pass(400_000);
  for (const page of [home, relevo]) expect(stands(page)).toEqual([{ SOFA: 3 }, 1, ['1 SOFA']]);
});
