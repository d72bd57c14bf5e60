import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import type { OutEntry } from '../../src/client/records.ts';
import { beyondCopies } from '../../src/client/sticky-lines.ts';
import { emptyLine, type Line } from '../../src/core/line.ts';
import { cartAt, signedIn, signIn, signOut } from './kept-lines.ts';
import { cartOf, world } from './world.ts';

test.each(['synced', 'local'] as const)(
  'another customer gets none of it, only what the guest added beyond (guest: %s)',
  async (guest) => {
    const made = world();
    const { relevo, device } = await signedIn(made, { guest });
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP', quantity: 2 });
    relevo.cart.add({ sku: 'MINE' });
    await made.clock.pass(1_000);
    // Also where the page is another one by then.
    const keys = new Map(relevo.cart.lines.map(({ sku, key }) => [sku, key]));
    const ben = device.open().relevo;
    await made.clock.pass(500);
    const { receipt } = await signIn(made, ben, 'ben');
    await made.clock.pass(1_000);
    expect([cartOf(ben), await cartAt(made, 'ben'), cartOf(relevo)]).toEqual(Array(3).fill({ LAMP: 2, MINE: 1 }));
    expect(receipt?.reasons).toEqual({ [keys.get('LAMP') ?? '']: 'merge/other-customer' });
    expect(receipt?.dropped).toEqual([]);
    expect(await cartAt(made, 'ana')).toEqual({ LAMP: 3, VASE: 1 });
  },
);

test('another customer gets none of it where the device’s store was emptied in between', async () => {
  const made = world();
  const { relevo, device, page } = await signedIn(made);
  await signOut(made, relevo);
  await made.clock.pass(2_000);
  page.kill();
  device.wipe();
  const next = device.open().relevo;
  await made.clock.pass(2_000);
  await signIn(made, next, 'ben');
  await made.clock.pass(1_000);
  expect([cartOf(next), await cartAt(made, 'ben')]).toEqual([{}, {}]);
});

test.each([
  ['fewer', 2, {}],
  ['more', 5, { LAMP: 2 }],
] as const)(
  'a quantity set while another customer is being signed in is theirs beyond it: %s',
  async (_, n, theirs) => {
    const made = world();
    const { relevo, line, device } = await signedIn(made);
    await signOut(made, relevo);
    await made.clock.pass(1_000);
    const ben = device.open().relevo;
    await made.clock.pass(500);
    const release = line.hold();
    const entering = signIn(made, ben, 'ben');
    await made.clock.pass(100);
    const { key = '' } = relevo.cart.lines.find(({ sku }) => sku === 'LAMP') ?? {};
    relevo.cart.setQuantity(key, n);
    release();
    await entering;
    await made.clock.pass(1_000);
    expect([cartOf(relevo), cartOf(ben), await cartAt(made, 'ben')]).toEqual([theirs, theirs, theirs]);
  },
);

test.each([
  ['a quantity', (cart: Relevo['cart'], key: string) => cart.setQuantity(key, 5), 4],
  ['fewer', (cart: Relevo['cart'], key: string) => cart.setQuantity(key, 1), 6],
  ['more', (cart: Relevo['cart']) => cart.add({ sku: 'LAMP', quantity: 2 }), 4],
] as const)('also behind what their sign-in had carried already: %s', async (_, before, theirs) => {
  const made = world();
  const { relevo, line } = await signedIn(made);
  await signOut(made, relevo);
  await made.clock.pass(1_000);
  const { key = '' } = relevo.cart.lines.find(({ sku }) => sku === 'LAMP') ?? {};
  before(relevo.cart, key);
  const release = line.hold();
  const entering = signIn(made, relevo, 'ben');
  await made.clock.pass(100);
  relevo.cart.setQuantity(key, 7);
  release();
  await entering;
  await made.clock.pass(1_000);
  expect([cartOf(relevo), await cartAt(made, 'ben')]).toEqual(Array(2).fill({ LAMP: theirs }));
});

test('nor while their merge is owed: a site’s code that hangs shows them nothing of it', async () => {
  let hangs = true;
  const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
  hangs = false;
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  hangs = true;
  await signIn(made, relevo, 'ben');
  await made.clock.pass(500);
  expect(cartOf(relevo)).toEqual({ LAMP: 1 });
  hangs = false;
  await made.clock.pass(200_000);
  expect([cartOf(relevo), await cartAt(made, 'ben')]).toEqual(Array(2).fill({ LAMP: 1 }));
});

test('who is signed in over another customer never sees a line of theirs, and hears of none', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const seen: unknown[] = [];
  relevo.cart.subscribe(() => seen.push(cartOf(relevo)));
  const { receipt } = await signIn(made, relevo, 'ben');
  await made.clock.pass(2_000);
  expect([cartOf(relevo), receipt]).toEqual([{}, null]);
  expect(seen.filter((cart) => Object.keys(cart as object).length)).toEqual([]);
});

const vase = { sku: 'VASE', properties: { colour: 'blue' } };

test.each<[string, (relevo: Relevo) => unknown, { [sku: string]: number }]>([
  ['took it out and put two in', ({ cart }) => [cart.remove({ sku: 'LAMP' }), add(cart, 2)], { LAMP: 2 }],
  ['took it out and put five in', ({ cart }) => [cart.remove({ sku: 'LAMP' }), add(cart, 5)], { LAMP: 5 }],
  ['left one and put two to it', ({ cart }) => [cart.setQuantity({ sku: 'LAMP' }, 1), add(cart, 2)], { LAMP: 2 }],
  ['put two to it and left four', ({ cart }) => [add(cart, 2), cart.setQuantity({ sku: 'LAMP' }, 4)], { LAMP: 1 }],
  ['bought it and put two in', (relevo) => [buy(relevo, 3), add(relevo.cart, 2)], { LAMP: 2 }],
  ['bought one of it and put two to it', (relevo) => [buy(relevo, 1), add(relevo.cart, 2)], { LAMP: 2 }],
  ['left one', ({ cart }) => cart.setQuantity({ sku: 'LAMP' }, 1), {}],
])('a guest who %s has what they put in themselves, also as another customer', async (_, act, expected) => {
  const made = world();
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  act(relevo);
  await made.clock.pass(1_000);
  await signIn(made, relevo, 'ben');
  await made.clock.pass(2_000);
  expect([cartOf(relevo), await cartAt(made, 'ben')]).toEqual(Array(2).fill(expected));
});

const add = (cart: Relevo['cart'], quantity: number) => cart.add({ sku: 'LAMP', quantity });
const buy = (relevo: Relevo, quantity: number) =>
  relevo.capture({ type: 'purchase', orderId: 'o1', items: [{ sku: 'LAMP', quantity }] });

test('so they do in view while the merge is owed, each act of theirs counted', async () => {
  let hangs = true;
  const made = world({ hooks: { beforeMerge: () => (hangs ? new Promise<never>(() => {}) : undefined) } });
  hangs = false;
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  relevo.cart.remove({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  relevo.cart.setQuantity(vase, 2);
  relevo.cart.setQuantity(vase, 1);
  relevo.cart.add(vase);
  hangs = true;
  const entering = signIn(made, relevo, 'ben');
  await entering;
  await made.clock.pass(500);
  expect(cartOf(relevo)).toEqual({ LAMP: 2, VASE: 1 });
  hangs = false;
  await made.clock.pass(200_000);
  expect([cartOf(relevo), await cartAt(made, 'ben')]).toEqual(Array(2).fill({ LAMP: 2, VASE: 1 }));
});

test('the price that the guest was told of what they added is theirs, and so is where they added it', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  const price = { amountMinor: 500, currency: 'EUR' };
  relevo.cart.add({ sku: 'LAMP', price });
  await made.clock.pass(1_000);
  await signIn(made, relevo, 'ben');
  await made.clock.pass(1_000);
  expect(relevo.cart.lines).toMatchObject([{ sku: 'LAMP', quantity: 1, title: 'A lamp', price, channel: 'web' }]);
});

test.each([
  ['', {}],
  [', by a site that merges none', { hooks: { beforeMerge: () => ({ veto: true as const }) } }],
])('no device of theirs hears of a line of which they get nothing%s', async (_, site) => {
  const made = world(site);
  const bens = made.device({ getToken: () => made.token('ben') }).device.open().relevo;
  await made.clock.pass(1_000);
  const told: unknown[] = [];
  bens.on('merge', ({ receipt }) => void told.push(receipt));
  const { relevo } = await signedIn(made);
  const key = relevo.cart.find(vase)?.key ?? '';
  await signOut(made, relevo);
  relevo.cart.add({ sku: 'MINE' });
  await made.clock.pass(1_000);
  const { receipt } = await signIn(made, relevo, 'ben');
  await made.clock.pass(5_000);
  expect([told.length, key.length > 0]).toEqual([1, true]);
  expect(JSON.stringify([receipt, told])).not.toContain(key);
});

test('what a guest sets over a copy that has been sent is theirs beyond it, as over one that waits', () => {
  const base = { w: 1, at: 0, c: 'cart', k: 'lamp' } as const;
  const fork = { of: 'c_ana', n: 3 };
  const copy: OutEntry = { ...base, n: 1, i: 'copy', x: { t: 'add', n: 3, f: { fork } } };
  const sets = [7, 1, 4].map(
    (v, at): OutEntry => ({ ...base, n: 2 + at, i: `${v}`, x: { t: 'set', v, seen: {}, g: 0 } }),
  );
  const sent: Line = { q: { ...emptyLine.q, p: { r: 3 } }, d: { fork: [fork, [1, 0, 'r', 1]] } };
  const beyond = (entries: OutEntry[], line: Line | undefined, customer: string) =>
    beyondCopies(entries, { line: () => line, customer }).flatMap(({ x, from }) => (x.t === 'set' ? [from] : []));
  // Four beyond three; none, for one is left of the copy; three beyond that one.
  for (const of of ['', 'c_ben']) {
    expect(beyond([copy, ...sets], undefined, of)).toEqual([3, 5, 1]);
    expect(beyond(sets, sent, of)).toEqual([3, 5, 1]);
  }
  expect(beyond(sets, sent, 'c_ana')).toEqual([undefined, undefined, undefined]);
});
