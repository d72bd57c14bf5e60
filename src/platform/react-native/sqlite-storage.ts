import type { StoreKey } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import { RelevoError } from '../../core/relevo-error.ts';
import type { Row } from '../ordered-rows.ts';
import { afterDamage, damageWarning } from './after-damage.ts';
import { andThen, inTurn, settled } from './later.ts';
import { type Backing, mirroredStorage } from './mirrored-store.ts';
import type { ExpoSqliteLike, Later, OpSqliteLike, SqlAnswer, SqlRow } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';

/**
 * Lets Relevo keep its state in a SQLite database, in the one table `relevo`. Every commit is a single
 * statement, so it is whole whatever else runs on the connection. It lasts only as that connection's own
 * transactions do: while the app holds one open, what Relevo writes is part of it. A database of its
 * own avoids this, and keeps to itself the settings that Relevo asks for.
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
  return mirroredStorage({ owner: db, kind: 'sqlite', load: (name, warn) => load(sql, name, warn) });
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

/**
 * With a write-ahead log a commit costs one flush, and FULL makes it one: a saved change survives a loss
 * of power. What is deleted is overwritten: https://www.sqlite.org/pragma.html#pragma_secure_delete
 * Where the app's connection refuses, its own settings hold.
 */
const settings = ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON'];

/** Empties the log, in which deleted rows stand until it is. */
const emptyLog = 'wal_checkpoint(TRUNCATE)';

const load = async (sql: Sql, name: string, warn: (text: string) => void): Promise<Backing> => {
  const ask = (pragma: string) => settled(() => sql.all(`PRAGMA ${pragma}`, []));
  const write = (changes: readonly (readonly [id: string, text: string | null])[]) =>
    sql.run(commitBatch, [name, JSON.stringify(changes)]);
  const select = async () =>
    sql.all('SELECT key, value FROM relevo WHERE name = ? AND value IS NOT NULL', [name]) as Later<readonly SqlRow[]>;

  // Most starts find the table, and wait for this one answer.
  const found = await select().catch(async () => {
    await sql.run(createTable, []);
    return select();
  });
  const rows = new Map(found.map(({ key, value }) => [key, rowOf(key, value)]));
  if ([...rows.values()].includes(undefined)) {
    warn(damageWarning);
    for (const [key, row] of rows) rows.set(key, row && afterDamage(row));
    await write([...rows].map(([key, row]) => [key, row ? JSON.stringify(row[1]) : null]));
    for (const [key, row] of rows) if (!row) rows.delete(key);
  }

  let commits = 0;
  /** The log is emptied when no commit has come meanwhile: a busy app would do it for nothing. */
  const clear = (): Later<void> => {
    const before = commits;
    return andThen(
      settled(() => sql.run(clearDeleted, [name])),
      () => (before === commits ? ask(emptyLog) : undefined),
    );
  };

  const set = inTurn(settings.map((setting) => () => ask(setting)));
  let background = andThen(set, clear);
  return {
    rows: rows as Map<string, Row>,
    commit: (batch) => {
      commits++;
      const changes = [...batch].map(([id, row]) => [id, row ? JSON.stringify(row[1]) : null] as const);
      return andThen(set, () =>
        andThen(write(changes), () => {
          if (changes.some(([, text]) => text === null)) background = clear();
        }),
      );
    },
    settled: () => background,
  };
};

/** Undefined for a row that cannot be read. */
const rowOf = (key: string, value: string): Row | undefined => {
  try {
    const parts = JSON.parse(key) as StoreKey;
    return Array.isArray(parts) ? [parts, JSON.parse(value) as Json] : undefined;
  } catch {
    return undefined;
  }
};
