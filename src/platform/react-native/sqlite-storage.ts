import type { StoreKey } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import { RelevoError } from '../../core/relevo-error.ts';
import type { Row } from '../ordered-rows.ts';
import { andThen, settled } from './later.ts';
import { type Backing, mirroredStorage } from './mirrored-store.ts';
import type { ExpoSqliteLike, Later, OpSqliteLike, SqlAnswer, SqlRow } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';

/**
 * Lets Relevo keep its state in a SQLite database, in the one table `relevo`. Every commit is a single
 * statement, so it is whole whatever else runs on the connection. It lasts only as that connection's own
 * transactions do: while the app holds one open, what Relevo writes is part of it. A database of its
 * own avoids this, and keeps to itself that Relevo asks for `journal_mode = WAL` and `synchronous = FULL`.
 *
 * @param db An open database of expo-sqlite (SDK 50 or later) or op-sqlite. Relevo does not close it.
 * @throws `options/invalid` when it is neither.
 *
 * @example reactNative({ storage: sqliteStore(await SQLite.openDatabaseAsync('relevo.db')), … })
 */
export const sqliteStore = (db: ExpoSqliteLike | OpSqliteLike): DeviceStorage => {
  const sql = expoSql(db) ?? opSql(db);
  if (!sql)
    throw new RelevoError('options/invalid', { detail: 'sqliteStore() takes a database of expo-sqlite or op-sqlite.' });
  return mirroredStorage({ kind: 'sqlite', load: (name, warn) => load(sql, name, warn) });
};

type Sql = {
  run(sql: string, params: string[]): Later<unknown>;
  all(sql: string, params: string[]): Later<readonly unknown[]>;
};

const expoSql = (db: Partial<ExpoSqliteLike & OpSqliteLike>): Sql | undefined => {
  const { runAsync, getAllAsync } = db ?? {};
  return typeof runAsync === 'function' && typeof getAllAsync === 'function'
    ? { run: (sql, params) => runAsync.call(db, sql, params), all: (sql, params) => getAllAsync.call(db, sql, params) }
    : undefined;
};

const opSql = (db: Partial<ExpoSqliteLike & OpSqliteLike>): Sql | undefined => {
  const { execute } = db ?? {};
  if (typeof execute !== 'function') return undefined;
  const run = (sql: string, params: string[]) => execute.call(db, sql, params);
  return { run, all: (sql, params) => andThen(run(sql, params), rowsOf) };
};

const rowsOf = ({ rows }: SqlAnswer): readonly unknown[] =>
  Array.isArray(rows) ? rows : ((rows as { _array?: readonly unknown[] } | undefined)?._array ?? []);

const createTable =
  'CREATE TABLE IF NOT EXISTS relevo (name TEXT NOT NULL, key TEXT NOT NULL, value TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID';

/**
 * One statement for puts and deletes alike: a deleted row is one without a value. `WHERE true` keeps
 * `ON` from being read as a join's. https://www.sqlite.org/lang_upsert.html#parsing_ambiguity
 */
const commitBatch =
  "INSERT INTO relevo (name, key, value) SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?) " +
  'WHERE true ON CONFLICT (name, key) DO UPDATE SET value = excluded.value';

const clearDeleted = 'DELETE FROM relevo WHERE name = ? AND value IS NULL';

const load = async (sql: Sql, name: string, warn: (text: string) => void): Promise<Backing> => {
  // With a write-ahead log a commit costs one flush, and FULL makes it one: a saved change survives a loss
  // of power. Where the app's connection refuses, its own settings hold.
  await settled(() => sql.all('PRAGMA journal_mode = WAL', []));
  await settled(() => sql.all('PRAGMA synchronous = FULL', []));
  await sql.run(createTable, []);
  const found = await sql.all('SELECT key, value FROM relevo WHERE name = ? AND value IS NOT NULL', [name]);

  let rows: Map<string, Row>;
  try {
    rows = new Map((found as SqlRow[]).map(({ key, value }) => [key, rowOf(key, value)]));
  } catch {
    warn('What this device had stored is damaged and was given up; state comes back with the next sync.');
    rows = new Map();
    await sql.run('DELETE FROM relevo WHERE name = ?', [name]);
  }

  let cleaning: Later<void> = settled(() => sql.run(clearDeleted, [name]));
  return {
    rows,
    commit: (batch) => {
      const changes = [...batch].map(([id, row]) => [id, row ? JSON.stringify(row[1]) : null]);
      return andThen(sql.run(commitBatch, [name, JSON.stringify(changes)]), () => {
        if (changes.some(([, text]) => text === null)) cleaning = settled(() => sql.run(clearDeleted, [name]));
      });
    },
    settled: () => cleaning,
  };
};

const rowOf = (key: string, value: string): Row => [JSON.parse(key) as StoreKey, JSON.parse(value) as Json];
