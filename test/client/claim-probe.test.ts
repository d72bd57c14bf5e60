import { expect, test } from 'vitest';
import type { Ports } from '../../src/client/ports.ts';
import { copyOf, restoreTo } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

/** The first page of a device hears nothing of the others: their messages are hints, and may be lost. */
const deafFirst = () => {
  let opened = 0;
  return (ports: Ports): Ports => (opened++ ? ports : { ...ports, tabs: { ...ports.tabs, subscribe: () => () => {} } });
};

test('a page that asks whether its guest is a customer by now, and finds the customer, says what waits in their name', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } }, deafFirst());
  const [one, two] = [device.open(), device.open()];
  await made.clock.pass(100);
  one.relevo.cart.add({ sku: 'A', quantity: 2 });
  await made.clock.pass(1_000);
  const release = line.hold();
  const signingIn = two.relevo.signIn(made.token('ana'));
  await made.clock.pass(100);
  // It reads that a claim is out, and stands still when that is answered.
  one.signal('visible');
  await made.clock.pass(100);
  one.freeze();
  release();
  await within(made, 2_000, signingIn);
  line.setOnline(false);
  two.relevo.cart.add({ sku: 'B' });
  await made.clock.pass(100);
  two.freeze();
  line.setOnline(true);
  const before = line.requests.length;
  one.thaw();
  one.relevo.flush().catch(() => {});
  await made.clock.pass(5_000);
  const sent = line.requests.slice(before).filter(({ body }) => body.includes('"ops":[{'));
  expect(sent.filter(({ body }) => !body.includes('"token"'))).toEqual([]);
  expect(one.relevo.status.connection).toBe('needs-token');
  two.thaw();
  await made.clock.pass(5_000);
  expect([cartOf(two.relevo), two.relevo.status.pending]).toEqual([{ A: 2, B: 1 }, 0]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test('what a guest added on a disk that was put back is kept when their sign-in had no answer and somebody else signs in', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const first = device.open();
  await made.clock.pass(100);
  first.relevo.cart.add({ sku: 'A', quantity: 2 });
  await within(made, 1_000, first.relevo.flush());
  const before = await copyOf(device);
  first.relevo.cart.add({ sku: 'LATER' });
  await within(made, 1_000, first.relevo.flush());
  first.kill();
  // What was done next has the number of what the disk no longer knows.
  await restoreTo(device, before);
  const next = device.open();
  await made.clock.pass(100);
  line.setFaults({ replyLost: 1 });
  next.relevo.cart.add({ sku: 'B', quantity: 3 });
  await made.clock.pass(100);
  next.relevo.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(1_000);
  next.kill();
  line.setFaults({});
  const last = device.open();
  await made.clock.pass(100);
  await within(made, 5_000, last.relevo.signIn(made.token('ben')));
  await within(made, 2_000, last.relevo.flush());
  expect(cartOf(last.relevo)).toEqual({ B: 3 });
  const ana = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(2_000);
  expect(cartOf(ana)).toEqual({ A: 2, LATER: 1 });
  await Promise.all([last.relevo.stop(), ana.stop()]);
});

/** One tab has claimed the guest for ana, without an answer; the other one, which has not heard of that, has signed out. */
const leftUnheard = async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const [leaving, entering] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(100);
  leaving.cart.add({ sku: 'A' });
  await made.clock.pass(1_000);
  line.setFaults({ replyLost: 1 });
  entering.signIn(made.token('ana')).catch(() => {});
  await made.clock.pass(100);
  await within(made, 5_000, leaving.signOut());
  line.setFaults({});
  return { made, line, leaving, entering };
};

test('a sign-out in a tab that has not heard of a sign-in in another one forgets no claim of it', async () => {
  const { made, line, leaving, entering } = await leftUnheard();
  const before = line.requests.length;
  await within(made, 5_000, entering.signIn(made.token('eve')));
  const claims = line.requests.slice(before).flatMap(({ body }) => JSON.parse(body).claim ?? []);
  expect(claims).toEqual([]);
  await Promise.all([leaving.stop(), entering.stop()]);
});

test('nor does the guest who stays wait for its customer, who was told to leave: what is done then is sent', async () => {
  const { made, leaving, entering } = await leftUnheard();
  leaving.cart.add({ sku: 'LATER' });
  await made.clock.pass(60_000);
  expect([leaving.status.pending, leaving.identity.current.kind, cartOf(leaving)]).toEqual([0, 'guest', { LATER: 1 }]);
  await Promise.all([leaving.stop(), entering.stop()]);
});
