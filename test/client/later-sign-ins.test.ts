import { expect, test } from 'vitest';
import { standOf, world } from './world.ts';

test.each(['ben', 'nonsense'])('who was told last in a tab stays, whatever a third tab is told (%s)', async (says) => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const [waiting, busy] = [device.open().relevo, device.open().relevo];
  await made.clock.pass(500);
  const release = line.hold();
  busy.cart.add({ sku: 'SOFA' });
  await made.clock.pass(500);
  const ana = busy.signIn(made.token('ana'));
  await made.clock.pass(200);
  const ben = waiting.signIn(made.token('ben'));
  await made.clock.pass(200);
  const third = device.open().relevo;
  await made.clock.pass(100);
  const last = third.signIn(says === 'ben' ? made.token('ben') : says);
  for (const entering of [ana, ben, last]) entering.catch(() => {});
  await made.clock.pass(200);
  release();
  await made.clock.pass(20_000);
  expect(await standOf(ben)).toBe('done');
  expect([waiting, busy, third].map(({ identity }) => identity.current.customerId)).toEqual(Array(3).fill('ben'));
  await Promise.all([waiting, busy, third].map((relevo) => relevo.stop()));
});
