import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { memoryStore } from '../../src/server/stores/memory.ts';
import { copyOf, restoreTo } from './device-disk.ts';
import { cartOf, standOf, within, world } from './world.ts';

const opened = (made: ReturnType<typeof world>, customer?: string) => {
  const own = made.device(customer ? { getToken: () => made.token(customer) } : {});
  return { ...own, relevo: own.device.open().relevo };
};

test('writes made while the claim is out take their place after it: an add stays an add, a quantity keeps its distance', async () => {
  const made = world();
  const other = opened(made, 'ana').relevo;
  await made.clock.pass(1_000);
  other.cart.add({ sku: 'ADDED', quantity: 5 });
  other.cart.add({ sku: 'SET', quantity: 7 });
  await within(made, 1_000, other.flush());
  const { relevo, line } = opened(made);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'ADDED', quantity: 2 });
  relevo.cart.add({ sku: 'SET', quantity: 3 });
  await within(made, 1_000, relevo.flush());
  const release = line.hold();
  const signingIn = relevo.signIn(made.token('ana'));
  await made.clock.pass(200);
  relevo.cart.add({ sku: 'ADDED', quantity: 1 });
  relevo.cart.setQuantity({ sku: 'SET' }, 5);
  relevo.cart.add({ sku: 'NEW' });
  expect(cartOf(relevo)).toEqual({ ADDED: 3, SET: 5, NEW: 1 });
  release();
  await within(made, 1_000, signingIn);
  // merged: ADDED max(5, 2) = 5, SET max(7, 3) = 7; then +1, +2, +1
  expect(cartOf(relevo)).toEqual({ ADDED: 6, SET: 9, NEW: 1 });
  await within(made, 2_000, relevo.flush());
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ ADDED: 6, SET: 9, NEW: 1 });
  expect(cartOf(other)).toEqual({ ADDED: 6, SET: 9, NEW: 1 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a quantity lowered while the claim is out is lowered by as much, never below nothing', async () => {
  const made = world();
  const other = opened(made, 'ana').relevo;
  await made.clock.pass(1_000);
  other.cart.add({ sku: 'A', quantity: 4 });
  await within(made, 1_000, other.flush());
  const { relevo, line } = opened(made);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A', quantity: 3 });
  relevo.cart.add({ sku: 'GONE', quantity: 2 });
  await within(made, 1_000, relevo.flush());
  const release = line.hold();
  const signingIn = relevo.signIn(made.token('ana'));
  await made.clock.pass(200);
  relevo.cart.setQuantity({ sku: 'A' }, 1);
  relevo.cart.remove({ sku: 'GONE' });
  release();
  await within(made, 1_000, signingIn);
  await within(made, 2_000, relevo.flush());
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ A: 2 });
  expect(cartOf(other)).toEqual({ A: 2 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('no batch of the guest leaves while its claim is out', async () => {
  const made = world();
  const { relevo, line, device } = opened(made);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  await within(made, 1_000, relevo.flush());
  line.hold();
  const second = device.open();
  await made.clock.pass(100);
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(200);
  const before = line.requests.length;
  relevo.cart.add({ sku: 'B' });
  second.relevo.cart.add({ sku: 'C' });
  second.signal('visible');
  second.signal('pagehide');
  await made.clock.pass(5_000);
  const sent = line.requests.slice(before).filter(({ body }) => body.includes('"secret"') && /"ops":\[\{/.test(body));
  expect(sent).toEqual([]);
});

test.each([
  ['throws', () => Promise.reject(new Error('the hook of the shop'))],
  [
    'hangs',
    (clock: { timer(ms: number, done: () => void): () => void }) =>
      new Promise<void>((done) => void clock.timer(30_000, done)),
  ],
] as const)(
  'a merge hook that %s never delays signing in; the guest lines stay in view, marked, and one receipt comes later',
  async (_, fault) => {
    let isFaulty = true;
    const made: ReturnType<typeof world> = world({
      hooks: { beforeMerge: () => (isFaulty ? fault(made.clock) : Promise.resolve()) },
    });
    const other = opened(made, 'ana').relevo;
    await made.clock.pass(1_000);
    other.cart.add({ sku: 'THEIRS', quantity: 2 });
    await within(made, 1_000, other.flush());
    const { relevo, device } = opened(made);
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'MINE', quantity: 3 });
    const receipts: unknown[] = [];
    relevo.on('merge', ({ receipt }) => receipts.push(receipt));
    expect(await within(made, 3_000, relevo.signIn(made.token('ana')))).toEqual({ receipt: null });
    expect(relevo.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
    expect(cartOf(relevo)).toEqual({ MINE: 3, THEIRS: 2 });
    expect(relevo.cart.find({ sku: 'MINE' })?.merging).toBe(true);
    expect(relevo.cart.find({ sku: 'THEIRS' })).not.toHaveProperty('merging');
    expect(cartOf(other)).toEqual({ THEIRS: 2 });

    const reloaded = device.open().relevo;
    await made.clock.pass(500);
    await within(made, 3_000, reloaded.signIn(made.token('ana')));
    expect(cartOf(reloaded)).toEqual({ MINE: 3, THEIRS: 2 });
    await reloaded.stop();

    isFaulty = false;
    await made.clock.pass(300_000);
    expect(receipts).toHaveLength(1);
    expect(cartOf(relevo)).toEqual({ MINE: 3, THEIRS: 2 });
    expect(relevo.cart.lines.some(({ merging }) => merging)).toBe(false);
    expect(cartOf(other)).toEqual({ MINE: 3, THEIRS: 2 });
    await made.clock.pass(300_000);
    expect(receipts).toHaveLength(1);
    await Promise.all([relevo.stop(), other.stop()]);
  },
);

test('what is written on a line that waits for its merge meets the merged line', async () => {
  let isFaulty = true;
  const made = world({
    hooks: { beforeMerge: () => (isFaulty ? Promise.reject(new Error('no')) : Promise.resolve()) },
  });
  const { relevo } = opened(made);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'ADD', quantity: 3 });
  relevo.cart.add({ sku: 'SET', quantity: 3 });
  relevo.cart.add({ sku: 'GONE', quantity: 3 });
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'ADD', quantity: 1 });
  relevo.cart.setQuantity({ sku: 'SET' }, 5);
  relevo.cart.remove({ sku: 'GONE' });
  expect(cartOf(relevo)).toEqual({ ADD: 4, SET: 5 });
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({ ADD: 4, SET: 5 });
  isFaulty = false;
  await made.clock.pass(300_000);
  expect(cartOf(relevo)).toEqual({ ADD: 4, SET: 5 });
  const { relevo: other } = opened(made, 'ana');
  await made.clock.pass(2_000);
  expect(cartOf(other)).toEqual({ ADD: 4, SET: 5 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a line that one side has set aside is shown where the merge will put it, while that waits', async () => {
  let isFaulty = true;
  const made = world({
    hooks: { beforeMerge: () => (isFaulty ? Promise.reject(new Error('no')) : Promise.resolve()) },
  });
  /** A device whose shop, when its page is opened anew, refuses one of two lines. */
  const withAside = async (refusedSku: string, quantity: number, customer?: string) => {
    const { device, relevo } = opened(made, customer);
    await made.clock.pass(1_000);
    for (const sku of ['MINE', 'THEIRS', 'NEITHERS']) relevo.cart.add({ sku, quantity });
    await made.clock.pass(1_000);
    await relevo.stop();
    const page = device.open().relevo;
    page.cart.bind({
      write: ({ lines }) => ({
        refused: lines.flatMap(({ key, sku }) =>
          [refusedSku, 'NEITHERS'].includes(sku) ? [{ key, reason: 'sold out' }] : [],
        ),
      }),
    });
    await made.clock.pass(2_000);
    await page.stop();
    const last = device.open().relevo;
    await made.clock.pass(1_000);
    return last;
  };
  const other = await withAside('THEIRS', 2, 'ana');
  const relevo = await withAside('MINE', 5);
  const shown = () => [cartOf(relevo), relevo.cart.parked.map(({ sku, quantity }) => [sku, quantity]).sort()];
  expect(shown()).toEqual([
    { THEIRS: 5 },
    [
      ['MINE', 5],
      ['NEITHERS', 5],
    ],
  ]);
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  expect(shown()).toEqual([{ MINE: 2, THEIRS: 5 }, [['NEITHERS', 2]]]);
  isFaulty = false;
  await made.clock.pass(300_000);
  expect(shown()).toEqual([{ MINE: 2, THEIRS: 5 }, [['NEITHERS', 2]]]);
  expect(cartOf(other)).toEqual({ MINE: 2, THEIRS: 5 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('a guest that another customer has claimed: signed in without it, and nothing of it is shown', async () => {
  const made = world();
  const first = opened(made);
  await made.clock.pass(100);
  first.relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.relevo.flush());
  const copy = await copyOf(first.device);
  const second = made.device();
  await restoreTo(second.device, copy);
  await within(made, 2_000, first.relevo.signIn(made.token('ana')));
  second.line.setOnline(false);
  const thief = second.device.open().relevo;
  await made.clock.pass(100);
  expect(cartOf(thief)).toEqual({ A: 2 });
  second.line.setOnline(true);
  const { receipt } = await within(made, 3_000, thief.signIn(made.token('bob')));
  expect(receipt).toBeNull();
  expect(thief.identity.current).toMatchObject({ kind: 'customer', customerId: 'bob' });
  expect(cartOf(thief)).toEqual({});
  thief.cart.add({ sku: 'BOBS' });
  await within(made, 3_000, thief.flush());
  await made.clock.pass(2_000);
  expect(cartOf(thief)).toEqual({ BOBS: 1 });
  expect(cartOf(first.relevo)).toEqual({ A: 2 });
  await Promise.all([first.relevo.stop(), thief.stop()]);
});

test.each(['lineage', 'sum'] as const)(
  'a copied device: both sign in as the same customer, and with the policy %s the guest counts once',
  async (cart) => {
    const made = world({ merge: { cart } });
    const first = opened(made);
    await made.clock.pass(100);
    first.relevo.cart.add({ sku: 'A', quantity: 2 });
    first.line.setOnline(false);
    first.relevo.cart.add({ sku: 'B', quantity: 1 });
    await made.clock.pass(500);
    const copy = await copyOf(first.device);
    const second = made.device();
    await restoreTo(second.device, copy);
    first.line.setOnline(true);
    await made.clock.pass(60_000);
    const clone: Relevo = second.device.open().relevo;
    await made.clock.pass(2_000);
    const one = await within(made, 3_000, first.relevo.signIn(made.token('ana')));
    const two = await within(made, 3_000, clone.signIn(made.token('ana')));
    await made.clock.pass(3_000);
    expect(one.receipt?.added).toHaveLength(2);
    expect(two.receipt?.id).toBe(one.receipt?.id);
    expect(cartOf(first.relevo)).toEqual({ A: 2, B: 1 });
    expect(cartOf(clone)).toEqual({ A: 2, B: 1 });
    await Promise.all([first.relevo.stop(), clone.stop()]);
  },
);

test('a guest of two copies whose merges wait goes to one customer; the other one stays, with what nobody has', async () => {
  const store = memoryStore();
  let isFull = false;
  const write: typeof store.write = (body) => (isFull ? Promise.reject(new Error('no room')) : store.write(body));
  const made = world({ store: { ...store, write } });
  const first = opened(made);
  await made.clock.pass(100);
  first.relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.relevo.flush());
  const second = made.device();
  await restoreTo(second.device, await copyOf(first.device));
  isFull = true;
  const copy = second.device.open().relevo;
  await made.clock.pass(100);
  const errors: string[] = [];
  copy.on('error', ({ code }) => errors.push(code));
  copy.cart.add({ sku: 'MINE', quantity: 3 });
  await within(made, 5_000, first.relevo.signIn(made.token('ben')));
  await within(made, 5_000, copy.signIn(made.token('ana')));
  copy.cart.add({ sku: 'A', quantity: 1 });
  copy.cart.add({ sku: 'NEW' });
  copy.cart.setQuantity({ sku: 'MINE' }, 5);
  await made.clock.pass(100);
  expect([cartOf(first.relevo), cartOf(copy)]).toEqual([{ A: 2 }, { A: 3, MINE: 5, NEW: 1 }]);
  second.line.setOnline(false);
  isFull = false;
  await made.clock.pass(300_000);
  second.line.setOnline(true);
  await made.clock.pass(300_000);
  expect(copy.identity.current).toMatchObject({ kind: 'customer', customerId: 'ana' });
  expect([errors, copy.status.pending, copy.status.connection]).toEqual([['auth/guest-claimed'], 0, 'online']);
  expect([cartOf(first.relevo), cartOf(copy)]).toEqual([{ A: 2 }, { A: 1, MINE: 5, NEW: 1 }]);
  const other = opened(made, 'ana').relevo;
  await made.clock.pass(2_000);
  expect(cartOf(other)).toEqual({ A: 1, MINE: 5, NEW: 1 });
  expect(other.cart.lines.some(({ merging }) => merging)).toBe(false);
  await Promise.all([first.relevo.stop(), copy.stop(), other.stop()]);
});

test.each([
  ['personal', 'held', { SENT: 2, MINE: 3 }],
  ['shared', 'dropped', {}],
] as const)(
  'on a %s device a merge that a full server took no note of is %s at a sign-out',
  async (kind, outcome, cart) => {
    const store = memoryStore();
    let isFull = false;
    const write: typeof store.write = (body) => (isFull ? Promise.reject(new Error('no room')) : store.write(body));
    const made = world({ store: { ...store, write } });
    const { relevo } = made.device({ device: { kind } }).device.open();
    await made.clock.pass(100);
    relevo.cart.add({ sku: 'SENT', quantity: 2 });
    await within(made, 1_000, relevo.flush());
    isFull = true;
    relevo.cart.add({ sku: 'MINE', quantity: 3 });
    await within(made, 5_000, relevo.signIn(made.token('ana')));
    expect(await within(made, 5_000, relevo.signOut())).toEqual({ unsynced: 1, outcome });
    isFull = false;
    await within(made, 5_000, relevo.signIn(made.token('ben')));
    expect(cartOf(relevo)).toEqual({});
    await within(made, 5_000, relevo.signOut());
    await within(made, 5_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(100_000);
    expect([cartOf(relevo), relevo.status.pending]).toEqual([cart, 0]);
    await relevo.stop();
  },
);

test('two sign-ins at once happen one after the other and both settle', async () => {
  const made = world();
  const { relevo } = opened(made);
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'A' });
  const both = [relevo.signIn(made.token('ana')), relevo.signIn(made.token('ana'))];
  await made.clock.pass(3_000);
  expect(await Promise.all(both.map(standOf))).toEqual(['done', 'done']);
  expect(cartOf(relevo)).toEqual({ A: 1 });
  await relevo.stop();
});

test('a guest whose claim had no answer is dropped on a shared device: the event says how much, as the call does', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const { relevo } = device.open();
  const told: number[] = [];
  relevo.on('signout', ({ unsynced }) => void told.push(unsynced));
  await made.clock.pass(100);
  line.setOnline(false);
  relevo.cart.add({ sku: 'MINE' });
  relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(1_000);
  expect(await within(made, 60_000, relevo.signOut())).toEqual({ unsynced: 1, outcome: 'dropped' });
  expect(told).toEqual([1]);
  await relevo.stop();
});

test('a token that ends behind the first page of an answer leaves it open whether its guest was merged', async () => {
  const made = world();
  const token = made.token('ana');
  // The first page of the answer says that there is more, and the token has ended when that is asked for.
  const { device } = made.device({ device: { kind: 'shared' } }, (ports) => ({
    ...ports,
    transport: {
      ...ports.transport,
      async post(path, body, how) {
        const reply = await ports.transport.post(path, body, how);
        if (!body.includes('"claim"') || reply.status !== 200) return reply;
        made.expire(token);
        return { ...reply, body: reply.body.replace('"more":false', '"more":true') };
      },
    },
  }));
  const { relevo } = device.open();
  await made.clock.pass(100);
  relevo.cart.add({ sku: 'OF-ANA' });
  await made.clock.pass(1_000);
  const told = relevo.signIn(token).catch(({ code }) => code);
  expect(await within(made, 8_000, told)).toBe('network/offline');
  await within(made, 8_000, relevo.signOut());
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});
