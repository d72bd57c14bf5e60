import { expect, test } from 'vitest';
import { durableStore } from './late-store.ts';
import { cartOf, within, world } from './world.ts';

const start = async (frozen = 1) => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(2_000);
  const olds = [one];
  for (let at = 1; at < frozen; at++) {
    const old = device.open();
    await made.clock.pass(300);
    await within(made, 2_000, old.relevo.signIn(made.token('ana')));
    olds.push(old);
  }
  for (const old of olds) old.freeze();
  await device.disk.write(async (tx) => tx.deleteAll([]));
  device.marker.text = null;
  const two = device.open();
  await made.clock.pass(500);
  await within(made, 10_000, two.relevo.signOut());
  await made.clock.pass(500);
  return { made, device, olds, two };
};

test('what Bob did on a locked page is kept when an old page of Ana wakes', async () => {
  const { made, device, olds, two } = await start();
  await within(made, 2_000, two.relevo.signIn(made.token('ben', 3)));
  await made.clock.pass(500);
  await two.relevo.stop();
  const three = device.open();
  await made.clock.pass(500);
  const { saved } = three.relevo.cart.add({ sku: 'LAMP' });
  await within(made, 500, saved);
  olds[0]?.thaw();
  olds[0]?.signal('visible' as never);
  await made.clock.pass(3_000);
  await within(made, 3_000, three.relevo.signIn(made.token('ben', 4)));
  await made.clock.pass(3_000);
  expect([cartOf(three.relevo), ...olds.slice(0, 1).map(({ relevo }) => cartOf(relevo))]).toEqual([{ LAMP: 1 }, {}]);
});

test('the same, and the locked page is left before its token comes', async () => {
  const { made, device, olds, two } = await start();
  await within(made, 2_000, two.relevo.signIn(made.token('ben', 3)));
  await made.clock.pass(500);
  await two.relevo.stop();
  const three = device.open();
  await made.clock.pass(500);
  await within(made, 500, three.relevo.cart.add({ sku: 'LAMP' }).saved);
  three.kill();
  olds[0]?.thaw();
  olds[0]?.signal('visible' as never);
  await made.clock.pass(3_000);
  const four = device.open();
  await made.clock.pass(500);
  await within(made, 3_000, four.relevo.signIn(made.token('ben', 4)));
  await made.clock.pass(3_000);
  expect([cartOf(four.relevo), ...olds.slice(0, 1).map(({ relevo }) => cartOf(relevo))]).toEqual([{ LAMP: 1 }, {}]);
});
