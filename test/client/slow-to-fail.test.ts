import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import type { VirtualDevice } from '../../src/testing/virtual-device.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { faultyStore } from './device-disk.ts';
import { answersAfter } from './late-store.ts';
import { lockedDevice } from './locked-device.ts';
import { refusal, standIn } from './stand-in.ts';
import { cartOf, standOf, world } from './world.ts';

/**
 * A disk each of whose writes fails once it is broken, the first of them after so many ms, the others at once. Memory
 * takes its place with the first that fails, and the others are done again there.
 */
const slowToFail = (made: World, device: VirtualDevice, failsAfterMs: readonly number[]): { isBroken: boolean } => {
  const fault = { isBroken: false };
  const left = [...failsAfterMs];
  device.setOpen(async () => {
    if (fault.isBroken) throw new DOMException('still gone', 'UnknownError');
    const store = faultyStore(device, { isBroken: false });
    const write: Store['write'] = async (body, options) => {
      if (!fault.isBroken) return store.write(body, options);
      await new Promise<void>((done) => void made.clock.timer(left.shift() ?? 0, done));
      throw new DOMException('the disk is gone', 'UnknownError');
    };
    return { ...store, write };
  });
  return fault;
};

test('what memory has sent before its own write failed is shown once, and does not wait again', async () => {
  const made = world();
  const { device, line } = made.device();
  const fault = slowToFail(made, device, [100, 3_000]);
  const page = device.open();
  const { relevo } = page;
  await made.clock.pass(1_000);
  fault.isBroken = true;
  const first = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(10);
  const second = relevo.cart.add({ sku: 'B' });
  await made.clock.pass(1_000);
  expect([await standOf(first.synced), await standOf(second.synced)]).toEqual(['done', 'done']);
  line.setOnline(false);
  await made.clock.pass(4_000);
  page.signal('visible');
  await made.clock.pass(100);
  expect([cartOf(relevo), relevo.status.pending]).toEqual([{ A: 1, B: 1 }, 0]);
  await relevo.stop();
});

test('nobody’s change whose write fails after a sign-out is not the next customer’s', async () => {
  const { made, device } = await lockedDevice();
  const fault = slowToFail(made, device, [3_000, 100]);
  const { relevo } = device.open();
  await made.clock.pass(100);
  fault.isBroken = true;
  relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(10);
  const leaving = relevo.signOut();
  await made.clock.pass(10_000);
  await leaving;
  const ben = relevo.signIn(made.token('ben'));
  await made.clock.pass(3_000);
  await ben;
  expect(cartOf(relevo)).toEqual({});
  await relevo.stop();
});

test.each([true, false])(
  'nobody’s change that found its place before its write failed stays there alone (sent: %s)',
  async (isSent) => {
    const { made, device, line } = await lockedDevice();
    const fault = slowToFail(made, device, [3_000, 100]);
    const page = device.open();
    const { relevo } = page;
    await made.clock.pass(100);
    fault.isBroken = true;
    relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(10);
    relevo.cart.add({ sku: 'RUG' });
    await made.clock.pass(200);
    line.setOnline(isSent);
    const ana = relevo.signIn(made.token('ana')).catch(() => {});
    await made.clock.pass(5_000);
    await ana;
    line.setOnline(true);
    page.signal('online');
    await made.clock.pass(5_000);
    expect([cartOf(relevo), relevo.status.pending]).toEqual([{ SOFA: 1, LAMP: 1, RUG: 1 }, 0]);
    const ben = relevo.signIn(made.token('ben'));
    await made.clock.pass(5_000);
    await ben;
    page.signal('visible');
    await made.clock.pass(3_000);
    expect(cartOf(relevo)).toEqual({});
    await relevo.stop();
  },
);

test('nobody’s change that finds its place while it is on its way into a slow store is kept', async () => {
  const { made, device } = await lockedDevice();
  answersAfter(made, device, 200);
  const page = device.open();
  const { relevo } = page;
  await made.clock.pass(1_000);
  const ana = relevo.signIn(made.token('ana'));
  await made.clock.pass(100);
  const lamp = relevo.cart.add({ sku: 'LAMP' });
  await made.clock.pass(3_000);
  await ana;
  expect([await standOf(lamp.saved), await standOf(lamp.synced)]).toEqual(['done', 'done']);
  expect(cartOf(relevo)).toEqual({ SOFA: 1, LAMP: 1 });
  await relevo.stop();
});

test('a withdrawn change whose number went with the disk does not wait for ever', async () => {
  const made = world();
  const { device, line } = made.device();
  const page = device.open();
  const { relevo } = page;
  await made.clock.pass(1_000);
  let isOff = false;
  let requests = 0;
  standIn(line, (_, body) => {
    requests++;
    isOff ||= body.includes('BAD');
    if (body.includes('BAD')) return refusal(413, 'request/too-large');
    return isOff ? refusal(503, 'server/unavailable') : undefined;
  });
  const bad = relevo.cart.add({ sku: 'BAD' });
  await made.clock.pass(300);
  expect(await standOf(bad.synced)).toBe('change/too-large');
  await device.disk.write(async (tx) => tx.deleteAll(['out']));
  isOff = false;
  page.signal('visible');
  await made.clock.pass(10_000);
  requests = 0;
  await made.clock.pass(30_000);
  expect([relevo.status.pending, requests < 5]).toEqual([0, true]);
  await relevo.stop();
});
