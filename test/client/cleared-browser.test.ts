import { expect, test } from 'vitest';
import { clearSiteData } from './device-disk.ts';
import { durableStore } from './late-store.ts';
import { benComesBeside } from './next-customer.ts';
import { cartOf, within, world } from './world.ts';

test.each([3, 0])(
  'a quantity %i of a new page of a cleared browser does not overwrite the customers',
  async (quantity) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    device.setOpen(durableStore(device));
    const one = device.open();
    await within(made, 2_000, one.relevo.signIn(made.token('ana')));
    one.relevo.cart.add({ sku: 'LAMP', quantity: 5 });
    await made.clock.pass(2_000);
    one.freeze();
    await clearSiteData(device);
    line.setOnline(false);
    const two = device.open();
    await made.clock.pass(500);
    two.relevo.cart.add({ sku: 'LAMP' });
    await made.clock.pass(100);
    await within(made, 500, two.relevo.cart.setQuantity({ sku: 'LAMP' }, quantity).saved);
    one.thaw();
    one.signal('visible' as never);
    await made.clock.pass(2_000);
    line.setOnline(true);
    await made.clock.pass(70_000);
    expect(cartOf(one.relevo)['LAMP']).toBeGreaterThanOrEqual(5);
  },
);

test('who signs out in a page under which the browser was cleared leaves the guest of a newer page their changes', async () => {
  const made = world();
  const { device, line } = made.device();
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(2_000);
  one.freeze();
  await clearSiteData(device);
  line.setOnline(false);
  const two = device.open();
  await made.clock.pass(500);
  await within(made, 500, two.relevo.cart.add({ sku: 'LAMP' }).saved);
  const leaving = one.relevo.signOut();
  one.thaw();
  await within(made, 10_000, leaving);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ LAMP: 1 }, { LAMP: 1 }]);
  expect(JSON.parse(device.marker.text ?? '').guest.id).toBe(two.relevo.identity.current.anonymousId);
  line.setOnline(true);
  await made.clock.pass(70_000);
  for (const { relevo } of [one, two]) expect([cartOf(relevo), relevo.status.pending]).toEqual([{ LAMP: 1 }, 0]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

test.each(['ana', 'ben'])('a sign-out of %s in a cleared browser reaches the page from before', async (who) => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  device.setOpen(durableStore(device));
  const one = device.open();
  await within(made, 2_000, one.relevo.signIn(made.token('ana')));
  one.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(2_000);
  await within(made, 10_000, one.relevo.signOut());
  await within(made, 2_000, one.relevo.signIn(made.token('ana', 2)));
  await made.clock.pass(2_000);
  one.freeze();
  await clearSiteData(device);
  const two = device.open();
  await made.clock.pass(500);
  await within(made, 2_000, two.relevo.signIn(made.token(who, 3)));
  await made.clock.pass(500);
  await within(made, 10_000, two.relevo.signOut());
  await within(made, 500, two.relevo.cart.add({ sku: 'LAMP' }).saved);
  one.thaw();
  one.signal('visible' as never);
  await made.clock.pass(5_000);
  expect([one.relevo.identity.current.kind, two.relevo.identity.current.kind]).toEqual(['guest', 'guest']);
  expect([cartOf(one.relevo), cartOf(two.relevo)]).toEqual([{ LAMP: 1 }, { LAMP: 1 }]);
  await Promise.all([one.relevo.stop(), two.relevo.stop()]);
});

/** Ana's page is frozen as a shared browser is cleared; in a new one somebody signs out, and Ben comes and goes on with another. */
const benAfterAna = async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  device.setOpen(durableStore(device));
  const old = device.open();
  await within(made, 2_000, old.relevo.signIn(made.token('ana')));
  old.relevo.cart.add({ sku: 'SOFA', quantity: 5 });
  await made.clock.pass(2_000);
  const two = await benComesBeside(made, device, old);
  await two.relevo.stop();
  const locked = device.open();
  await made.clock.pass(500);
  await within(made, 500, locked.relevo.cart.add({ sku: 'LAMP' }).saved);
  return { made, device, old, locked };
};

test.each([true, false])(
  'what the next customer did on a locked page is theirs, though an old page wakes (their page goes on: %s)',
  async (goesOn) => {
    const { made, device, old, locked } = await benAfterAna();
    if (!goesOn) locked.kill();
    old.thaw();
    old.signal('visible' as never);
    await made.clock.pass(3_000);
    const { relevo } = goesOn ? locked : device.open();
    await made.clock.pass(500);
    await within(made, 3_000, relevo.signIn(made.token('ben', 4)));
    await made.clock.pass(3_000);
    expect([cartOf(relevo), cartOf(old.relevo)]).toEqual([{ LAMP: 1 }, {}]);
    await Promise.all([relevo.stop(), old.relevo.stop()]);
  },
);
