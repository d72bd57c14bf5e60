import { expect, test } from 'vitest';
import { anaThere, canary, idleMs, kioskOf, shown } from './kiosk-world.ts';
import { cartOf, within, world } from './world.ts';

const zero = ['idle', { endsInMs: 0 }];

test('the touch that wakes a device which slept with the page in view is the next person’s: nothing shows any more', async () => {
  const made = world();
  const { relevo, page, device, heard } = await anaThere(made);
  await made.clock.pass(20_000);
  device.skew.ms = 3_600_000;
  page.act();
  expect(shown(relevo)).not.toContain(canary);
  expect(heard).toContainEqual(zero);
  await made.clock.pass(5_000);
  heard.splice(0);
  await made.clock.pass(idleMs - 16_000);
  expect(heard).toEqual([]);
  await made.clock.pass(20_000);
  expect(heard).toContainEqual(zero);
  await relevo.stop();
});

test('so is what another tab says, once the time is up here', async () => {
  const made = world();
  const ana = await anaThere(made);
  const other = await ana.open();
  ana.page.freeze();
  await made.clock.pass(idleMs + 5_000);
  ana.page.thaw();
  other.page.act();
  await made.clock.pass(100);
  expect(shown(ana.relevo)).not.toContain(canary);
  await made.clock.pass(4_000);
  await Promise.all([ana.relevo.stop(), other.relevo.stop()]);
});

test('each tab hears that it is over, whichever of them counted out, and also when one of them signs out', async () => {
  const made = world();
  const ana = await anaThere(made);
  const other = await ana.open();
  await within(made, 2_000, other.relevo.signIn(made.token(`ana-${canary}`)));
  await made.clock.pass(3_000);
  ana.page.act();
  await made.clock.pass(idleMs + 5_000);
  for (const { heard } of [ana, other]) expect(heard.filter(([event]) => event === 'idle').at(-1)).toEqual(zero);
  for (const { page, heard } of [ana, other]) {
    page.act();
    heard.splice(0);
  }
  await made.clock.pass(idleMs - 5_000);
  await within(made, 4_000, ana.relevo.signOut());
  expect(other.heard).toContainEqual(zero);
  await Promise.all([ana.relevo.stop(), other.relevo.stop()]);
});

test('who touches their tab in time is not seen off by another one that heard of an earlier touch', async () => {
  const made = world();
  const { open } = kioskOf(made);
  const [one, two] = [await open(), await open()];
  one.page.act();
  two.page.act();
  await made.clock.pass(5_000);
  two.page.act();
  await made.clock.pass(900);
  two.page.act();
  two.relevo.cart.add({ sku: 'MINE' });
  await made.clock.pass(idleMs - 700);
  two.page.act();
  await made.clock.pass(5_000);
  expect(cartOf(two.relevo)).toEqual({ MINE: 1 });
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('a getToken that rejected and is asked again signs the one who was seen off in no more, until somebody signs in', async () => {
  const made = world();
  let isUp = false;
  let asked = 0;
  const getToken = () =>
    isUp ? made.token(`ana-${canary}`, 100 + ++asked) : Promise.reject<string>(new Error('the shop is down'));
  const { relevo } = await anaThere(made, { getToken });
  await made.clock.pass(idleMs + 3_500);
  isUp = true;
  await made.clock.pass(120_000);
  expect([relevo.identity.current.kind, asked > 0]).toEqual(['guest', true]);
  await within(made, 2_000, relevo.signIn(made.token('ben')));
  expect(relevo.identity.current.customerId).toBe('ben');
  await relevo.stop();
});

test('nor does the back button, though the shop’s session goes on; once the shop has said that nobody is here it may name somebody', async () => {
  const made = world();
  let asked = 0;
  let who: string | null = `ana-${canary}`;
  const { relevo, page } = await kioskOf(made, { getToken: () => who && made.token(who, 100 + ++asked) }).open();
  await made.clock.pass(2_000);
  relevo.cart.add({ sku: canary });
  await made.clock.pass(idleMs + 5_000);
  const back = async () => {
    page.signal('pagehide');
    page.signal('pageshow');
    await made.clock.pass(5_000);
    return relevo.identity.current.customerId;
  };
  expect([await back(), shown(relevo)]).toEqual([undefined, expect.not.stringContaining(canary)]);
  who = null;
  expect(await back()).toBeUndefined();
  who = 'ben';
  expect(await back()).toBe('ben');
  await relevo.stop();
});

test('nor does the back button on a page that stood still for longer than the time', async () => {
  const made = world();
  let asked = 0;
  const getToken = () => made.token(`ana-${canary}`, 100 + ++asked);
  const { relevo, page } = await kioskOf(made, { getToken }).open();
  await made.clock.pass(2_000);
  page.signal('pagehide');
  page.freeze();
  await made.clock.pass(idleMs + 5_000);
  page.thaw();
  page.signal('pageshow');
  await made.clock.pass(5_000);
  expect(relevo.identity.current.kind).toBe('guest');
  await relevo.stop();
});

test('what the page writes as it hears of the countdown, or of its end, is nobody’s act', async () => {
  const made = world();
  const { relevo, heard } = await anaThere(made);
  relevo.on('idle', ({ endsInMs }) => void relevo.preferences.set('screen', `${endsInMs}`));
  await made.clock.pass(10 * idleMs);
  expect(heard.filter(([event]) => event === 'signout')).toHaveLength(1);
  await relevo.stop();
});

test('nor is what the shop’s own cart refuses of what comes from elsewhere', async () => {
  const made = world();
  const { relevo } = await anaThere(made);
  relevo.cart.bind({
    write: ({ added }) => ({ refused: added.map(({ key }) => ({ key, reason: 'sold-out' })) }),
  });
  const phone = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  for (let n = 0; n < 3; n++) {
    await made.clock.pass(25_000);
    phone.cart.add({ sku: `FROM-HOME-${n}` });
  }
  await made.clock.pass(5_000);
  expect(phone.cart.parked.map(({ sku }) => sku)).toEqual([`${canary}-LINE`, 'FROM-HOME-0', 'FROM-HOME-1']);
  expect(relevo.identity.current.kind).toBe('guest');
  await Promise.all([relevo.stop(), phone.stop()]);
});

test('who is asked whether they may leave with unsent work is still here: their time goes on, in the other tabs too', async () => {
  const made = world();
  const ana = await anaThere(made);
  const other = await ana.open();
  await within(made, 2_000, other.relevo.signIn(made.token(`ana-${canary}`)));
  await made.clock.pass(3_000);
  ana.line.setOnline(false);
  ana.relevo.cart.add({ sku: 'UNSENT' });
  await made.clock.pass(500);
  const asked = ana.relevo.signOut({ unsynced: 'ask' }).catch(({ code }) => code);
  expect(await within(made, 5_000, asked)).toBe('auth/unsynced');
  for (const { relevo } of [ana, other]) expect(relevo.identity.current.kind).toBe('customer');
  await made.clock.pass(idleMs + 5_000);
  for (const { relevo, heard } of [ana, other])
    expect([
      relevo.identity.current.kind,
      heard.some(([, detail]) => JSON.stringify(detail) === '{"endsInMs":0}'),
    ]).toEqual(['guest', true]);
  await Promise.all([ana.relevo.stop(), other.relevo.stop()]);
});

test('a tab whose request hangs holds up no other one: each has a guest of its own, who is sent', async () => {
  const made = world();
  const { open, line } = kioskOf(made);
  const [one, two] = [await open(), await open()];
  const release = line.hold();
  one.relevo.cart.add({ sku: 'FIRST' });
  await made.clock.pass(2_000);
  const before = line.requests.length;
  two.relevo.cart.add({ sku: 'SECOND' });
  await made.clock.pass(2_000);
  expect(JSON.stringify(line.requests.slice(before))).toContain('SECOND');
  release();
  await made.clock.pass(3_000);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});
