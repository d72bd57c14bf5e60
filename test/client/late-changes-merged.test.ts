import { expect, test } from 'vitest';
import type { Store } from '../../src/client/ports.ts';
import { faultyStore } from './device-disk.ts';
import { cartOf, within, world } from './world.ts';

test.each(['claim', 'reload', 'late'])(
  'a guest does not override the denial or the preference of the customer it becomes: %s',
  async (how) => {
    const made = world();
    const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    home.consent.set({ personalization: 'denied' });
    home.preferences.set('size', 42);
    await made.clock.pass(1_000);
    const { device, line } = made.device({ device: { kind: 'personal' } });
    const good = async () => faultyStore(device, { isBroken: false });
    device.setOpen(good);
    const first = device.open().relevo;
    await made.clock.pass(500);
    first.cart.add({ sku: 'SOFA' });
    await made.clock.pass(2_000);
    line.setOnline(false);
    first.consent.set({ personalization: 'granted' });
    await within(made, 1_000, first.preferences.set('size', 38).saved);
    await first.stop();
    line.setOnline(true);
    let open = () => {};
    device.setOpen(
      how === 'claim'
        ? good
        : () =>
            new Promise<Store>((done) => {
              open = () => void good().then(done);
            }),
    );
    const second = device.open({ getToken: () => made.token('ana') });
    await made.clock.pass(8_000);
    let last = second.relevo;
    if (how === 'late') open();
    if (how === 'reload') {
      second.kill();
      device.setOpen(good);
      last = device.open({ getToken: () => made.token('ana') }).relevo;
    }
    await made.clock.pass(80_000);
    expect(last.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
    expect([home.consent.current['personalization'], home.preferences.get('size')]).toEqual(['denied', 42]);
  },
);

test('what was inherited and not placed yet at a switch goes to one of the two', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const good = async () => faultyStore(device, { isBroken: false });
  device.setOpen(good);
  const first = device.open().relevo;
  await made.clock.pass(500);
  first.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  line.setOnline(false);
  await within(made, 1_000, first.cart.add({ sku: 'LAMP' }).saved);
  await first.stop();
  line.setOnline(true);
  let open = () => {};
  device.setOpen(
    () =>
      new Promise<Store>((done) => {
        open = () =>
          void good().then((store) =>
            done({
              ...store,
              read: async (body) => {
                await new Promise<void>((go) => void made.clock.timer(300, go));
                return store.read(body);
              },
            }),
          );
      }),
  );
  const page = device.open();
  await made.clock.pass(3_000);
  await within(made, 3_000, page.relevo.signIn(made.token('ana')));
  await made.clock.pass(3_000);
  expect(page.relevo.status.storage).toBe('memory');
  open();
  for (let n = 0; n < 500 && page.relevo.status.storage === 'memory'; n++) await made.clock.pass(1);
  expect(page.relevo.status.storage).toBe('indexeddb');
  // Between the taking back of the store and the placing of what was found in it.
  const signing = page.relevo.signIn(made.token('bob'));
  signing.catch(() => {});
  await made.clock.pass(20_000);
  page.kill();
  device.setOpen(good);
  const last = device.open({ getToken: () => made.token('bob') }).relevo;
  await made.clock.pass(20_000);
  const ana = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(3_000);
  expect([cartOf(ana)['LAMP'], cartOf(last)['LAMP']]).toEqual([1, undefined]);
});

test('the heir of a guest that ana has gets not what an old copy of the disk had of it', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  const good = async () => faultyStore(device, { isBroken: false });
  device.setOpen(good);
  const page = device.open().relevo;
  await made.clock.pass(500);
  page.cart.add({ sku: 'SOFA' });
  await made.clock.pass(2_000);
  line.setOnline(false);
  await within(made, 500, page.cart.add({ sku: 'LAMP' }).saved);
  const rows = await device.disk.read((tx) => tx.list([]));
  line.setOnline(true);
  await within(made, 5_000, page.flush());
  // ana takes the guest; the answer is lost; then bob signs in, as somebody else.
  line.setFaults({ replyLost: 1 });
  const failing = page.signIn(made.token('ana'));
  failing.catch(() => {});
  await made.clock.pass(40_000);
  line.setFaults({});
  await within(made, 8_000, page.signIn(made.token('bob')));
  await made.clock.pass(3_000);
  expect(cartOf(page)).toEqual({});
  await page.stop();
  // Years may have passed in between: the mark is still there.
  await made.clock.pass(20 * 86_400_000);
  await device.disk.write(async (tx) => {
    tx.deleteAll([]);
    for (const [key, value] of rows) tx.put(key, value);
  });
  const last = device.open({ getToken: () => made.token('bob') }).relevo;
  await made.clock.pass(5_000);
  expect(cartOf(last)).toEqual({});
});
