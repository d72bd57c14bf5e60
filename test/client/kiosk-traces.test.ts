import { expect, test } from 'vitest';
import { textOf } from './device-disk.ts';
import { anaThere, canary } from './kiosk-world.ts';
import { within, world } from './world.ts';

test('nothing of anybody is ever on the disk or beside it, guest or customer, nor when the page ends', async () => {
  const made = world();
  const { device, page, relevo, open } = await anaThere(made);
  expect(relevo.status).toMatchObject({ storage: 'memory', connection: 'online' });
  expect(relevo.status).not.toHaveProperty('degraded');
  const kept = async () => [await textOf(device), device.marker.text];
  expect(await kept()).toEqual(['{"rows":[],"marker":null}', null]);
  page.signal('pagehide');
  page.kill();
  expect(await kept()).toEqual(['{"rows":[],"marker":null}', null]);
  const next = await open();
  expect(next.relevo.identity.current.kind).toBe('guest');
  next.relevo.cart.add({ sku: 'OF-A-GUEST' });
  await within(made, 1_000, next.relevo.flush());
  expect(await kept()).toEqual(['{"rows":[],"marker":null}', null]);
  await next.relevo.stop();
});

test('what was kept while the device was of another kind goes when it begins as a kiosk', async () => {
  const made = world();
  const { device } = made.device();
  const before = device.open({ device: { kind: 'personal' } });
  await made.clock.pass(100);
  await within(made, 2_000, before.relevo.signIn(made.token(`ana-${canary}`)));
  before.relevo.cart.add({ sku: canary });
  await made.clock.pass(1_000);
  await before.relevo.stop();
  expect(await textOf(device)).toContain(canary);
  const { relevo } = device.open({ device: { kind: 'kiosk' } });
  await made.clock.pass(1_000);
  expect([await textOf(device), relevo.identity.current.kind]).toEqual(['{"rows":[],"marker":null}', 'guest']);
  await relevo.stop();
});

test('also where the browser lost what is beside the store; what was not sent of it is counted', async () => {
  const made = world();
  const { device, line } = made.device();
  const before = device.open({ device: { kind: 'personal' } });
  await made.clock.pass(100);
  await within(made, 2_000, before.relevo.signIn(made.token(`ana-${canary}`)));
  before.relevo.cart.add({ sku: canary });
  await made.clock.pass(1_000);
  line.setOnline(false);
  before.relevo.cart.add({ sku: `${canary}-UNSENT` });
  await made.clock.pass(1_000);
  await before.relevo.stop();
  device.marker.text = null;
  const { relevo } = device.open({ device: { kind: 'kiosk' } });
  const lost: unknown[] = [];
  relevo.on('signout', (detail) => void lost.push(detail));
  await made.clock.pass(1_000);
  expect([await textOf(device), lost]).toEqual(['{"rows":[],"marker":null}', [{ unsynced: 1 }]]);
  await relevo.stop();
});

test('what a customer has looked at elsewhere is not shown', async () => {
  const made = world();
  const home = made.device({ consent: { personalization: 'granted' } }).device.open().relevo;
  await made.clock.pass(100);
  await within(made, 2_000, home.signIn(made.token(`ana-${canary}`)));
  home.browsing.view({ kind: 'product', id: 'SEEN-AT-HOME' });
  await made.clock.pass(2_000);
  const { relevo } = await anaThere(made);
  await made.clock.pass(2_000);
  expect([home.browsing.recent().length, relevo.browsing.recent()]).toEqual([1, []]);
  await Promise.all([home.stop(), relevo.stop()]);
});

test('views are neither shown nor sent', async () => {
  const made = world();
  const { relevo, line } = await anaThere(made);
  relevo.browsing.view({ kind: 'product', id: 'SOFA-VIEWED' });
  await made.clock.pass(5_000);
  expect(relevo.browsing.recent()).toEqual([]);
  expect(JSON.stringify(line.requests)).not.toContain('SOFA-VIEWED');
  await relevo.stop();
});

test('nor in what the next page of the same tab finds: a checkout that began is of whoever was here', async () => {
  const made = world();
  const { device, page, relevo } = await anaThere(made);
  await within(made, 2_000, relevo.checkout.begin());
  page.signal('pagehide');
  page.kill();
  expect(page.tab.text).toBeNull();
  const next = device.open({}, {}, page.tab);
  await made.clock.pass(100);
  next.relevo.cart.add({ sku: 'MUG' });
  await made.clock.pass(1_000);
  const items = [{ sku: 'MUG', quantity: 1 }];
  await within(made, 5_000, next.relevo.checkout.complete({ orderId: 'N-1', lines: items }));
  expect(next.relevo.cart.lines).toEqual([]);
  await next.relevo.stop();
});

test('also where that was left by a page of another kind', async () => {
  const made = world();
  const { device } = made.device({ device: { kind: 'shared' } });
  const before = device.open();
  await made.clock.pass(100);
  await within(made, 2_000, before.relevo.signIn(made.token('ana')));
  before.relevo.cart.add({ sku: 'SOFA' });
  await made.clock.pass(1_000);
  await within(made, 2_000, before.relevo.checkout.begin());
  before.kill();
  expect(before.tab.text).not.toBeNull();
  const next = device.open({ device: { kind: 'kiosk' } }, {}, before.tab);
  await made.clock.pass(1_000);
  expect(before.tab.text).toBeNull();
  await next.relevo.stop();
});
