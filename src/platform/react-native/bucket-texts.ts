import type { StoreKey } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import type { Row } from '../ordered-rows.ts';
import type { FoundText } from './long-texts.ts';
import type { Batch } from './mirrored-store.ts';

// The texts under which a storage of keys has its rows.

/** Rows by the text of their key. */
export type Bucket = Map<string, Row>;

/** `written`: the buckets that were there before; null when none counts and these rows are all there is. */
export type Journal = { readonly written: readonly number[] | null; readonly batch: Batch };

export const bucketText = (bucket: Bucket): string => JSON.stringify([...bucket.values()]);

/** Undefined when the text is not what `bucketText` writes. */
export const parseBucket = ({ text, damaged }: FoundText): Bucket | undefined => {
  if (damaged) return undefined;
  if (text === undefined) return new Map();
  const rows = rowsIn(parsed(text));
  return rows?.every((row) => row.length === 2) ? new Map(rows.map((row) => [idOf(row), row as Row])) : undefined;
};

/** A deleted row is its key alone. */
export const journalText = ({ written, batch }: Journal): string =>
  JSON.stringify([written, [...batch].map(([id, row]) => row ?? [JSON.parse(id) as StoreKey])]);

/** Undefined when the text is not what `journalText` writes. */
export const parseJournal = (text: string | undefined): Journal | undefined => {
  const journal = text === undefined ? undefined : parsed(text);
  if (!Array.isArray(journal) || journal.length !== 2) return undefined;
  const [written, rows] = [journal[0], rowsIn(journal[1])];
  const isWritten = written === null || (Array.isArray(written) && written.every(Number.isInteger));
  if (!isWritten || !rows) return undefined;
  const batch = new Map(rows.map((row) => [idOf(row), row.length === 2 ? row : undefined]));
  return { written: written as number[] | null, batch };
};

type StoredRow = Row | readonly [StoreKey];

const idOf = (row: StoredRow): string => JSON.stringify(row[0]);

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const rowsIn = (rows: unknown): StoredRow[] | undefined =>
  Array.isArray(rows) && rows.every(isRow) ? (rows as StoredRow[]) : undefined;

const isRow = (row: unknown): boolean =>
  Array.isArray(row) &&
  (row.length === 1 || row.length === 2) &&
  Array.isArray(row[0]) &&
  row[0].every((part) => typeof part === 'string' || typeof part === 'number');
