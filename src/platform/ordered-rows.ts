import type { StoreKey, WriteTx } from '../client/ports.ts';
import type { Json } from '../core/json.ts';

/** A stored pair. */
export type Row = readonly [StoreKey, Json];

/** Rows by the text of their key. */
export type Rows = Pick<Map<string, Row>, 'get' | 'set' | 'delete' | 'values'>;

/** Keys as IndexedDB orders them: part by part, numbers before strings, the shorter first. No two rows have the same. */
const inOrder = ([a]: Row, [b]: Row): number => {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [left, right] = [a[at], b[at]];
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return (typeof left === typeof right ? left < right : typeof left === 'number') ? -1 : 1;
};

/** What a transaction's body sees of rows in memory; what it puts and deletes is done to them at once. */
export const transactionOver = (rows: Rows): WriteTx => {
  const below = (prefix: StoreKey): Row[] =>
    [...rows.values()].filter(([key]) => prefix.every((part, index) => part === key[index]));
  const remove = (key: StoreKey): void => {
    rows.delete(JSON.stringify(key));
  };
  return {
    get: async (key) => rows.get(JSON.stringify(key))?.[1],
    list: async (prefix) => below(prefix).sort(inOrder),
    put(key, value) {
      rows.set(JSON.stringify(key), [[...key], value]);
    },
    delete: remove,
    deleteAll(prefix) {
      for (const [key] of below(prefix)) remove(key);
    },
  };
};
