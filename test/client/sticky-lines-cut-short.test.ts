import { expect, test } from 'vitest';
import { cartAt, signedIn, signIn, signOut, slowlySignedIn } from './kept-lines.ts';
import { slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

test('a page that is killed at any moment of it comes back with all of the copy or nothing, never with lines of nobody’s', async () => {
  for (let ms = 0; ms <= 60; ms += 3) {
    const made = world();
    const { relevo, device, page } = await signedIn(made);
    void relevo.signOut().catch(() => {});
    await made.clock.pass(ms);
    page.kill();
    const next = device.open().relevo;
    await made.clock.pass(2_000);
    expect(next.identity.current.kind).toBe('guest');
    expect([{}, { LAMP: 3, VASE: 1 }]).toContainEqual(cartOf(next));
    await signIn(made, next, 'ben');
    await made.clock.pass(1_000);
    expect([cartOf(next), await cartAt(made, 'ben')]).toEqual([{}, {}]);
  }
});

test('behind a store that is slow the lines stay in view from the call on, and what is done to them is the next guest’s', async () => {
  const { made, by, relevo } = await slowlySignedIn();
  by.beginMs = 1_000;
  const seen: unknown[] = [];
  // Something is being stored: who leaves is decided after it.
  relevo.preferences.set('style', 'new');
  const entering = relevo.signIn(made.token('ana', 7));
  entering.catch(() => {});
  relevo.cart.subscribe(() => seen.push(cartOf(relevo)));
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1 });
  expect(relevo.identity.current.kind).toBe('guest');
  relevo.cart.setQuantity({ sku: 'LAMP' }, 4);
  relevo.cart.remove({ sku: 'VASE' });
  relevo.cart.add({ sku: 'MUG' });
  expect(cartOf(relevo)).toEqual({ LAMP: 4, MUG: 1 });
  await within(made, 20_000, leaving);
  by.beginMs = 0;
  await made.clock.pass(2_000);
  for (const cart of seen) expect(cart).toMatchObject({ LAMP: expect.any(Number) });
  expect(cartOf(relevo)).toEqual({ LAMP: 4, MUG: 1 });
  await signIn(made, relevo, 'ana');
  await made.clock.pass(2_000);
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4, MUG: 1 }));
});

test('where the store is still being read the cart is empty until it is known who leaves, then the lines are there', async () => {
  const { made, device, page } = await slowlySignedIn();
  page.kill();
  const by = slowStore(device, made);
  by.beginMs = 500;
  const { relevo } = device.open();
  relevo.cart.add({ sku: 'LAMP' });
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({});
  relevo.cart.add({ sku: 'MUG' });
  await within(made, 20_000, leaving);
  by.beginMs = 0;
  await made.clock.pass(2_000);
  // Who added the lamp was Ana.
  expect(cartOf(relevo)).toEqual({ LAMP: 4, VASE: 1, MUG: 1 });
});

test('who has left in another tab already leaves their lines once', async () => {
  const { made, device, relevo } = await slowlySignedIn();
  const other = device.open().relevo;
  await made.clock.pass(1_000);
  const both = [relevo.signOut(), other.signOut()];
  await within(made, 20_000, Promise.all(both));
  await made.clock.pass(2_000);
  expect([cartOf(relevo), cartOf(other)]).toEqual(Array(2).fill({ LAMP: 3, VASE: 1 }));
  await signIn(made, other, 'ben');
  await made.clock.pass(2_000);
  expect([cartOf(relevo), await cartAt(made, 'ben')]).toEqual([{}, {}]);
});

test('a page that goes away in the moment of it leaves the lines to the next one', async () => {
  const { made, device, page, by, relevo } = await slowlySignedIn();
  by.beginMs = 1_000;
  void relevo.signOut().catch(() => {});
  page.signal('pagehide');
  page.kill();
  slowStore(device, made);
  const next = device.open().relevo;
  await made.clock.pass(3_000);
  expect([next.identity.current.kind, cartOf(next)]).toEqual(['guest', { LAMP: 3, VASE: 1 }]);
  await signIn(made, next, 'ben');
  await made.clock.pass(2_000);
  expect([cartOf(next), await cartAt(made, 'ben')]).toEqual([{}, {}]);
});

test.each([5, 100, 400, 2_000])(
  'how many a guest says there are %i ms after the sign-out is so, beside another tab that follows it too',
  async (ms) => {
    for (const isOnline of [true, false]) {
      const made = world();
      const { relevo, page, device, line } = await signedIn(made);
      const other = device.open().relevo;
      await made.clock.pass(500);
      line.setOnline(isOnline);
      const leaving = relevo.signOut();
      await made.clock.pass(ms);
      relevo.cart.setQuantity({ sku: 'LAMP' }, 1);
      await within(made, 4_000, leaving);
      line.setOnline(true);
      page.signal('online');
      await made.clock.pass(30_000);
      expect([cartOf(relevo), cartOf(other)]).toEqual(Array(2).fill({ LAMP: 1, VASE: 1 }));
    }
  },
);

/** Who was signed out with something held signs in again, without an answer. */
const heldInVain = async (cart: 'guest' | 'lineage') => {
  const made = world({ merge: { cart } });
  const { relevo, line } = await signedIn(made);
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  const receipts: string[] = [];
  home.on('merge', ({ receipt }) => receipts.push(receipt.id));
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(100);
  await signOut(made, relevo);
  line.setOnline(true);
  await made.clock.pass(500);
  line.setFaults({ replyLost: 1 });
  const inVain = relevo.signIn(made.token('ana'));
  inVain.catch(() => {});
  await made.clock.pass(10_000);
  expect(await standOf(inVain)).toBe('network/offline');
  line.setFaults({});
  return { made, relevo, home, receipts };
};

test.each(['guest', 'lineage'] as const)(
  'who signs in again without an answer, then after somebody else, has what they had once (%s)',
  async (cart) => {
    const { made, relevo, home } = await heldInVain(cart);
    await signIn(made, relevo, 'eve');
    await signIn(made, relevo, 'ana');
    await made.clock.pass(2_000);
    expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1, SOFA: 1 });
    await home.stop();
  },
);

test('they have it also when the merge that they had not heard of was undone meanwhile', async () => {
  const { made, relevo, home, receipts } = await heldInVain('guest');
  await signIn(made, relevo, 'eve');
  await within(made, 3_000, home.undoMerge(receipts[0] ?? ''));
  await signIn(made, relevo, 'ana');
  await made.clock.pass(2_000);
  expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1, SOFA: 1 });
  await home.stop();
});
