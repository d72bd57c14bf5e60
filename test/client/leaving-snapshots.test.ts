import { expect, test } from 'vitest';
import { slowStore } from './slow-store.ts';
import { within, world } from './world.ts';

// Whoever renders by reference draws again what has another one.
test('what a page shows keeps its reference while a report of one who leaves finds its place', async () => {
  const made = world();
  const { clock } = made;
  const { device, line } = made.device({ device: { kind: 'shared' } });
  const by = slowStore(device, made);
  const first = device.open();
  first.relevo.cart.add({ sku: 'SOFA', quantity: 2 });
  await clock.pass(1_000);
  // Whether the guest is Ana’s by now is not known: no answer came.
  line.setFaults({ replyLost: 1 });
  first.relevo.signIn(await made.token('ana')).catch(() => {});
  await clock.pass(1_000);
  first.kill();
  by.beginMs = 5_000;
  const { relevo } = device.open();
  await clock.pass(100);
  relevo.capture({ type: 'purchase', orderId: 'N-1', items: [{ sku: 'SOFA', quantity: 1 }] });
  const left = relevo.signOut();
  let { lines } = relevo.cart;
  let text = JSON.stringify(lines);
  const faults: string[] = [];
  const look = () => {
    const now = JSON.stringify(relevo.cart.lines);
    if (relevo.cart.lines !== lines && now === text) faults.push(now);
    [lines, text] = [relevo.cart.lines, now];
  };
  relevo.subscribe(look);
  await within(made, 20_000, left);
  look();
  expect(faults).toEqual([]);
  await relevo.stop();
});
