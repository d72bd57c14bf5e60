import { expect, test } from 'vitest';
import type { Relevo, RelevoOptions } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { slowStore } from './slow-store.ts';
import { cartOf, codeOf, within, world } from './world.ts';

type Made = ReturnType<typeof world>;
const sticky = { kind: 'personal', keep: 'cart-lines' } as const;
const secret = 'TOLD-TO-ANA';

/** Ana on a phone of her own that keeps cart lines, with three lamps and a vase. */
const signedIn = async (made: Made, options: Partial<RelevoOptions> = {}) => {
  const own = made.device({ device: sticky, ...options });
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({
    sku: 'LAMP',
    quantity: 3,
    title: 'A lamp',
    url: 'https://shop.test/lamp',
    price: { amountMinor: 4_711, currency: 'EUR' },
  });
  page.relevo.cart.add({ sku: 'VASE', properties: { colour: 'blue' } });
  page.relevo.preferences.set('style', secret);
  page.relevo.identity.set({ displayName: secret });
  await within(made, 1_000, page.relevo.flush());
  await made.clock.pass(500);
  return { ...own, page, relevo: page.relevo };
};

/** What a customer has, as a fresh device of theirs shows it. */
const cartAt = async (made: Made, name: string) => {
  const { relevo } = made.device({ getToken: () => made.token(name) }).device.open();
  await made.clock.pass(2_000);
  return cartOf(relevo);
};

const signOut = (made: Made, relevo: Relevo) => within(made, 4_000, relevo.signOut());
const signIn = (made: Made, relevo: Relevo, name: string) => within(made, 4_000, relevo.signIn(made.token(name)));

test('the articles stay in view as the next guest’s, in one step, and nothing else of the customer does', async () => {
  const made = world();
  const { relevo, device } = await signedIn(made);
  const order = relevo.cart.lines.map(({ sku }) => sku);
  const seen: unknown[] = [];
  relevo.cart.subscribe(() => seen.push(cartOf(relevo)));
  const leaving = relevo.signOut();
  expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1 });
  expect(await within(made, 4_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  await made.clock.pass(2_000);
  expect(seen.length).toBeGreaterThan(0);
  for (const cart of seen) expect(cart).toEqual({ LAMP: 3, VASE: 1 });
  expect(relevo.cart.lines.map(({ sku }) => sku)).toEqual(order);
  expect(relevo.identity.current.kind).toBe('guest');
  expect(relevo.cart.find({ sku: 'LAMP' })).toEqual({
    key: expect.any(String),
    sku: 'LAMP',
    quantity: 3,
    properties: {},
    title: 'A lamp',
    url: 'https://shop.test/lamp',
    channel: 'web',
    updatedAt: expect.any(Number),
    reason: '',
  });
  expect(relevo.cart.find({ sku: 'VASE', properties: { colour: 'blue' } })?.quantity).toBe(1);
  const kept = await textOf(device);
  for (const text of [secret, '4711', 'ana']) expect(kept).not.toContain(text);
});

test('also where a page is opened again, in other tabs, and offline', async () => {
  const made = world();
  const { relevo, device, line } = await signedIn(made);
  const other = device.open().relevo;
  await made.clock.pass(500);
  line.setOnline(false);
  await signOut(made, relevo);
  expect(cartOf(other)).toEqual({ LAMP: 3, VASE: 1 });
  expect(other.identity.current.kind).toBe('guest');
  const again = device.open().relevo;
  await made.clock.pass(500);
  expect(cartOf(again)).toEqual({ LAMP: 3, VASE: 1 });
  line.setOnline(true);
  await made.clock.pass(90_000);
  expect(cartOf(device.open().relevo)).toEqual({});
  expect([cartOf(again), cartOf(other)]).toEqual(Array(2).fill({ LAMP: 3, VASE: 1 }));
});

test.each(['synced', 'local'] as const)(
  'who signs in again ten times has what they had, and what they changed (guest: %s)',
  async (guest) => {
    const made = world();
    const { relevo } = await signedIn(made, { guest });
    for (let time = 0; time < 10; time++) {
      await signOut(made, relevo);
      const { receipt } = await signIn(made, relevo, 'ana');
      expect(receipt).toMatchObject({ added: [], raised: [], lowered: [], dropped: [] });
      await made.clock.pass(1_000);
      expect(cartOf(relevo)).toEqual({ LAMP: 3, VASE: 1 });
    }
    expect(relevo.cart.find({ sku: 'LAMP' })?.price).toEqual({ amountMinor: 4_711, currency: 'EUR' });
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP' });
    relevo.cart.remove({ sku: 'VASE', properties: { colour: 'blue' } });
    expect(cartOf(relevo)).toEqual({ LAMP: 4 });
    await made.clock.pass(1_000);
    await signIn(made, relevo, 'ana');
    await made.clock.pass(1_000);
    expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4 }));
  },
);

test.each(['lineage', 'max', 'sum'] as const)(
  'what another device added meanwhile is there once, and so is what the guest did (%s)',
  async (cart) => {
    const made = world({ merge: { cart } });
    const { relevo } = await signedIn(made);
    await signOut(made, relevo);
    relevo.cart.setQuantity({ sku: 'LAMP' }, 4);
    relevo.cart.remove({ sku: 'VASE', properties: { colour: 'blue' } });
    const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(2_000);
    laptop.cart.add({ sku: 'LAMP', quantity: 2 });
    await within(made, 1_000, laptop.flush());
    await signIn(made, relevo, 'ana');
    await made.clock.pass(1_000);
    expect([cartOf(relevo), cartOf(laptop)]).toEqual(Array(2).fill({ LAMP: 6 }));
  },
);

test('what was removed elsewhere meanwhile does not come back', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  await signOut(made, relevo);
  const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  laptop.cart.clear();
  await within(made, 1_000, laptop.flush());
  await signIn(made, relevo, 'ana');
  await made.clock.pass(1_000);
  expect([cartOf(relevo), cartOf(laptop)]).toEqual([{}, {}]);
});

test.each(['synced', 'local'] as const)(
  'another customer gets none of it, only what the guest added beyond (guest: %s)',
  async (guest) => {
    const made = world();
    const { relevo, device } = await signedIn(made, { guest });
    await signOut(made, relevo);
    relevo.cart.add({ sku: 'LAMP', quantity: 2 });
    relevo.cart.add({ sku: 'MINE' });
    await made.clock.pass(1_000);
    // Also where the page is another one by then, and the device's store has been emptied.
    const keys = new Map(relevo.cart.lines.map(({ sku, key }) => [sku, key]));
    const ben = device.open().relevo;
    await made.clock.pass(500);
    const { receipt } = await signIn(made, ben, 'ben');
    await made.clock.pass(1_000);
    expect([cartOf(ben), await cartAt(made, 'ben'), cartOf(relevo)]).toEqual(Array(3).fill({ LAMP: 2, MINE: 1 }));
    expect(receipt?.dropped).toEqual([keys.get('VASE')]);
    expect(receipt?.reasons).toMatchObject({
      [keys.get('VASE') ?? '']: 'merge/other-customer',
      [keys.get('LAMP') ?? '']: 'merge/other-customer',
    });
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

test('what was not sent counts once: it is in the copy, and held until its customer is back', async () => {
  const made = world();
  const { relevo, line } = await signedIn(made);
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(100);
  expect(await signOut(made, relevo)).toEqual({ unsynced: 1, outcome: 'held' });
  expect(cartOf(relevo)).toEqual({ LAMP: 4, VASE: 1 });
  line.setOnline(true);
  await made.clock.pass(90_000);
  await signIn(made, relevo, 'ana');
  await made.clock.pass(2_000);
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4, VASE: 1 }));
});

test.each([
  ['sum', {}],
  ['guest', {}],
  ['lineage', { during: 'checkout' }],
] as const)('also where the carts are merged otherwise (%s, %o)', async (cart, how) => {
  const made = world({ merge: { cart } });
  const { relevo, line } = await signedIn(made);
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP' });
  relevo.cart.add({ sku: 'MUG', quantity: 2 });
  await made.clock.pass(100);
  expect(await signOut(made, relevo)).toEqual({ unsynced: 2, outcome: 'held' });
  line.setOnline(true);
  await made.clock.pass(90_000);
  await within(made, 4_000, relevo.signIn(made.token('ana'), how));
  await made.clock.pass(2_000);
  expect([cartOf(relevo), await cartAt(made, 'ana')]).toEqual(Array(2).fill({ LAMP: 4, VASE: 1, MUG: 2 }));
});

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

test.each<[string, (relevo: Relevo) => Promise<unknown>]>([
  ['who drops what is unsent', (relevo) => relevo.signOut({ unsynced: 'drop' })],
  ['whose device is taken back', (relevo) => relevo.devices.revoke(relevo.identity.current.deviceId)],
])('nothing stays of one %s', async (_, leave) => {
  const made = world();
  const { relevo, device } = await signedIn(made);
  await within(made, 4_000, leave(relevo));
  expect(cartOf(relevo)).toEqual({});
  expect(await textOf(device)).not.toContain('LAMP');
});

test('nothing stays of what was set aside, nor where a page says nothing about it', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  const unbind = relevo.cart.bind({
    write: ({ lines }) => ({
      refused: lines.filter(({ sku }) => sku === 'VASE').map(({ key }) => ({ key, reason: 'sold-out' })),
    }),
  });
  await made.clock.pass(1_000);
  unbind();
  await signOut(made, relevo);
  expect([cartOf(relevo), relevo.cart.parked]).toEqual([{ LAMP: 3 }, []]);
  const usual = await signedIn(world(), { device: { kind: 'personal' } });
  const leaving = usual.relevo.signOut();
  expect(cartOf(usual.relevo)).toEqual({});
  leaving.catch(() => {});
});

test('the shop’s own cart is asked for nothing, and what it repeats counts nothing', async () => {
  const made = world();
  const { relevo } = await signedIn(made);
  let own: { sku: string; quantity: number; properties: { colour?: string } }[] = [];
  const asked: unknown[] = [];
  relevo.cart.bind({
    read: () => own,
    write({ lines, added, changed, removed, cause }) {
      own = lines.map(({ sku, quantity, properties }) => ({ sku, quantity, properties }));
      if (added.length + changed.length + removed.length) asked.push([cause, added, changed, removed]);
    },
  });
  await made.clock.pass(2_000);
  asked.length = 0;
  await signOut(made, relevo);
  await made.clock.pass(5_000);
  relevo.capture({ type: 'cart', items: own });
  await made.clock.pass(1_000);
  expect([cartOf(relevo), asked]).toEqual([{ LAMP: 3, VASE: 1 }, []]);
});

test('without a bound cart a report of what the shop still holds counts nothing either', async () => {
  const made = world();
  const { relevo } = await signedIn(made, {});
  const items = [
    { sku: 'LAMP', quantity: 3 },
    { sku: 'VASE', quantity: 1, properties: { colour: 'blue' } },
  ];
  relevo.capture({ type: 'cart', items });
  await made.clock.pass(1_000);
  const before = cartOf(relevo);
  await signOut(made, relevo);
  relevo.capture({ type: 'cart', items });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual(before);
});

test('only a personal device may keep anything', () => {
  const made = world();
  for (const kind of ['shared', 'kiosk'] as const)
    expect(codeOf(() => made.device({ device: { kind, keep: 'cart-lines' } }).device.open())).toBe('options/invalid');
  expect(codeOf(() => made.device({ device: { keep: 'cart-lines' } }).device.open())).toBe('options/invalid');
  expect(codeOf(() => made.device({ device: { kind: 'personal', keep: 'all' as never } }).device.open())).toBe(
    'options/invalid',
  );
});

test('what goes over the wire of a copy names no customer but by the id of their space', async () => {
  const made = world();
  const { relevo, line } = await signedIn(made);
  const before = line.requests.length;
  await signOut(made, relevo);
  await made.clock.pass(2_000);
  const bodies = line.requests.slice(before).map(({ body }) => body);
  const adds = bodies.flatMap((body) => (JSON.parse(body) as { ops: { t: string; f?: object }[] }).ops);
  expect(adds.some(({ f }) => JSON.stringify(f ?? {}).includes('"fork":{"of":"c_'))).toBe(true);
  expect(JSON.stringify(adds)).not.toContain('ana');
});

/** As `signedIn`, on a store that can be slow. */
const slowlySignedIn = async () => {
  const made = world();
  const own = made.device({ device: sticky });
  const by = slowStore(own.device, made);
  const page = own.device.open();
  await made.clock.pass(100);
  await within(made, 2_000, page.relevo.signIn(made.token('ana')));
  page.relevo.cart.add({ sku: 'LAMP', quantity: 3 });
  page.relevo.cart.add({ sku: 'VASE' });
  await made.clock.pass(1_000);
  return { ...own, made, by, page, relevo: page.relevo };
};

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
  expect(next.identity.current.kind).toBe('guest');
  expect([{}, { LAMP: 3, VASE: 1 }]).toContainEqual(cartOf(next));
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
