import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { laterTables, schema, schemaVersion, upgradeFrom1 } from './sqlite-schema.ts';

/**
 * A connection to a database of ours; its tables are made when the file is new. A file that is not ours or
 * whose head is damaged is left as it was.
 *
 * @throws Error that says what is wrong and what to do, when the file cannot be used.
 */
export const openFile = (
  path: string,
  { synchronous, now = Date.now }: { synchronous: 'FULL' | 'OFF'; now?: () => number },
): Database.Database => {
  // It holds carts and the keys of cursors and tickets. SQLite itself would let everybody read it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path, { timeout: 1_000 });
  try {
    makeReady(db, { path, synchronous, now });
    return db;
  } catch (error) {
    db.close();
    throw error instanceof Database.SqliteError ? inWords(path, error) : error;
  }
};

/**
 * What SQLite finds wrong in a database file, in its words; empty when it is whole. Reads all of it: for a
 * command, not for the start of a server.
 */
export const faultsOfFile = (path: string): readonly string[] => {
  const db = new Database(path, { readonly: true, timeout: 1_000 });
  try {
    const found = db.pragma('integrity_check(10)') as readonly { readonly integrity_check: string }[];
    return found.map(({ integrity_check }) => integrity_check).filter((text) => text !== 'ok');
  } finally {
    db.close();
  }
};

const makeReady = (
  db: Database.Database,
  { path, synchronous, now }: { path: string; synchronous: 'FULL' | 'OFF'; now: () => number },
) => {
  // In one statement: another process may be making the tables.
  const look = db.prepare<[], { format: number; tables: number }>(
    'SELECT user_version AS format, (SELECT count(*) FROM sqlite_master) AS tables FROM pragma_user_version',
  );
  const found = look.get() ?? { format: 0, tables: 0 };
  if (found.format > schemaVersion)
    throw new Error(
      `${path} is of a newer relevo-server: it has format ${found.format}, this one reads up to ${schemaVersion}. Upgrade it.`,
    );
  if (found.format < 0 || (found.format === 0) !== (found.tables === 0))
    throw damaged(path, `format ${found.format}, ${found.tables} tables and indexes`);
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma('secure_delete = ON');
  // A file that cannot be written is found now, not by the first customer. Nothing of this is kept.
  if (found.format === schemaVersion) db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${found.format}; ROLLBACK`);
  else
    db.transaction(() => {
      // Another process may have done it while this one waited for the lock.
      const format = look.get()?.format;
      if (format === 0) db.exec(schema);
      if (format === 1) db.exec(upgradeFrom1(now()));
      db.pragma(`user_version = ${schemaVersion}`);
    }).immediate();
  db.exec(laterTables);
};

const inWords = (path: string, error: InstanceType<typeof Database.SqliteError>): Error => {
  if (error.code.startsWith('SQLITE_READONLY'))
    return new Error(`${path} cannot be written: this process has no right to, or the head of the file is damaged.`, {
      cause: error,
    });
  // Busy, full and the like say nothing about the file.
  return /^SQLITE_(CORRUPT|NOTADB|ERROR|FORMAT)/.test(error.code)
    ? damaged(path, `${error.code}: ${error.message}`, error)
    : error;
};

const damaged = (path: string, why: string, cause?: unknown): Error =>
  new Error(
    `${path} is damaged, or no database of relevo-server (${why}). Put a backup in its place, or name another file with --db.`,
    { cause },
  );
