import { expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { clearSiteData } from './device-disk.ts';
import { opensLater } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

/** A personal device on which ana is signed in. */
const anaAtHome = async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(1_000);
  return { made, device, line, relevo };
};

/** A device whose store knows whose it is and nothing of what they have; ana adds a sofa there and removes it again. */
const removedBlindly = async (made: World, kind: 'personal' | 'shared') => {
  const { device, line } = made.device({ device: { kind } });
  const first = device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, first.signIn(made.token('ana')));
  await first.stop();
  await device.disk.write(async (tx) => {
    for (const [key, space] of await tx.list(['space'])) tx.put(key, { ...(space as object), cursor: null });
    tx.deleteAll(['row']);
  });
  line.setOnline(false);
  const { relevo } = device.open();
  await made.clock.pass(100);
  await within(made, 100, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'SOFA' });
  relevo.cart.remove({ sku: 'SOFA' });
  await made.clock.pass(100);
  line.setOnline(true);
  return relevo;
};

test.each([
  ['shared', 'dropped', 'added', 4],
  ['personal', 'held', 'added', 3],
  ['personal', 'held', 'set', 3],
] as const)(
  'a quantity set on nothing known is not sent at a sign-out: on a %s device it is %s, and keeps its distance from what somebody else has %s',
  async (kind, outcome, what, after) => {
    const made = world();
    const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    laptop.cart.add({ sku: 'SOFA', quantity: what === 'added' ? 3 : 1 });
    await made.clock.pass(1_000);
    if (what === 'set') laptop.cart.setQuantity({ sku: 'SOFA' }, 3);
    const relevo = await removedBlindly(made, kind);
    expect(await within(made, 4_000, relevo.signOut())).toEqual({ unsynced: 1, outcome });
    await within(made, 3_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    expect([cartOf(relevo), cartOf(laptop)]).toEqual([{ SOFA: after }, { SOFA: after }]);
    await Promise.all([relevo.stop(), laptop.stop()]);
  },
);

test.each([
  ['all of one line', 103, 0],
  ['with others between them', 2, 110],
])(
  'adds of which a sign-out brought only some to the server all count when their customer is back: %s',
  async (_, adds, others) => {
    const { made, line, relevo } = await anaAtHome();
    line.setOnline(false);
    relevo.cart.add({ sku: 'SOFA' });
    await made.clock.pass(100);
    for (let n = 0; n < others; n++) relevo.preferences.set(`p${n}`, n);
    for (let n = 1; n < adds; n++) relevo.cart.add({ sku: 'SOFA' });
    await made.clock.pass(100);
    const { post } = line.transport;
    let posts = 0;
    Object.assign(line.transport, {
      post: async (...request: Parameters<typeof post>) => {
        if (++posts > 1) line.setOnline(false);
        return post(...request);
      },
    });
    line.setOnline(true);
    expect(await within(made, 4_000, relevo.signOut())).toMatchObject({ outcome: 'held' });
    Object.assign(line.transport, { post });
    line.setOnline(true);
    await within(made, 3_000, relevo.signIn(made.token('ana')));
    await made.clock.pass(5_000);
    expect(cartOf(relevo)).toEqual({ SOFA: adds });
    await relevo.stop();
  },
);

test('an add that a page left in a space that is held by now counts when its customer is back', async () => {
  const { made, device, line, relevo } = await anaAtHome();
  relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(1_000);
  line.setOnline(false);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(100);
  const [stored] = await device.disk.read((tx) => tx.list(['out']));
  if (!stored) throw new Error('nothing waits');
  await within(made, 4_000, relevo.signOut());
  await relevo.stop();
  // As a page of another tab leaves it, which had not heard of the sign-out: without a number, after the space was held.
  const { n, r: _, q: __, to: ___, ...entry } = stored[1] as { n: number; r: string; q: number; to: number };
  await device.disk.write(async (tx) => {
    tx.delete(stored[0]);
    tx.put(['out', stored[0][1] as string, n + 5, 'left-late'], { ...entry, n: n + 5, i: 'left-late' });
  });
  line.setOnline(true);
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  await within(made, 3_000, next.signIn(made.token('ana')));
  await made.clock.pass(5_000);
  expect(cartOf(next)).toEqual({ SOFA: 6 });
  await next.stop();
});

test('an add that had arrived when its customer left shows once when they are back, though its answer is still to come', async () => {
  const { made, line, relevo } = await anaAtHome();
  relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  await made.clock.pass(1_000);
  const { post } = line.transport;
  const answered = (isAnswered: (posts: number) => boolean) => {
    let posts = 0;
    Object.assign(line.transport, {
      post: async (...request: Parameters<typeof post>) => {
        const reply = await post(...request);
        if (!isAnswered(++posts)) throw new RelevoError('network/offline');
        return reply;
      },
    });
  };
  answered(() => false);
  relevo.cart.add({ sku: 'SOFA', quantity: 3 });
  await made.clock.pass(100);
  expect(await within(made, 60_000, relevo.signOut())).toMatchObject({ outcome: 'held' });
  answered((posts) => posts === 1);
  await within(made, 3_000, relevo.signIn(made.token('ana')));
  await made.clock.pass(100);
  expect([relevo.status.pending, cartOf(relevo)]).toEqual([1, { SOFA: 5 }]);
  // One less than they see is one less than they have.
  relevo.cart.setQuantity({ sku: 'SOFA' }, 4);
  relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  expect(cartOf(relevo)).toEqual({ SOFA: 6 });
  answered(() => true);
  await made.clock.pass(120_000);
  const laptop = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(1_000);
  expect([cartOf(relevo), cartOf(laptop)]).toEqual([{ SOFA: 6 }, { SOFA: 6 }]);
  await Promise.all([relevo.stop(), laptop.stop()]);
});

/** Ana held two lamps, is back without an answer to that, adds three and makes them six; then the site data are cleared. */
const sixOfAClearedDevice = async () => {
  const { made, device, line, relevo } = await anaAtHome();
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP', quantity: 2 });
  await made.clock.pass(3_000);
  await within(made, 5_000, relevo.signOut());
  line.setOnline(true);
  relevo.signIn(made.token('ana', 2)).catch(() => {});
  for (let n = 0; n < 400 && relevo.identity.current.kind !== 'customer'; n++) await made.clock.pass(1);
  // What was held waits for its answer still.
  line.setOnline(false);
  relevo.cart.add({ sku: 'LAMP', quantity: 3 });
  relevo.cart.setQuantity({ sku: 'LAMP' }, 6);
  await made.clock.pass(10);
  expect(relevo.status.pending).toBe(3);
  await clearSiteData(device);
  return { made, line, relevo };
};

test('a quantity over what was held, and more, is what it says, though the site data are cleared before it is sent', async () => {
  const { made, line, relevo } = await sixOfAClearedDevice();
  relevo.preferences.set('x', 1);
  await made.clock.pass(1_000);
  line.setOnline(true);
  await made.clock.pass(90_000);
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ LAMP: 6 }, 0]);
});

test('so it is where its customer leaves just then, and is back', async () => {
  const { made, line, relevo } = await sixOfAClearedDevice();
  await within(made, 5_000, relevo.signOut());
  line.setOnline(true);
  await within(made, 5_000, relevo.signIn(made.token('ana', 3)));
  await made.clock.pass(90_000);
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ LAMP: 6 }, 0]);
});

/** As if its page had been killed before the last change had a number. */
const withoutLastNumber = (device: Awaited<ReturnType<typeof anaAtHome>>['device']) =>
  device.disk.write(async (tx) => {
    const [key, entry] = (await tx.list(['out'])).at(-1) ?? [];
    const { q: _, r: __, ...unnumbered } = entry as { [field: string]: Json };
    if (key) tx.put(key, unnumbered);
  });

test.each(['guest', 'customer'])(
  'a %s’s quantity over what is on its way is what it says in a store that opens late',
  async (who) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const first = device.open();
    await made.clock.pass(100);
    if (who === 'customer') await within(made, 2_000, first.relevo.signIn(made.token('ana')));
    await made.clock.pass(1_000);
    line.setOnline(false);
    first.relevo.cart.add({ sku: 'LAMP', quantity: 3 });
    await made.clock.pass(500);
    first.relevo.cart.setQuantity({ sku: 'LAMP' }, 6);
    await made.clock.pass(100);
    first.kill();
    await withoutLastNumber(device);
    line.setOnline(true);
    const open = opensLater(device);
    const { relevo } = device.open();
    await made.clock.pass(3_000);
    if (who === 'customer') await within(made, 2_000, relevo.signIn(made.token('ana', 2)));
    await made.clock.pass(3_000);
    expect([cartOf(relevo), relevo.status.storage]).toEqual([{}, 'memory']);
    open();
    await made.clock.pass(90_000);
    expect([cartOf(relevo), relevo.status.pending]).toEqual([{ LAMP: 6 }, 0]);
  },
);
