import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyValueStorage } from '../../../src/platform/react-native/key-value-storage.ts';
import { mmkvStore } from '../../../src/platform/react-native/mmkv-storage.ts';
import type { KeyValueLike } from '../../../src/platform/react-native/shapes.ts';
import { sqliteStore } from '../../../src/platform/react-native/sqlite-storage.ts';
import type { DeviceStorage } from '../../../src/platform/react-native/storage.ts';
import { runHistory } from '../../../src/testing/history.ts';
import type { World } from '../../../src/testing/virtual-world.ts';
import { cartOf, settle, standOf, within, world } from '../../client/world.ts';
import { asyncStorageWithoutMulti, type Disk, expoSqlite, mmkv4 } from '../../contracts/store/storage-doubles.ts';
import { tempFolder } from '../../server/temp-folder.ts';

const name = 'relevo:1:pk_test';

type Phone = { readonly storage: DeviceStorage; text(): string };

const textOf = (disk: Disk): string => [...disk].flat().join('\n');

const phones: { readonly over: string; make(): Phone }[] = [
  {
    over: 'AsyncStorage',
    make() {
      const disk: Disk = new Map();
      return { storage: keyValueStorage(asyncStorageWithoutMulti(disk)), text: () => textOf(disk) };
    },
  },
  {
    over: 'MMKV',
    make() {
      const disk: Disk = new Map();
      return { storage: mmkvStore(mmkv4(disk)), text: () => textOf(disk) };
    },
  },
  {
    over: 'SQLite',
    make() {
      const folder = tempFolder();
      onTestFinished(folder.remove);
      const file = folder.path('relevo.db');
      return {
        storage: sqliteStore(expoSqlite(new Database(file))),
        // The file and its log, deleted rows included.
        text: () => [file, `${file}-wal`].map((path) => readFileSync(path, 'latin1')).join(),
      };
    },
  },
];

/** A storage answers in turns of the event loop; time waits for whole transactions. */
const patient = async () => {
  for (let turn = 0; turn < 10; turn++) await settle();
};

const worldOf = (make: () => Phone, seed = 1): { world: World; phones: Phone[] } => {
  const plain = world({ seed, settle: patient });
  const made: Phone[] = [];
  const device: World['device'] = (options) => {
    const own = plain.device(options);
    const phone = make();
    made.push(phone);
    own.device.setOpen(() => phone.storage.open(name));
    return own;
  };
  return { world: { ...plain, device }, phones: made };
};

describe.each(phones)('the engine over $over', ({ make }) => {
  it('brings back after a restart what was changed offline, and syncs it once', async () => {
    const { world, phones } = worldOf(make);
    const { device, line } = world.device();
    line.setOnline(false);
    const first = device.open().relevo;
    const changes = [first.cart.add({ sku: 'A' }), first.cart.add({ sku: 'A', quantity: 2 })];
    await world.clock.pass(500);
    expect(await Promise.all(changes.map(({ saved }) => standOf(saved)))).toEqual(['done', 'done']);
    await within(world, 500, first.stop());
    line.setOnline(true);
    const next = device.open().relevo;
    await world.clock.pass(2_000);
    expect(next.status).toMatchObject({ storage: phones[0]?.storage.kind, pending: 0 });
    expect([cartOf(next), next.status.degraded]).toEqual([{ A: 3 }, undefined]);
    await within(world, 500, next.stop());
  });

  it('leaves nothing of a customer in the storage who signed out', async () => {
    const { world, phones } = worldOf(make);
    const { relevo } = world.device({ consent: { personalization: 'granted' } }).device.open();
    await world.clock.pass(200);
    relevo.cart.add({ sku: 'CANARY', title: 'CANARY' });
    await within(world, 2_000, relevo.signIn(world.token('canary-ana')));
    relevo.cart.add({ sku: 'CANARY-2' });
    relevo.preferences.set('CANARY-SIZE', 'CANARY-M');
    relevo.browsing.view({ kind: 'product', id: 'CANARY-VIEW' });
    await world.clock.pass(1_000);
    const words = ['CANARY', 'CANARY-2', 'CANARY-SIZE', 'CANARY-VIEW', 'canary-ana', '"c_'];
    const found = () => words.filter((word) => phones[0]?.text().includes(word));
    expect(found()).toEqual(words);
    expect(await within(world, 4_000, relevo.signOut())).toEqual({ unsynced: 0, outcome: 'flushed' });
    await world.clock.pass(1_000);
    expect(found()).toEqual([]);
    await within(world, 500, relevo.stop());
  });

  it('ends equal on two devices after each of eight histories', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { faults, trace } = await runHistory(worldOf(make, seed).world, { seed, steps: 25 });
      expect(faults, trace.join('\n')).toEqual([]);
    }
  });
});

/** AsyncStorage of an app that is killed at one of its calls, before that has any effect. */
const mortalStorage = (disk: Disk, killAt: number): { storage: KeyValueLike; isDead(): boolean } => {
  const living = asyncStorageWithoutMulti(disk);
  let calls = 0;
  const mortal =
    <Args extends unknown[], T>(call: (...args: Args) => T) =>
    (...args: Args): T | Promise<never> =>
      calls++ < killAt ? call(...args) : new Promise(() => {});
  return {
    storage: {
      getItem: mortal(living.getItem),
      setItem: mortal(living.setItem),
      removeItem: mortal(living.removeItem),
    },
    isDead: () => calls > killAt,
  };
};

it('an app killed at any call of its AsyncStorage has, when it starts again, every change that was saved, and each syncs once', async () => {
  const skus = ['A', 'B', 'C', 'D'];
  let kills = 0;
  for (let killAt = 67; ; killAt++) {
    const made = world({ settle: patient });
    const { device, line } = made.device({ getToken: () => made.token('ana') });
    const disk: Disk = new Map();
    const { storage, isDead } = mortalStorage(disk, killAt);
    device.setOpen(() => keyValueStorage(storage).open(name));
    const page = device.open();
    await made.clock.pass(500);
    line.setOnline(false);
    const changes = skus.map((sku) => page.relevo.cart.add({ sku }));
    await made.clock.pass(200);
    const stands = await Promise.all(changes.map(({ saved }) => standOf(saved)));
    page.kill();
    device.setOpen(() => keyValueStorage(asyncStorageWithoutMulti(disk)).open(name));
    const again = device.open().relevo;
    await made.clock.pass(500);
    const kept = cartOf(again);
    const saved = skus.filter((_, at) => stands[at] === 'done');
    expect({ killAt, lost: saved.filter((sku) => kept[sku] !== 1) }).toEqual({ killAt, lost: [] });
    line.setOnline(true);
    const other = made.device({ getToken: () => made.token('ana') }).device.open().relevo;
    await made.clock.pass(65_000);
    expect({ killAt, cart: cartOf(other) }).toEqual({ killAt, cart: kept });
    await Promise.all([again.stop(), other.stop()]);
    if (!isDead()) break;
    kills++;
  }
  expect(kills).toBeGreaterThan(10);
});

it('a storage that stops answering gives way to memory, and is taken back when it answers again', async () => {
  const made = world({ settle: patient });
  const { device } = made.device({ getToken: () => made.token('ana') });
  const disk: Disk = new Map();
  const living = asyncStorageWithoutMulti(disk);
  const held: (() => void)[] = [];
  let isStuck = false;
  const setItem: KeyValueLike['setItem'] = (key, value) =>
    isStuck
      ? new Promise((_, reject) => {
          held.push(() => reject(new Error('gave up')));
        })
      : living.setItem(key, value);
  const storage = keyValueStorage({ ...living, setItem });
  device.setOpen(() => storage.open(name));
  const { relevo } = device.open();
  await made.clock.pass(1_000);
  isStuck = true;
  const change = relevo.cart.add({ sku: 'A' });
  await made.clock.pass(30_000);
  expect(relevo.status).toMatchObject({ storage: 'memory', degraded: expect.stringContaining('does not answer') });
  expect(await standOf(change.synced)).toBe('done');
  isStuck = false;
  for (const giveUp of held) giveUp();
  await made.clock.pass(65_000);
  expect([relevo.status.storage, relevo.status.degraded, cartOf(relevo)]).toEqual([
    'async-storage',
    undefined,
    { A: 1 },
  ]);
  await relevo.stop();
  device.setOpen(() => keyValueStorage(asyncStorageWithoutMulti(disk)).open(name));
  const again = device.open().relevo;
  await made.clock.pass(2_000);
  expect([cartOf(again), again.status.pending]).toEqual([{ A: 1 }, 0]);
  await again.stop();
});
