import { expect, test } from 'vitest';
import { standOf, within, world } from './world.ts';

/** Two tabs of one device; the second has an exchange under way until `release`, behind which sign-ins wait. */
const busyTab = async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const [waiting, busy] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  const release = line.hold();
  busy.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  const signIn = (relevo: typeof busy, who: string) => {
    const signingIn = relevo.signIn(made.token(who));
    signingIn.catch(() => {});
    return signingIn;
  };
  const ends = async (...signingIn: Promise<unknown>[]) => {
    await made.clock.pass(10_000);
    const shown = [waiting, busy].map(({ identity }) => identity.current.customerId);
    const stands = await Promise.all(signingIn.map(standOf));
    await Promise.all([waiting.stop(), busy.stop()]);
    return { stands, shown };
  };
  return { made, device, waiting, busy, release, signIn, ends };
};

test('who was signed in last stays, also when another tab was still waiting to sign in who was before', async () => {
  const { made, waiting, busy, release, signIn, ends } = await busyTab();
  const eve = signIn(waiting, 'eve');
  await made.clock.pass(200);
  const ana = signIn(busy, 'ana');
  release();
  expect(await ends(eve, ana)).toEqual({ stands: ['sync/abandoned', 'done'], shown: ['ana', 'ana'] });
});

test('who is signed in after a sign-in of another tab is not ended by it', async () => {
  const { made, waiting, busy, release, signIn, ends } = await busyTab();
  const ana = signIn(busy, 'ana');
  await made.clock.pass(200);
  const eve = signIn(waiting, 'eve');
  release();
  expect(await ends(ana, eve)).toEqual({ stands: ['done', 'done'], shown: ['eve', 'eve'] });
});

test('of three sign-ins in two tabs the last one stays, behind one that ended or not', async () => {
  const { made, waiting, busy, release, signIn, ends } = await busyTab();
  const eve = signIn(waiting, 'eve');
  await made.clock.pass(200);
  const ana = signIn(busy, 'ana');
  await made.clock.pass(200);
  const ben = signIn(waiting, 'ben');
  release();
  expect(await ends(eve, ana, ben)).toEqual({ stands: ['sync/abandoned', 'done', 'done'], shown: ['ben', 'ben'] });
});

test('a sign-in of the same customer in another tab ends none', async () => {
  const { made, waiting, busy, release, signIn, ends } = await busyTab();
  const first = signIn(waiting, 'ana');
  await made.clock.pass(200);
  const second = signIn(busy, 'ana');
  release();
  expect(await ends(first, second)).toEqual({ stands: ['done', 'done'], shown: ['ana', 'ana'] });
});

test.each(['ben', 'nonsense'])('who was told last in a tab stays, whatever a third tab is told (%s)', async (says) => {
  const { made, device, waiting, busy, release, signIn, ends } = await busyTab();
  signIn(busy, 'ana');
  await made.clock.pass(200);
  const ben = signIn(waiting, 'ben');
  await made.clock.pass(200);
  const third = device.open().relevo;
  await made.clock.pass(100);
  third.signIn(says === 'ben' ? made.token('ben') : says).catch(() => {});
  await made.clock.pass(200);
  release();
  await made.clock.pass(20_000);
  expect(third.identity.current.customerId).toBe('ben');
  expect(await ends(ben)).toEqual({ stands: ['done'], shown: ['ben', 'ben'] });
  await third.stop();
});

test.each([
  ['', false],
  [', which was signing in the same', true],
] as const)(
  'a sign-out in one tab%s ends a sign-in of another one that still sees somebody off',
  async (_, isEntering) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const [leaving, switching] = [device.open().relevo, device.open().relevo];
    await made.clock.pass(500);
    await within(made, 2_000, switching.signIn(made.token('eve')));
    await made.clock.pass(500);
    const release = line.hold();
    leaving.cart.add({ sku: 'SOFA' });
    await made.clock.pass(200);
    const ben = switching.signIn(made.token('ben'));
    ben.catch(() => {});
    await made.clock.pass(200);
    if (isEntering) leaving.signIn(made.token('ben')).catch(() => {});
    await made.clock.pass(800);
    const left = leaving.signOut();
    await made.clock.pass(1_000);
    release();
    await within(made, 5_000, left);
    await made.clock.pass(10_000);
    expect(await standOf(ben)).toBe('sync/abandoned');
    expect([leaving, switching].map(({ identity }) => identity.current.kind)).toEqual(['guest', 'guest']);
    await Promise.all([leaving.stop(), switching.stop()]);
  },
);

test('a sign-out in a third tab is the last word, while one sees somebody off and another one signs somebody in', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const [seeing, entering, leaving] = [device.open().relevo, device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  await within(made, 2_000, seeing.signIn(made.token('eve')));
  await made.clock.pass(500);
  const release = line.hold();
  seeing.cart.add({ sku: 'SOFA' });
  await made.clock.pass(200);
  const seen = seeing.signOut();
  await made.clock.pass(200);
  const ben = entering.signIn(made.token('ben'));
  ben.catch(() => {});
  await made.clock.pass(200);
  const left = leaving.signOut();
  await made.clock.pass(1_000);
  release();
  await Promise.all([within(made, 5_000, seen), within(made, 5_000, left)]);
  await made.clock.pass(10_000);
  expect(await standOf(ben)).toBe('sync/abandoned');
  for (const { identity } of [seeing, entering, leaving]) expect(identity.current.kind).toBe('guest');
  await Promise.all([seeing.stop(), entering.stop(), leaving.stop()]);
});

test.each([
  { last: 'sign-out', kind: 'guest' },
  { last: 'sign-in', kind: 'customer' },
])(
  'while a tab sees somebody off, they are signed in there and signed out in another tab: the $last is the last word',
  async ({ last, kind }) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const [one, two] = [device.open().relevo, device.open().relevo];
    await made.clock.pass(500);
    await within(made, 2_000, one.signIn(made.token('ana')));
    await made.clock.pass(500);
    const release = line.hold();
    one.cart.add({ sku: 'SOFA' });
    await made.clock.pass(200);
    const seen = one.signOut();
    const words = [() => void one.signIn(made.token('ana')).catch(() => {}), () => void two.signOut()];
    for (const say of last === 'sign-out' ? words : words.reverse()) {
      await made.clock.pass(200);
      say();
    }
    await made.clock.pass(1_000);
    release();
    await within(made, 5_000, seen);
    await made.clock.pass(10_000);
    for (const { identity } of [one, two]) expect(identity.current.kind).toBe(kind);
    await Promise.all([one.stop(), two.stop()]);
  },
);

test('who is signed in at a kiosk right after a sign-out stays, beside another tab of it that follows that sign-out', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'kiosk' } });
  const [one, two] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  await within(made, 3_000, two.signIn(made.token('ana')));
  await made.clock.pass(500);
  one.signOut().catch(() => {});
  const ben = one.signIn(made.token('ben'));
  ben.catch(() => {});
  await made.clock.pass(10_000);
  expect([await standOf(ben), one.identity.current.customerId]).toEqual(['done', 'ben']);
  await Promise.all([one.stop(), two.stop()]);
});
