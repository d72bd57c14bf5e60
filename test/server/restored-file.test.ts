import { copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../src/server/cli/main.ts';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { cartOf, within, world } from '../client/world.ts';
import { tempFolder } from './temp-folder.ts';

let folder: ReturnType<typeof tempFolder>;
let said: string[];
beforeEach(() => {
  folder = tempFolder();
  said = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void said.push(String(text)));
});
afterEach(() => folder.remove());

const settle = async () => {
  for (let turn = 0; turn < 12; turn++) await new Promise<void>((done) => setImmediate(done));
};
const run = (...args: string[]) =>
  main([...args, '--db', folder.path('relevo.db'), '--config', folder.path('none.json')], {});

/** The runbook of the server's README, with a file that SQLite copied while the server ran. */
const putBack = async (store: ReturnType<typeof sqliteStore>) => {
  await store.close();
  for (const name of ['relevo.db', 'relevo.db-wal', 'relevo.db-shm']) rmSync(folder.path(name), { force: true });
  copyFileSync(folder.path('backup.db'), folder.path('relevo.db'));
};

it.each([
  ['told of by the command', true],
  ['of which nobody told it', false],
])('two devices bring back what a database file lacks that was put back to a backup, %s', async (_, isTold) => {
  const path = folder.path('relevo.db');
  const store = sqliteStore({ path });
  const { clock, device, token, restart } = world({ store, settle });
  const [laptop, phone] = [device().device.open().relevo, device({ channel: 'ios' }).device.open().relevo];
  await clock.pass(100);
  for (const relevo of [laptop, phone]) await within({ clock }, 1_000, relevo.signIn(token('ana')));
  laptop.cart.add({ sku: 'SOFA', quantity: 1 });
  await clock.pass(1_000);
  const db = new Database(path);
  db.prepare('VACUUM INTO ?').run(folder.path('backup.db'));
  db.close();
  laptop.cart.add({ sku: 'SOFA', quantity: 2 });
  await clock.pass(1_000);
  phone.cart.add({ sku: 'LAMP', quantity: 1 });
  phone.preferences.set('currency', 'EUR');
  await clock.pass(2_000);

  await putBack(store);
  if (isTold) expect(await run('restored')).toBe(0);
  const again = sqliteStore({ path });
  restart(again);
  await clock.pass(200_000);
  for (const relevo of [laptop, phone]) {
    expect(cartOf(relevo)).toEqual({ SOFA: 3, LAMP: 1 });
    expect(relevo.preferences.get('currency')).toBe('EUR');
    expect(relevo.status).toMatchObject({ connection: 'online', pending: 0 });
  }
  expect(await again.read((tx) => tx.meta('restored-at'))).toBeDefined();
  await Promise.all([laptop.stop(), phone.stop()]);
  await again.close();
});

it('marks no database that is not there, and doctor tells of one that was marked', async () => {
  expect([await run('restored'), said.join()]).toEqual([1, expect.stringContaining('There is no database')]);
  await sqliteStore({ path: folder.path('relevo.db') }).close();
  expect(await run('restored')).toBe(0);
  said = [];
  await run('doctor', '--dev');
  expect(said.join('\n')).toContain('data: restored, ');
});

it('opens a file of before there were restores', async () => {
  const path = folder.path('relevo.db');
  await sqliteStore({ path }).close();
  const db = new Database(path);
  db.exec('DROP TABLE restored');
  db.close();
  const store = sqliteStore({ path });
  expect(await store.read((tx) => tx.restoredHead('pk_a/x'))).toBeUndefined();
  await store.close();
});
