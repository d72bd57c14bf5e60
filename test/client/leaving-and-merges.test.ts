import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import type { RelevoError } from '../../src/core/relevo-error.ts';
import { textOf } from './device-disk.ts';
import { answersAfter, hangsOnDemand } from './late-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

const kinds = ['shared', 'personal'] as const;

/** A site whose hook takes its time, and may fail. */
const hookedWorld = () => {
  const hook = { ms: 0, isBroken: false, guest: '', asked: [] as string[] };
  const made = world({
    hooks: {
      beforeMerge: async ({ during, guest }) => {
        hook.asked.push(during);
        hook.guest = guest;
        const { ms, isBroken } = hook;
        if (ms) await new Promise<void>((done) => void made.clock.timer(ms, done));
        if (isBroken) throw new Error('not now');
      },
    },
  });
  return { made, hook };
};

/** A guest of this device with a sofa at the server; Ana has a rug at home. */
const guestOf = async (kind: (typeof kinds)[number], { storeMs = 0 } = {}) => {
  const { made, hook } = hookedWorld();
  const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(500);
  home.cart.add({ sku: 'RUG' });
  await made.clock.pass(500);
  const own = made.device({ device: { kind } });
  if (storeMs) answersAfter(made, own.device, storeMs);
  const { relevo } = own.device.open();
  await made.clock.pass(500);
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  return { made, hook, home, ...own, relevo, heard: heardOf(relevo) };
};

/** Who signed in there, with what the merge has done. */
const mergedOn = async (kind: (typeof kinds)[number]) => {
  const one = await guestOf(kind);
  const { receipt } = await within(one.made, 3_000, one.relevo.signIn(one.made.token('ana')));
  await one.made.clock.pass(1_000);
  return { ...one, id: receipt?.id ?? '' };
};

const heardOf = (relevo: Relevo): string[] => {
  const heard: string[] = [];
  for (const name of ['signin', 'restore', 'merge', 'signout'] as const) relevo.on(name, () => heard.push(name));
  return heard;
};

const aside = ({ cart }: Relevo) => cart.parked.map(({ sku, quantity, reason }) => `${quantity} ${sku} ${reason}`);

/** How a promise stands after so long. */
const stands = async ({ clock }: ReturnType<typeof world>, ms: number, promise: Promise<unknown>) => {
  promise.catch(() => {});
  await clock.pass(ms);
  return standOf(promise);
};

const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    ({ code, unsynced }: RelevoError) => [code, unsynced],
  );

/** The server loses its note of why a guest signed in: the device has to say it again. */
const forgetOccasion = ({ store }: ReturnType<typeof world>, { guest }: { guest: string }) =>
  store.write(async (tx) => {
    const row = await tx.claim(`pk_world/${guest}`);
    expect(row).toMatchObject({ status: 'waiting', carried: [{ during: 'checkout' }] });
    if (row) await tx.putClaim({ ...row, carried: [] });
  });

/** Requests from now on. */
const asksOf = ({ core }: ReturnType<typeof world>) => {
  const asked: string[] = [];
  const sync = core.sync.bind(core);
  Object.assign(core, {
    sync: (text: string) => {
      asked.push(text);
      return sync(text);
    },
  });
  return asked;
};

test.each(
  kinds.flatMap((kind) => [false, true].map((isBroken) => [kind, isBroken ? 'throws' : 'is slow', isBroken] as const)),
)(
  'on a %s device one who leaves while a hook %s is not signed in, and their cart is nobody else’s',
  async (...args) => {
    const [kind, , isBroken] = args;
    const { made, hook, home, relevo, heard } = await guestOf(kind);
    Object.assign(hook, { ms: 1_500, isBroken });
    const signingIn = relevo.signIn(made.token('ana'));
    signingIn.catch(() => {});
    await made.clock.pass(500);
    expect(hook.asked).toEqual(['browse']);
    const leaving = relevo.signOut();
    expect(relevo.identity.current.kind).toBe('guest');
    const ben = relevo.signIn(made.token('ben'));
    expect(await within(made, 20_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect([await standOf(signingIn), heard.includes('merge')]).toEqual(['sync/abandoned', false]);
    await ben;
    Object.assign(hook, { ms: 0, isBroken: false });
    await made.clock.pass(180_000);
    expect([cartOf(relevo), cartOf(home)]).toEqual([{}, { SOFA: 1, RUG: 1 }]);
    await within(made, 20_000, relevo.signIn(made.token('ana', 2)));
    expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ SOFA: 1, RUG: 1 }));
  },
);

test.each(kinds)('on a %s device one who asks while a merge is owed leaves when all is sent', async (kind) => {
  const { made, hook, home, device, relevo, heard } = await guestOf(kind);
  hook.isBroken = true;
  expect((await within(made, 4_000, relevo.signIn(made.token('ana')))).receipt).toBeNull();
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(1_000);
  const leaving = relevo.signOut({ unsynced: 'ask' });
  expect(await within(made, 8_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect([cartOf(relevo), heard]).toEqual([{}, ['signin', 'restore', 'signout']]);
  if (kind === 'shared') expect(await textOf(device)).not.toMatch(/SOFA|LAMP/);
  hook.isBroken = false;
  await made.clock.pass(180_000);
  await within(made, 3_000, relevo.signIn(made.token('ana', 2)));
  await made.clock.pass(180_000);
  expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ SOFA: 1, LAMP: 1, RUG: 1 }));
  expect(heard.filter((name) => name === 'merge').length).toBe(kind === 'shared' ? 0 : 1);
});

test.each(kinds)('on a %s device what waits for a merge is asked about, and stays in view', async (kind) => {
  const { made, hook, home, relevo } = await guestOf(kind);
  hook.isBroken = true;
  await within(made, 4_000, relevo.signIn(made.token('ana')));
  relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  const asking = refusalOf(relevo.signOut({ unsynced: 'ask' }));
  expect(await within(made, 8_000, asking)).toEqual(['auth/unsynced', 1]);
  expect([cartOf(relevo), relevo.identity.current.kind]).toEqual([{ SOFA: 2, RUG: 1 }, 'customer']);
  hook.isBroken = false;
  await made.clock.pass(180_000);
  expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ SOFA: 2, RUG: 1 }));
  expect(await within(made, 8_000, relevo.signOut({ unsynced: 'ask' }))).toEqual({ unsynced: 0, outcome: 'flushed' });
});

test.each(kinds)('on a %s device one who leaves while an owed merge is noted hears of it no more', async (kind) => {
  const { made, hook, home, device, line, relevo, heard } = await guestOf(kind, { storeMs: 20 });
  hook.isBroken = true;
  await within(made, 4_000, relevo.signIn(made.token('ana')));
  hook.isBroken = false;
  const release = line.hold();
  await made.clock.pass(90_000);
  heard.length = 0;
  release();
  for (let step = 0; step < 400 && device.marker.text?.includes('merging'); step++) await made.clock.pass(5);
  // Its write is on its way: a store does one after the other.
  await made.clock.pass(5);
  expect([heard, cartOf(home)]).toEqual([[], { SOFA: 1, RUG: 1 }]);
  await within(made, 8_000, relevo.signOut());
  expect([heard, cartOf(relevo)]).toEqual([['signout'], {}]);
  if (kind === 'shared') expect(await textOf(device)).not.toContain('SOFA');
});

test('an undo is over when who asked for it leaves in the same turn: the next guest asks for nothing of theirs', async () => {
  const { made, home, relevo, id } = await mergedOn('personal');
  const asked = asksOf(made);
  const undoing = relevo.undoMerge(id);
  const leaving = relevo.signOut();
  expect(await stands(made, 5_000, undoing)).toBe('sync/abandoned');
  expect(await leaving).toEqual({ unsynced: 0, outcome: 'flushed' });
  await made.clock.pass(60_000);
  expect(asked.filter((text) => text.includes(id))).toEqual([]);
  expect(cartOf(home)).toEqual({ SOFA: 1, RUG: 1 });
});

test.each(['here', 'in another tab'])(
  'one who leaves %s while an undo is on its way is not told of it',
  async (where) => {
    const { made, home, device, line, relevo, id } = await mergedOn('personal');
    const other = device.open().relevo;
    await made.clock.pass(500);
    const release = line.hold();
    const undoing = relevo.undoMerge(id);
    undoing.catch(() => {});
    await made.clock.pass(100);
    const leaving = (where === 'here' ? relevo : other).signOut();
    await made.clock.pass(100);
    release();
    await within(made, 5_000, leaving);
    expect(await stands(made, 20_000, undoing)).toBe('sync/abandoned');
    expect([cartOf(relevo), cartOf(home)]).toEqual([{}, { RUG: 1 }]);
  },
);

test('an undo that waits behind a switch to somebody else is not theirs', async () => {
  const { made, home, relevo, id } = await mergedOn('personal');
  const asked = asksOf(made);
  const ben = relevo.signIn(made.token('ben'));
  expect(await stands(made, 5_000, relevo.undoMerge(id))).toBe('sync/abandoned');
  await ben;
  expect(asked.filter((text) => text.includes(id))).toEqual([]);
  expect(cartOf(home)).toEqual({ SOFA: 1, RUG: 1 });
});

test('an undo that waits while its guest becomes a customer is the customer’s', async () => {
  const { made, home, relevo } = await guestOf('personal');
  const signingIn = relevo.signIn(made.token('ana'));
  const undoing = relevo.undoMerge('rc_nobody');
  expect(await stands(made, 5_000, undoing)).toBe('merge/unknown');
  await signingIn;
  expect([cartOf(relevo), cartOf(home)]).toEqual(Array(2).fill({ SOFA: 1, RUG: 1 }));
});

test('nothing of a receipt stays on a shared device, and the next one hears of none', async () => {
  const { made, home, device, relevo, heard, id } = await mergedOn('shared');
  expect(await textOf(device)).toContain(id);
  heard.length = 0;
  await within(made, 5_000, relevo.signOut());
  expect(await textOf(device)).not.toContain(id);
  await within(made, 3_000, relevo.signIn(made.token('ben')));
  await within(made, 3_000, home.undoMerge(id));
  await made.clock.pass(60_000);
  expect(heard).toEqual(['signout', 'signin', 'restore']);
  expect(await textOf(device)).not.toContain(id);
});

test('a page that may not show its customer hears of no merge until it may', async () => {
  const { made, device, relevo } = await mergedOn('shared');
  await relevo.stop();
  const isHere = { is: false };
  const page = device.open({ getToken: () => (isHere.is ? made.token('ana') : undefined) }).relevo;
  const heard = heardOf(page);
  const comesWith = async (sku: string) => {
    const guest = made.device().device.open().relevo;
    await made.clock.pass(500);
    guest.cart.add({ sku });
    await made.clock.pass(1_000);
    await within(made, 3_000, guest.signIn(made.token('ana')));
  };
  await comesWith('BED');
  await made.clock.pass(60_000);
  expect([heard, cartOf(page)]).toEqual([[], {}]);
  isHere.is = true;
  await within(made, 3_000, page.signIn(made.token('ana')));
  await made.clock.pass(60_000);
  // The one that this device has known before is not news.
  expect([heard.filter((name) => name === 'merge'), cartOf(page)]).toEqual([['merge'], { SOFA: 1, RUG: 1, BED: 1 }]);
});

test.each(kinds)('on a %s device a sign-in at the checkout is over when another tab is told to leave', async (kind) => {
  const { made, hook, home, device, relevo, heard } = await guestOf(kind);
  const other = device.open().relevo;
  await made.clock.pass(500);
  hook.ms = 1_500;
  const signingIn = relevo.signIn(made.token('ana'), { during: 'checkout' });
  signingIn.catch(() => {});
  await made.clock.pass(500);
  const leaving = other.signOut();
  expect(await stands(made, 20_000, signingIn)).toBe('sync/abandoned');
  await leaving;
  expect([heard.includes('signin'), relevo.identity.current.kind]).toEqual([false, 'guest']);
  // It was merged as what was said, and so they find it.
  expect([cartOf(home), aside(home)]).toEqual([{ SOFA: 1 }, ['1 RUG merge/checkout']]);
  await within(made, 20_000, relevo.signIn(made.token('ben')));
  expect([cartOf(relevo), aside(relevo)]).toEqual([{}, []]);
  await within(made, 20_000, relevo.signIn(made.token('ana', 2), { during: 'checkout' }));
  await made.clock.pass(5_000);
  expect([cartOf(relevo), aside(relevo)]).toEqual([{ SOFA: 1 }, ['1 RUG merge/checkout']]);
});

test('a merge at the checkout that is owed when they leave is one when they are back', async () => {
  const { made, hook, home, relevo, heard } = await guestOf('personal');
  await home.stop();
  hook.isBroken = true;
  await within(made, 4_000, relevo.signIn(made.token('ana'), { during: 'checkout' }));
  await within(made, 8_000, relevo.signOut({ unsynced: 'ask' }));
  await forgetOccasion(made, hook);
  await within(made, 4_000, relevo.signIn(made.token('ana', 2)));
  hook.isBroken = false;
  await made.clock.pass(180_000);
  expect([cartOf(relevo), aside(relevo)]).toEqual([{ SOFA: 1 }, ['1 RUG merge/checkout']]);
  expect(new Set(hook.asked)).toEqual(new Set(['checkout']));
  expect(heard.filter((name) => name === 'merge')).toEqual(['merge']);
});

test('one who is signed in and told to leave in one turn is not merged', async () => {
  const { made, home, relevo, heard } = await guestOf('personal');
  const signingIn = relevo.signIn(made.token('ana'), { during: 'checkout' });
  signingIn.catch(() => {});
  await within(made, 5_000, relevo.signOut());
  expect([await standOf(signingIn), heard, cartOf(relevo)]).toEqual(['sync/abandoned', [], { SOFA: 1 }]);
  expect([cartOf(home), aside(home)]).toEqual([{ RUG: 1 }, []]);
});

test('a merge at the checkout that is owed when a page is killed as they leave is one when they are back', async () => {
  const { made, hook, home, device, relevo } = await guestOf('personal');
  await Promise.all([home.stop(), relevo.stop()]);
  const store = hangsOnDemand(device);
  const page = device.open();
  await made.clock.pass(500);
  hook.isBroken = true;
  await within(made, 4_000, page.relevo.signIn(made.token('ana'), { during: 'checkout' }));
  store.hang();
  page.relevo.signOut().catch(() => {});
  await made.clock.pass(5);
  page.kill();
  device.setOpen(async (handle) => handle);
  await forgetOccasion(made, hook);
  const next = device.open().relevo;
  await made.clock.pass(500);
  expect([cartOf(next), next.identity.current.kind]).toEqual([{}, 'guest']);
  await within(made, 4_000, next.signIn(made.token('ana', 2)));
  hook.isBroken = false;
  await made.clock.pass(180_000);
  expect([cartOf(next), aside(next)]).toEqual([{ SOFA: 1 }, ['1 RUG merge/checkout']]);
});

test('one who leaves when a page hears that they are signed in is heard of no more', async () => {
  const { made, relevo, heard } = await guestOf('shared');
  let leaving: Promise<unknown> | undefined;
  relevo.on('signin', () => {
    leaving = relevo.signOut();
  });
  const signingIn = relevo.signIn(made.token('ana'));
  signingIn.catch(() => {});
  await made.clock.pass(9_000);
  await leaving;
  expect(await standOf(signingIn)).toBe('sync/abandoned');
  expect([heard, cartOf(relevo)]).toEqual([['signin', 'signout'], {}]);
});

test('an undo that is on its way when one is asked before they leave is done first', async () => {
  const { made, home, line, relevo, id } = await mergedOn('personal');
  const release = line.hold();
  const undoing = relevo.undoMerge(id);
  await made.clock.pass(50);
  const leaving = relevo.signOut({ unsynced: 'ask' });
  await made.clock.pass(1_000);
  release();
  expect(await within(made, 5_000, undoing)).toMatchObject({ receipt: { id, undoneAtMs: expect.any(Number) } });
  expect(await leaving).toEqual({ unsynced: 0, outcome: 'flushed' });
  expect(cartOf(home)).toEqual({ RUG: 1 });
});
