import { expect, test } from 'vitest';
import { slowStore } from './slow-store.ts';
import { cartOf, standOf, within, world } from './world.ts';

// A write that its store takes its time over, and what the page adds while it is under way.
test.each([
  ['is being written', [0]],
  ['was added while another write was under way', [0, 60]],
  ['is not being written yet', [0, 60, 0]],
])('stop() waits for what %s: it is saved, and there when the page is opened again', async (_, gapsMs) => {
  const made = world();
  const { device, line } = made.device();
  const by = slowStore(device, made);
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  line.setOnline(false);
  by.beginMs = 100;
  const saved: Promise<void>[] = [];
  for (const ms of gapsMs) {
    await made.clock.pass(ms);
    saved.push(relevo.cart.add({ sku: `SOFA-${saved.length}` }).saved);
  }
  const there = cartOf(relevo);
  await made.clock.pass(50);
  await within(made, 2_000, relevo.stop());
  expect(await Promise.all(saved.map(standOf))).toEqual(saved.map(() => 'done'));
  by.beginMs = 0;
  const next = device.open().relevo;
  await made.clock.pass(1_000);
  expect(cartOf(next)).toEqual(there);
  await next.stop();
});

test('stop() waits for what a page keeps before it knows whose it is', async () => {
  const made = world();
  const { device } = made.device();
  const by = slowStore(device, made);
  const first = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, first.relevo.signIn(made.token('ana')));
  await first.relevo.stop();
  const { relevo } = device.open({ getToken: () => undefined });
  await made.clock.pass(1_000);
  by.beginMs = 100;
  const { saved } = relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(50);
  await within(made, 2_000, relevo.stop());
  expect(await standOf(saved)).toBe('done');
  by.beginMs = 0;
  const next = device.open({ getToken: () => made.token('ana') }).relevo;
  await made.clock.pass(2_000);
  expect(cartOf(next)).toEqual({ SOFA: 1 });
  await next.stop();
});
