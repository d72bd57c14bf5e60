import { expect, test } from 'vitest';
import type { Relevo } from '../../src/client/api.ts';
import { durableStore, guestOffline, opensLater } from './late-store.ts';
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
    const act = async ({ consent, preferences }: Relevo) => {
      consent.set({ personalization: 'granted' });
      await preferences.set('size', 38).saved;
    };
    const { device } = await guestOffline(made, { act, of: { device: { kind: 'personal' } } });
    const open = how === 'claim' ? () => {} : opensLater(device);
    const second = device.open({ getToken: () => made.token('ana') });
    await made.clock.pass(8_000);
    let last = second.relevo;
    if (how === 'late') open();
    if (how === 'reload') {
      second.kill();
      device.setOpen(durableStore(device));
      last = device.open({ getToken: () => made.token('ana') }).relevo;
    }
    await made.clock.pass(80_000);
    expect(last.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
    expect([home.consent.current['personalization'], home.preferences.get('size')]).toEqual(['denied', 42]);
  },
);

test('what was inherited and not placed yet at a switch goes to one of the two', async () => {
  const made = world();
  const act = async ({ cart }: Relevo) => cart.add({ sku: 'LAMP' }).saved;
  const { device } = await guestOffline(made, { act, of: { device: { kind: 'personal' } } });
  const open = opensLater(device, async () => {
    const store = await durableStore(device)();
    return {
      ...store,
      read: async (body) => {
        await new Promise<void>((go) => void made.clock.timer(300, go));
        return store.read(body);
      },
    };
  });
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
  device.setOpen(durableStore(device));
  const last = device.open({ getToken: () => made.token('bob') }).relevo;
  await made.clock.pass(20_000);
  const ana = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
  await made.clock.pass(3_000);
  expect([cartOf(ana)['LAMP'], cartOf(last)['LAMP']]).toEqual([1, undefined]);
});

test('who comes after a guest that ana has gets not what an old copy of the disk had of it', async () => {
  const made = world();
  const { device, line } = made.device({ device: { kind: 'personal' } });
  device.setOpen(durableStore(device));
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
  await made.clock.pass(20 * 86_400_000);
  await device.disk.write(async (tx) => {
    tx.deleteAll([]);
    for (const [key, value] of rows) tx.put(key, value);
  });
  const last = device.open({ getToken: () => made.token('bob') }).relevo;
  await made.clock.pass(5_000);
  expect(cartOf(last)).toEqual({});
});

test.each([
  ['claim', false],
  ['reload', false],
  ['late', false],
  ['claim', true],
  ['reload', true],
  ['late', true],
])(
  'an add that comes late brings no details to a line that the customer has: %s, set aside by the guest: %s',
  async (how, isAside) => {
    const made = world();
    const { device, line } = made.device({ device: { kind: 'personal' } });
    device.setOpen(durableStore(device));
    const { relevo } = device.open();
    await made.clock.pass(500);
    relevo.cart.add({ sku: 'SOFA', title: 'Old' });
    if (isAside)
      relevo.cart.bind({ write: ({ lines }) => ({ refused: lines.map(({ key }) => ({ key, reason: 'sold' })) }) });
    await made.clock.pass(2_000);
    const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(1_000);
    home.cart.add({ sku: 'SOFA', title: 'New' });
    await made.clock.pass(2_000);
    line.setOnline(false);
    if (isAside) relevo.cart.setQuantity({ sku: 'SOFA' }, 3);
    else relevo.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    await relevo.stop();
    line.setOnline(true);
    const open = how === 'claim' ? () => {} : opensLater(device);
    const second = device.open({ getToken: () => made.token('ana') });
    await made.clock.pass(8_000);
    let last = second.relevo;
    if (how === 'late') open();
    if (how === 'reload') {
      second.kill();
      device.setOpen(durableStore(device));
      last = device.open({ getToken: () => made.token('ana') }).relevo;
    }
    await made.clock.pass(80_000);
    expect(last.status).toMatchObject({ storage: 'indexeddb', pending: 0 });
    const shown = ({ cart }: Relevo) => [cart.lines, cart.parked].map((lines) => lines.map(({ title }) => title));
    expect([shown(home), shown(last)]).toEqual([
      [['New'], []],
      [['New'], []],
    ]);
  },
);

test.each(['shared', 'personal'] as const)(
  'what is added to a line that waits for its merge names its article when its customer signs out before that: %s',
  async (kind) => {
    const made = world({ hooks: { beforeMerge: () => Promise.reject(new Error('not now')) } });
    const home = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    const { relevo } = made.device({ device: { kind } }).device.open();
    await made.clock.pass(500);
    relevo.cart.add({ sku: 'SOFA' });
    await made.clock.pass(1_000);
    await within(made, 4_000, relevo.signIn(made.token('ana')));
    relevo.cart.add({ sku: 'SOFA', quantity: 3, title: 'A sofa' });
    await made.clock.pass(500);
    await within(made, 5_000, relevo.signOut());
    await made.clock.pass(5_000);
    expect(home.cart.find({ sku: 'SOFA' })).toMatchObject({ sku: 'SOFA', quantity: 3, title: 'A sofa' });
  },
);
