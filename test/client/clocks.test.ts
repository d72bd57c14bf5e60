import { expect, test } from 'vitest';
import { cartOf, within, world } from './world.ts';

const year = 365 * 86_400_000;

const pair = async (skewMs: number) => {
  const made = world();
  const getToken = () => made.token('ana');
  const [wrong, right] = [made.device({ getToken }), made.device({ getToken })];
  wrong.device.skew.ms = skewMs;
  const pages = [wrong.device.open(), right.device.open()] as const;
  await made.clock.pass(1_000);
  return {
    made,
    wrong: { ...wrong, page: pages[0], relevo: pages[0].relevo },
    right: { ...right, page: pages[1], relevo: pages[1].relevo },
    stop: () => Promise.all(pages.map(({ relevo }) => relevo.stop())),
  };
};

test.each([9 * year, -9 * year])(
  'a clock that is %d ms off wins when it is later and loses when it is earlier',
  async (skewMs) => {
    const { made, wrong, right, stop } = await pair(skewMs);
    const turns = [wrong, right, wrong, right];
    for (const [turn, { relevo }] of turns.entries()) {
      relevo.preferences.set('currency', `turn ${turn}`);
      relevo.cart.add({ sku: `SKU-${turn}`, quantity: turn + 1 });
      await made.clock.pass(2_000);
      for (const other of [wrong, right]) expect(other.relevo.preferences.get('currency')).toBe(`turn ${turn}`);
    }
    expect(cartOf(wrong.relevo)).toEqual(cartOf(right.relevo));
    await stop();
  },
);

test.each([9 * year, -9 * year])(
  'offline together with a clock that is %d ms off: the later act wins by the time that passed, not by the clock',
  async (skewMs) => {
    const { made, wrong, right, stop } = await pair(skewMs);
    wrong.relevo.cart.add({ sku: 'A', quantity: 1 });
    await made.clock.pass(2_000);
    for (const { line } of [wrong, right]) line.setOnline(false);
    wrong.relevo.preferences.set('currency', 'earlier, wrong clock');
    wrong.relevo.cart.setQuantity({ sku: 'A' }, 5);
    await made.clock.pass(600_000);
    right.relevo.preferences.set('currency', 'later, right clock');
    right.relevo.cart.setQuantity({ sku: 'A' }, 7);
    await made.clock.pass(600_000);
    for (const { line, page } of [right, wrong]) {
      line.setOnline(true);
      page.signal('online');
      await made.clock.pass(3_000);
    }
    for (const { relevo } of [wrong, right]) {
      expect(relevo.preferences.get('currency')).toBe('later, right clock');
      expect(cartOf(relevo)).toEqual({ A: 7 });
    }
    await stop();
  },
);

test('a clock that jumps while changes wait: ages are never below nothing, and later acts still win', async () => {
  const { made, wrong, right, stop } = await pair(0);
  wrong.line.setOnline(false);
  for (const jump of [3_600_000, -7_200_000, 9 * year, 0]) {
    wrong.device.skew.ms = jump;
    wrong.relevo.preferences.set('currency', `jump ${jump}`);
    wrong.relevo.cart.add({ sku: 'A' });
    await made.clock.pass(1_000);
  }
  wrong.line.setOnline(true);
  wrong.page.signal('online');
  await made.clock.pass(3_000);
  const ages = wrong.line.requests.flatMap(({ body }) =>
    (JSON.parse(body) as { ops: { a: number }[] }).ops.map(({ a }) => a),
  );
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
  expect(right.relevo.preferences.get('currency')).toBe('jump 0');
  expect(cartOf(right.relevo)).toEqual({ A: 4 });
  right.relevo.preferences.set('currency', 'after');
  await made.clock.pass(2_000);
  expect(wrong.relevo.preferences.get('currency')).toBe('after');
  await stop();
});

test('a device that slept for a day with a wrong clock sends what it held and shows what it missed', async () => {
  const { made, wrong, right, stop } = await pair(0);
  wrong.line.setOnline(false);
  wrong.relevo.cart.add({ sku: 'HELD' });
  await within(made, 86_400_000, Promise.resolve());
  wrong.device.skew.ms = -year;
  right.relevo.cart.add({ sku: 'MISSED' });
  wrong.line.setOnline(true);
  wrong.page.signal('visible');
  await made.clock.pass(3_000);
  for (const { relevo } of [wrong, right]) expect(cartOf(relevo)).toEqual({ HELD: 1, MISSED: 1 });
  await stop();
});

test('a clock set back while a change waits does not make that change younger than it is', async () => {
  const { made, wrong, right, stop } = await pair(0);
  wrong.line.setOnline(false);
  wrong.relevo.preferences.set('currency', 'earlier');
  await made.clock.pass(600_000);
  right.relevo.preferences.set('currency', 'later');
  await made.clock.pass(600_000);
  wrong.device.skew.ms = -3_600_000;
  wrong.line.setOnline(true);
  wrong.page.signal('online');
  await made.clock.pass(3_000);
  for (const { relevo } of [wrong, right]) expect(relevo.preferences.get('currency')).toBe('later');
  await stop();
});
