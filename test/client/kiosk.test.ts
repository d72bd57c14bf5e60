import { expect, test } from 'vitest';
import type { ShopWrite } from '../../src/client/api.ts';
import { anaThere, canary, idleMs, kioskOf, shown } from './kiosk-world.ts';
import { cartOf, codeOf, standOf, within, world } from './world.ts';

test('the last ten seconds are counted down, then whoever is here is gone, from the shop’s own cart too', async () => {
  const made = world();
  const { relevo, heard } = await anaThere(made);
  const writes: ShopWrite[] = [];
  relevo.cart.bind({ write: (change) => void writes.push(change) });
  await made.clock.pass(idleMs - 10_000 - 5_000);
  expect(heard).toEqual([]);
  let left = '';
  relevo.on('idle', ({ endsInMs }) => {
    if (endsInMs === 0) left = shown(relevo);
  });
  await made.clock.pass(20_000);
  expect(heard).toEqual([
    ...[10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((seconds) => ['idle', { endsInMs: seconds * 1_000 }]),
    ['signout', { unsynced: 0 }],
  ]);
  // At the moment it is said.
  expect(left).toContain('"kind":"guest"');
  expect(left).not.toContain(canary);
  expect(shown(relevo)).not.toContain(canary);
  expect(writes.at(-1)).toMatchObject({ lines: [], cause: 'signout' });
  const other = made.device({ getToken: () => made.token(`ana-${canary}`) }).device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(other)).toEqual({ [`${canary}-LINE`]: 1 });
  await Promise.all([relevo.stop(), other.stop()]);
});

test('so is a guest, whose cart is not the next one’s', async () => {
  const made = world();
  const { open } = kioskOf(made);
  const { relevo, heard } = await open();
  relevo.cart.add({ sku: 'OF-THE-FIRST' });
  await within(made, 1_000, relevo.flush());
  const { anonymousId } = relevo.identity.current;
  await made.clock.pass(idleMs);
  expect([cartOf(relevo), heard.at(-1)]).toEqual([{}, ['signout', { unsynced: 0 }]]);
  expect(relevo.identity.current.anonymousId).not.toBe(anonymousId);
  await within(made, 2_000, relevo.signIn(made.token('ben')));
  await made.clock.pass(1_000);
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test.each([
  ['a touch', ({ page }: Awaited<ReturnType<typeof anaThere>>) => page.act()],
  ['a write of the page', ({ relevo }: Awaited<ReturnType<typeof anaThere>>) => void relevo.cart.add({ sku: 'MUG' })],
])('%s ends the countdown, and it begins anew', async (_, act) => {
  const made = world();
  const at = await anaThere(made);
  await made.clock.pass(idleMs - 4_000);
  act(at);
  expect(at.heard.slice(-2)).toEqual([
    ['idle', { endsInMs: expect.any(Number) }],
    ['idle', { endsInMs: null }],
  ]);
  at.heard.splice(0);
  await made.clock.pass(idleMs - 10_500);
  expect([at.heard, shown(at.relevo)]).toEqual([[], expect.stringContaining(canary)]);
  await made.clock.pass(10_500);
  expect(shown(at.relevo)).not.toContain(canary);
  await made.clock.pass(4_000);
  await at.relevo.stop();
});

test('a kiosk that nobody has touched says nothing, also after somebody was seen off', async () => {
  const made = world();
  const { open } = kioskOf(made);
  const { relevo, heard, page } = await open();
  await made.clock.pass(10 * idleMs);
  expect(heard).toEqual([]);
  page.act();
  await made.clock.pass(10 * idleMs);
  expect(heard.filter(([event]) => event === 'idle')).toHaveLength(11);
  await relevo.stop();
});

test('a page that slept for an hour shows nothing when it is looked at, before anything else is done', async () => {
  const made = world();
  const { relevo, page, heard } = await anaThere(made);
  page.setVisible(false);
  page.freeze();
  await made.clock.pass(3_600_000);
  const line = shown(relevo);
  page.thaw();
  page.setVisible(true);
  expect([line, shown(relevo)]).toEqual([expect.stringContaining(canary), expect.not.stringContaining(canary)]);
  expect(heard).toContainEqual(['idle', { endsInMs: 0 }]);
  await made.clock.pass(4_000);
  await relevo.stop();
});

test.each([
  ['comes late in a page in the background, it ends by the time that has passed', 0],
  ['comes late, and the clock was set back by years, it ends all the same', -100_000_000_000],
])('a countdown whose timer %s', async (_, skewMs) => {
  const made = world();
  const { relevo, page, device } = await anaThere(made);
  device.skew.ms = skewMs;
  page.setVisible(false);
  page.freeze();
  // Once a minute a browser lets a page in the background go on.
  await made.clock.pass(idleMs + 1_000);
  page.thaw();
  expect(shown(relevo)).not.toContain(canary);
  await made.clock.pass(4_000);
  await relevo.stop();
});

test('a device that slept, its monotonic clock too, ends by the wall clock', async () => {
  const made = world();
  const { relevo, page, device } = await anaThere(made);
  device.skew.ms = 3_600_000;
  page.signal('visible');
  expect(shown(relevo)).not.toContain(canary);
  await made.clock.pass(4_000);
  await relevo.stop();
});

test('what was not sent is sent as at any sign-out; offline it is dropped, and told', async () => {
  const made = world();
  const { relevo, line, heard } = await anaThere(made);
  line.setOnline(false);
  const change = relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(idleMs + 4_000);
  expect(heard.at(-1)).toEqual(['signout', { unsynced: 1 }]);
  expect(await standOf(change.synced)).toBe('sync/abandoned');
  await relevo.stop();
});

test('signOut() ends a guest too, and another tab of the kiosk leaves with it', async () => {
  const made = world();
  const { open } = kioskOf(made);
  const [one, two] = [await open(), await open()];
  for (const { relevo } of [one, two]) relevo.cart.add({ sku: canary });
  await made.clock.pass(1_000);
  const leaving = one.relevo.signOut();
  expect(cartOf(one.relevo)).toEqual({});
  await made.clock.pass(10);
  expect(cartOf(two.relevo)).toEqual({});
  expect(await within(made, 4_000, leaving)).toEqual({ unsynced: 0, outcome: 'flushed' });
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('who asks about unsent work at a kiosk is asked as a guest too', async () => {
  const made = world();
  const { open, line } = kioskOf(made);
  const { relevo } = await open();
  line.setOnline(false);
  relevo.cart.add({ sku: 'MUG' });
  await made.clock.pass(1_000);
  const asked = relevo.signOut({ unsynced: 'ask' }).catch((error: { unsynced?: number }) => error.unsynced);
  expect([await within(made, 5_000, asked), cartOf(relevo)]).toEqual([1, { MUG: 1 }]);
  await relevo.stop();
});

test('who acts in one tab is not seen off by another one in the background, and no tab stays behind', async () => {
  const made = world();
  const ana = await anaThere(made);
  const other = await ana.open();
  await within(made, 2_000, other.relevo.signIn(made.token(`ana-${canary}`)));
  ana.page.setVisible(false);
  for (let passedMs = 0; passedMs < 3 * idleMs; passedMs += 5_000) {
    other.page.act();
    await made.clock.pass(5_000);
  }
  for (const { relevo } of [ana, other]) expect(relevo.identity.current.kind).toBe('customer');
  await made.clock.pass(idleMs + 4_000);
  for (const { relevo } of [ana, other]) expect(relevo.identity.current.kind).toBe('guest');
  await Promise.all([ana.relevo.stop(), other.relevo.stop()]);
});

test('a page kept for the back button shows nobody of before; who is still signed in with the shop is back by its word', async () => {
  const made = world();
  let answer: string | null = null;
  const ana = await anaThere(made, { getToken: () => answer });
  ana.relevo.cart.add({ sku: 'MORE' });
  await within(made, 1_000, ana.relevo.flush());
  ana.page.signal('pagehide');
  ana.page.freeze();
  await made.clock.pass(1_000);
  ana.page.thaw();
  ana.page.signal('pageshow');
  expect(shown(ana.relevo)).not.toContain(canary);
  await made.clock.pass(5_000);
  expect(ana.relevo.identity.current.kind).toBe('guest');
  answer = made.token(`ana-${canary}`);
  ana.page.signal('pageshow');
  await made.clock.pass(5_000);
  expect(cartOf(ana.relevo)).toEqual({ [`${canary}-LINE`]: 1, MORE: 1 });
  await ana.relevo.stop();
});

test('a stopped kiosk counts nothing any more and leaves no timer', async () => {
  const made = world();
  const { relevo, page, heard } = await anaThere(made);
  await made.clock.pass(idleMs - 5_000);
  await relevo.stop();
  heard.splice(0);
  page.act();
  await made.clock.pass(10 * idleMs);
  expect([heard, page.pendingTimers]).toEqual([[], 0]);
});

test('the time is 5 s to an hour, and two minutes unless told', async () => {
  const made = world();
  const open = (ms?: number) =>
    made.device().device.open({ device: { kind: 'kiosk', ...(ms === undefined ? {} : { idleMs: ms }) } });
  for (const ms of [4_999, 3_600_001, Number.NaN, '60000' as never, null as never])
    expect(codeOf(() => open(ms))).toBe('options/invalid');
  const given = (device: unknown) => codeOf(() => made.device().device.open({ device: device as never }));
  for (const device of [null, 'kiosk', { kind: 'personal', idleMs: '60000' }, { kind: 'shared', keep: 'cart-lines' }])
    expect(given(device)).toBe('options/invalid');
  // One configuration for all devices of a shop.
  expect(given({ kind: 'personal', keep: 'nothing', idleMs: 60_000 })).toBe('nothing');
  const { relevo, act } = open();
  const heard: unknown[] = [];
  relevo.on('idle', ({ endsInMs }) => void heard.push(endsInMs));
  await made.clock.pass(100);
  act();
  await made.clock.pass(109_999);
  expect(heard).toEqual([]);
  await made.clock.pass(10_001);
  expect([heard[0], heard.at(-1)]).toEqual([10_000, 0]);
  const short = open(5_000);
  const counts: unknown[] = [];
  short.relevo.on('idle', ({ endsInMs }) => void counts.push(endsInMs));
  short.act();
  await made.clock.pass(6_000);
  expect(counts).toEqual([1_250, 1_000, 0]);
  await Promise.all([relevo.stop(), short.relevo.stop()]);
});
