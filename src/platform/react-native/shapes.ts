// The objects that an app hands over, by the few methods Relevo calls. All names of them stand in this file.

/** A value, or a promise of it. */
export type Later<T> = T | PromiseLike<T>;

/**
 * A storage shaped like AsyncStorage (`@react-native-async-storage/async-storage` 1 to 3). Promises or
 * plain values; it need not be atomic over several keys.
 */
export type KeyValueLike = {
  getItem(key: string): Later<string | null | undefined>;
  setItem(key: string, value: string): Later<unknown>;
  removeItem(key: string): Later<unknown>;
  multiGet?(keys: string[]): Later<readonly (readonly [string, string | null])[]>;
  multiSet?(pairs: [string, string][]): Later<unknown>;
  multiRemove?(keys: string[]): Later<unknown>;
  getMany?(keys: string[]): Later<Record<string, string | null>>;
  setMany?(entries: Record<string, string>): Later<unknown>;
  removeMany?(keys: string[]): Later<unknown>;
};

/** A database of expo-sqlite (SDK 50 and later). */
export type ExpoSqliteLike = {
  runAsync(sql: string, params: string[]): Later<unknown>;
  getAllAsync(sql: string, params: string[]): Later<readonly unknown[]>;
};

/** A database of op-sqlite. Its older versions wrap the rows of an answer once more. */
export type OpSqliteLike = {
  execute(sql: string, params?: string[]): Later<SqlAnswer>;
};

/** Columns of Relevo's own table, as a database answers them. */
export type SqlRow = { readonly key: string; readonly value: string };

export type SqlAnswer = { readonly rows?: readonly unknown[] | { readonly _array?: readonly unknown[] } | undefined };

/** An instance of react-native-mmkv: 2 and 3 have `delete`, 4 has `remove`. */
export type MmkvLike = {
  getString(key: string): string | undefined;
  set(key: string, value: string): void;
  delete?(key: string): unknown;
  remove?(key: string): unknown;
};
