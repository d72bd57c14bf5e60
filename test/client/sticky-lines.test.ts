import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { cartAt, secret, signedIn, signIn, signOut } from './kept-lines.ts';
import { cartOf, codeOf, within, world } from './world.ts';

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
  const later = device.open().relevo;
  await made.clock.pass(500);
  expect([cartOf(later), cartOf(again), cartOf(other)]).toEqual(Array(3).fill({ LAMP: 3, VASE: 1 }));
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
