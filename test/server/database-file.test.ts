import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { tempFolder } from './temp-folder.ts';

let folder: ReturnType<typeof tempFolder>;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

const modeOf = (name: string) => statSync(folder.path(name)).mode & 0o777;

it('can be read by its owner only, and so can what SQLite keeps beside it', async () => {
  const store = sqliteStore({ path: folder.path('relevo.db') });
  await store.write((tx) => tx.putMeta('x', '1'));
  expect(['relevo.db', 'relevo.db-wal', 'relevo.db-shm'].map(modeOf)).toEqual([0o600, 0o600, 0o600]);
  await store.close();
});

it('keeps the rights it has when it is there already', async () => {
  writeFileSync(folder.path('relevo.db'), '');
  chmodSync(folder.path('relevo.db'), 0o640);
  const store = sqliteStore({ path: folder.path('relevo.db') });
  await store.close();
  expect(modeOf('relevo.db')).toBe(0o640);
});
