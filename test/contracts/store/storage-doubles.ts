import Database from 'better-sqlite3';
import type {
  ExpoSqliteLike,
  KeyValueLike,
  MmkvLike,
  OpSqliteLike,
} from '../../../src/platform/react-native/shapes.ts';

/** What a storage of keys holds, outside the app: it stays when the app ends. */
export type Disk = Map<string, string>;

/** As storages encode it, in UTF-8: half a surrogate pair does not come back. */
export const encoded = (text: string): string => Buffer.from(text).toString();

/** Answers one turn later, as a native module does. */
const later = async <T>(act: () => T): Promise<T> => {
  await Promise.resolve();
  return act();
};

/** AsyncStorage 1 and 2. Android answers the keys it has first. */
export const asyncStorage = (disk: Disk = new Map()): KeyValueLike => ({
  ...asyncStorageWithoutMulti(disk),
  multiGet: (keys) =>
    later(() =>
      [...keys].sort((a, b) => Number(disk.has(b)) - Number(disk.has(a))).map((key) => [key, disk.get(key) ?? null]),
    ),
  multiSet: (pairs) =>
    later(() => {
      for (const [key, value] of pairs) disk.set(key, encoded(value));
    }),
  multiRemove: (keys) =>
    later(() => {
      for (const key of keys) disk.delete(key);
    }),
});

/** AsyncStorage 3. */
export const asyncStorage3 = (disk: Disk = new Map()): KeyValueLike => ({
  ...asyncStorageWithoutMulti(disk),
  getMany: (keys) => later(() => Object.fromEntries(keys.map((key) => [key, disk.get(key) ?? null]))),
  setMany: (entries) =>
    later(() => {
      for (const [key, value] of Object.entries(entries)) disk.set(key, encoded(value));
    }),
  removeMany: (keys) =>
    later(() => {
      for (const key of keys) disk.delete(key);
    }),
});

/** No more than what every storage has. */
export const asyncStorageWithoutMulti = (disk: Disk = new Map()): KeyValueLike => ({
  getItem: (key) => later(() => disk.get(key) ?? null),
  setItem: (key, value) => later(() => void disk.set(key, encoded(value))),
  removeItem: (key) => later(() => void disk.delete(key)),
});

/** The same methods answering plain values, as localStorage's and expo-sqlite's key-value store do. */
export const syncStorage = (disk: Disk = new Map()): KeyValueLike => ({
  getItem: (key) => disk.get(key) ?? null,
  setItem: (key, value) => void disk.set(key, encoded(value)),
  removeItem: (key) => void disk.delete(key),
});

/** react-native-mmkv 2 and 3. */
export const mmkv3 = (disk: Disk = new Map()): MmkvLike => ({
  getString: (key) => disk.get(key),
  set: (key, value) => void disk.set(key, encoded(value)),
  delete: (key) => void disk.delete(key),
});

/** react-native-mmkv 4. */
export const mmkv4 = (disk: Disk = new Map()): MmkvLike => ({
  getString: (key) => disk.get(key),
  set: (key, value) => void disk.set(key, encoded(value)),
  remove: (key) => disk.delete(key),
});

const answer = (db: Database.Database, sql: string, params: string[] = []): unknown[] => {
  const statement = db.prepare(sql);
  if (statement.reader) return statement.all(...params);
  statement.run(...params);
  return [];
};

/** SQLite itself behind the methods of expo-sqlite. */
export const expoSqlite = (db: Database.Database = new Database(':memory:')): ExpoSqliteLike => ({
  runAsync: (sql, params) => later(() => void answer(db, sql, params)),
  getAllAsync: (sql, params) => later(() => answer(db, sql, params)),
});

/** SQLite itself behind the methods of op-sqlite. */
export const opSqlite = (db: Database.Database = new Database(':memory:')): OpSqliteLike => ({
  execute: (sql, params) => later(() => ({ rows: answer(db, sql, params) })),
});

/** op-sqlite before 11, whose answers hold their rows in `_array`. */
export const oldOpSqlite = (db: Database.Database = new Database(':memory:')): OpSqliteLike => ({
  execute: (sql, params) => later(() => ({ rows: { _array: answer(db, sql, params) } })),
});
