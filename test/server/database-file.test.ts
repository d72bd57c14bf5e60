import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { faultsOfFile } from '../../src/server/stores/sqlite-file.ts';
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

const withFormat = async (format: number) => {
  const path = folder.path('relevo.db');
  await sqliteStore({ path }).close();
  const db = new Database(path);
  db.pragma(`user_version = ${format}`);
  db.close();
  return path;
};

it.each([
  [3, 'is of a newer relevo-server'],
  [-16_777_215, 'is damaged, or no database of relevo-server'],
  [0, 'is damaged, or no database of relevo-server'],
])('is refused in words when its format reads %i', async (format, words) => {
  const path = await withFormat(format);
  expect(() => sqliteStore({ path })).toThrow(`${path} ${words}`);
  expect(() => sqliteStore({ path })).toThrow(`${path} ${words}`);
});

it('is refused in words when it is no database, or one of another program, and stays as it was', () => {
  const path = folder.path('relevo.db');
  const text = 'this is no database, whatever its name says '.repeat(50);
  writeFileSync(path, text);
  expect(() => sqliteStore({ path })).toThrow(
    `${path} is damaged, or no database of relevo-server (SQLITE_NOTADB: file is not a database). Put a backup in its place`,
  );
  expect(readFileSync(path, 'utf8')).toBe(text);
  const other = folder.path('other.db');
  const db = new Database(other);
  db.exec('CREATE TABLE songs (title TEXT)');
  db.close();
  const before = readFileSync(other);
  expect(() => sqliteStore({ path: other })).toThrow(`${other} is damaged, or no database of relevo-server`);
  expect(readFileSync(other)).toEqual(before);
});

it('is refused when it opens and cannot be written', async () => {
  const path = folder.path('relevo.db');
  await sqliteStore({ path }).close();
  const bytes = readFileSync(path);
  // The version of the format that whoever writes must know.
  bytes[18] = 200;
  writeFileSync(path, bytes);
  expect(() => sqliteStore({ path })).toThrow(`${path} cannot be written`);
});

it('has no faults when it is whole, and says which when it is not', async () => {
  const path = folder.path('relevo.db');
  await sqliteStore({ path }).close();
  expect(faultsOfFile(path)).toEqual([]);
  const bytes = readFileSync(path);
  // The first page of its free list, as the header has it.
  bytes.writeUInt32BE(77_777, 32);
  writeFileSync(path, bytes);
  expect(faultsOfFile(path).join()).toContain('invalid page number 77777');
});
