import type { Store, StoreKey } from '../../../src/client/ports.ts';
import type { Json } from '../../../src/core/json.ts';

/** One database to try a store on. Every case gets its own. */
export type StoreHarness = {
  /** Opens one more handle on the database, as one more tab would. */
  open(): Promise<Store>;
  /** Ends what the case left open. */
  dispose(): Promise<void>;
};

/** A sentence of behaviour and how to try it. Runs in any engine: no test framework is needed. */
export type StoreCase = { readonly name: string; run(harness: StoreHarness): Promise<void> };

/** JSON, in which what is absent is not null. */
export const text = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (part === undefined ? '(absent)' : part));

export const equal = (actual: unknown, expected: unknown, what = 'value'): void => {
  if (text(actual) !== text(expected)) throw new Error(`${what}: expected ${text(expected)}, got ${text(actual)}`);
};

/** The error that a promise rejects with; a promise that resolves fails the case. */
export const errorOf = async (promise: Promise<unknown>): Promise<unknown> => {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${text(value)}`);
};

export const put = (store: Store, ...rows: readonly (readonly [StoreKey, Json])[]): Promise<void> =>
  store.write(async (tx) => {
    for (const [key, value] of rows) tx.put(key, value);
  });

export const get = (store: Store, key: StoreKey): Promise<Json | undefined> => store.read((tx) => tx.get(key));

export const list = (store: Store, prefix: StoreKey = []): Promise<(readonly [StoreKey, Json])[]> =>
  store.read((tx) => tx.list(prefix));

export const keys = async (store: Store, prefix: StoreKey = []): Promise<StoreKey[]> =>
  (await list(store, prefix)).map(([key]) => key);

/** Closes a store and opens its database anew, as the next page does. */
export const reopen = async (store: Store, open: () => Promise<Store>): Promise<Store> => {
  store.close();
  return open();
};

/** Seeded numbers, 0 ≤ x < 1 (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
