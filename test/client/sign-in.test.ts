import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { textOf } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

/** A customer who has this cart already, from another device. */
const customerWith = async (
  made: ReturnType<typeof world>,
  lines: { readonly [sku: string]: number },
): Promise<Relevo> => {
  const { relevo } = made.device({ getToken: () => made.token('ana') }).device.open();
  await made.clock.pass(1_000);
  for (const [sku, quantity] of Object.entries(lines)) relevo.cart.add({ sku, quantity });
  await within(made, 1_000, relevo.flush());
  return relevo;
};

test('a guest cart is merged: the larger quantity of each line, and a receipt that says what happened', async () => {
  const made = world();
  const other = await customerWith(made, { BOTH: 1, MORE: 5, THEIRS: 2 });
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'BOTH', quantity: 3 });
  relevo.cart.add({ sku: 'MORE', quantity: 2 });
  relevo.cart.add({ sku: 'MINE', quantity: 1 });
  const heard: string[] = [];
  for (const name of ['signin', 'merge', 'restore'] as const) relevo.on(name, () => heard.push(name));
  await made.clock.pass(500);
  const { receipt } = await within(made, 1_000, relevo.signIn(made.token('ana')));
  const key = (sku: string) => relevo.cart.find({ sku })?.key;
  expect(receipt).toMatchObject({
    policy: 'lineage',
    added: [key('MINE')],
    raised: [[key('BOTH'), 1, 3]],
    kept: [key('MORE')],
  });
  expect(heard).toEqual(['signin', 'merge', 'restore']);
  const merged = { BOTH: 3, MORE: 5, THEIRS: 2, MINE: 1 };
  expect(cartOf(relevo)).toEqual(merged);
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual(merged);
  await Promise.all([relevo.stop(), other.stop()]);
});

test.each([
  ['max', { BOTH: 3, MINE: 1, THEIRS: 2 }],
  ['sum', { BOTH: 4, MINE: 1, THEIRS: 2 }],
  ['guest', { BOTH: 3, MINE: 1 }],
  ['customer', { BOTH: 1, THEIRS: 2 }],
] as const)('with the policy %s the site decides what becomes of the lines', async (cart, expected) => {
  const made = world({ merge: { cart } });
  const other = await customerWith(made, { BOTH: 1, THEIRS: 2 });
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'BOTH', quantity: 3 });
  relevo.cart.add({ sku: 'MINE', quantity: 1 });
  await within(made, 1_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toMatchObject(expected);
  expect(cartOf(other)).toEqual(cartOf(relevo));
  await Promise.all([relevo.stop(), other.stop()]);
});

test('the same customer signing in again changes nothing and gives no receipt', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, relevo.signIn(made.token('ana')));
  for (let again = 0; again < 3; again++)
    expect(await within(made, 1_000, relevo.signIn(made.token('ana')))).toEqual({ receipt: null });
  expect(cartOf(relevo)).toEqual({ A: 2 });
  await relevo.stop();
});

test('one request signs in, merges the guest and restores the customer', async () => {
  const made = world();
  const other = await customerWith(made, { THEIRS: 2 });
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'MINE' });
  await made.clock.pass(500);
  const before = line.requests.length;
  const signingIn = relevo.signIn(made.token('ana'));
  while ((await standOf(signingIn)) === 'open') await made.clock.pass(1);
  expect(line.requests.length - before).toBe(1);
  expect(cartOf(relevo)).toEqual({ THEIRS: 2, MINE: 1 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('offline it rejects network/offline, the guest stays as it was, and it works later', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(500);
  line.setOnline(false);
  const { anonymousId } = relevo.identity.current;
  await expect(within(made, 20_000, relevo.signIn(made.token('ana')))).rejects.toMatchObject({
    code: 'network/offline',
    retryable: true,
  });
  expect(relevo.identity.current).toMatchObject({ kind: 'guest', anonymousId });
  relevo.cart.add({ sku: 'B' });
  expect(cartOf(relevo)).toEqual({ A: 2, B: 1 });
  line.setOnline(true);
  const { receipt } = await within(made, 5_000, relevo.signIn(made.token('ana')));
  expect(receipt?.added).toHaveLength(2);
  expect(cartOf(relevo)).toEqual({ A: 2, B: 1 });
  await relevo.stop();
});

test('a token that the server refuses rejects with its code and leaves the guest as it was', async () => {
  const made = world();
  const { relevo } = made.device().device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  await expect(within(made, 2_000, relevo.signIn('forged'))).rejects.toMatchObject({ code: 'auth/malformed' });
  expect(relevo.identity.current.kind).toBe('guest');
  const change = relevo.cart.add({ sku: 'B' });
  await within(made, 60_000, change.synced);
  expect(cartOf(relevo)).toEqual({ A: 1, B: 1 });
  await relevo.stop();
});

test('an answer lost on the way and a second try: one merge', async () => {
  const made = world({ merge: { cart: 'sum' } });
  const other = await customerWith(made, { A: 1 });
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(500);
  line.setFaults({ replyLost: 1 });
  await expect(within(made, 20_000, relevo.signIn(made.token('ana')))).rejects.toMatchObject({
    code: 'network/offline',
  });
  line.setFaults({});
  const { receipt } = await within(made, 5_000, relevo.signIn(made.token('ana')));
  expect(receipt).toMatchObject({ raised: [[relevo.cart.lines[0]?.key, 1, 3]] });
  expect(cartOf(relevo)).toEqual({ A: 3 });
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ A: 3 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a page killed after the claim arrived: the next one signs in, and the merge counts once', async () => {
  const made = world({ merge: { cart: 'sum' } });
  const other = await customerWith(made, { A: 1 });
  const { device, line } = made.device();
  const page = device.open();
  await made.clock.pass(100);
  page.relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(500);
  line.hold();
  page.relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(200);
  page.kill();
  line.hold()();
  const next = device.open().relevo;
  await made.clock.pass(500);
  expect(next.identity.current.kind).toBe('guest');
  await within(made, 5_000, next.signIn(made.token('ana')));
  expect(cartOf(next)).toEqual({ A: 3 });
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ A: 3 });
  await Promise.all([next.stop(), other.stop()]);
});

test('more than a hundred changes of a guest go ahead of the claim, and all are merged', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(100);
  line.setOnline(false);
  for (let n = 0; n < 150; n++) relevo.cart.add({ sku: `S${n % 60}`, quantity: 1 });
  for (let n = 0; n < 130; n++) relevo.preferences.set(`p${n}`, n);
  await made.clock.pass(100);
  line.setOnline(true);
  const { receipt } = await within(made, 5_000, relevo.signIn(made.token('ana')));
  expect(receipt?.added).toHaveLength(60);
  expect(relevo.cart.count).toBe(150);
  expect(relevo.preferences.entries()).toHaveLength(130);
  await within(made, 2_000, relevo.flush());
  expect(relevo.cart.count).toBe(150);
  await relevo.stop();
});

test("with guest: 'local' the server hears nothing before sign-in, and everything with it", async () => {
  const made = world();
  const { device, line } = made.device({ guest: 'local' });
  const page = device.open();
  await made.clock.pass(100);
  const change = page.relevo.cart.add({ sku: 'A', quantity: 2 });
  page.relevo.preferences.set('currency', 'EUR');
  await made.clock.pass(3_600_000);
  for (const signal of ['visible', 'online', 'hidden', 'pagehide'] as const) page.signal(signal);
  await made.clock.pass(60_000);
  expect(line.requests).toEqual([]);
  expect([await standOf(change.saved), await standOf(change.synced)]).toEqual(['done', 'open']);
  const { receipt } = await within(made, 5_000, page.relevo.signIn(made.token('ana')));
  expect(receipt?.added).toHaveLength(1);
  expect(cartOf(page.relevo)).toEqual({ A: 2 });
  expect(page.relevo.preferences.get('currency')).toBe('EUR');
  expect(await standOf(change.synced)).toBe('done');
  await page.relevo.stop();
});

test('a guest who did nothing is not announced, and signing in carries no claim', async () => {
  const made = world();
  const { device, line } = made.device();
  const { relevo } = device.open();
  await made.clock.pass(3_600_000);
  expect(line.requests).toEqual([]);
  const { receipt } = await within(made, 2_000, relevo.signIn(made.token('ana')));
  expect(receipt).toBeNull();
  expect(line.requests.map(({ body }) => body).join()).not.toContain('"claim"');
  await relevo.stop();
});

test('a token is never stored', async () => {
  const made = world();
  const token = made.token('ana');
  const { device } = made.device({ device: { kind: 'personal' } });
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  await within(made, 2_000, relevo.signIn(token));
  relevo.cart.add({ sku: 'A' });
  await made.clock.pass(2_000);
  expect(await textOf(device)).not.toContain(token);
  await relevo.stop();
});

test.each(['local', 'synced'] as const)(
  'a %s guest whose sign-in never arrived, and is then refused, stays with a sign-out: nobody has it',
  async (guest) => {
    const made = world();
    const { device, line } = made.device({ guest, device: { kind: 'shared' } });
    const { relevo } = device.open();
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'A', quantity: 2 });
    line.setOnline(false);
    const first = relevo.signIn(made.token('ana'));
    await made.clock.pass(1_000);
    line.setOnline(true);
    made.expire(made.token('ana'));
    const second = relevo.signIn(made.token('ana'));
    await made.clock.pass(1_000);
    expect([await standOf(first), await standOf(second)]).toEqual(['network/offline', 'auth/expired']);
    await within(made, 5_000, relevo.signOut());
    expect(cartOf(relevo)).toEqual({ A: 2 });
    await relevo.stop();
  },
);
