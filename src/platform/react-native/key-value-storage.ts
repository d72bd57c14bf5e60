import type { StoreKey } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import type { Row } from '../ordered-rows.ts';
import { after, settled } from './later.ts';
import { longTexts } from './long-texts.ts';
import { type Backing, type Batch, mirroredStorage } from './mirrored-store.ts';
import type { KeyValueLike, Later } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';

/** Few enough to be read at once, many enough that a write touches a small part of what is stored. */
const bucketCount = 64;

/** Android's AsyncStorage reads no row over 2 MB, and a UTF-16 unit can be three bytes of its UTF-8. */
const readableLength = 500_000;

/**
 * Stores over a storage that writes one key at a time. What a transaction changed goes into a journal
 * key first: with it the transaction is committed. Then the rows' buckets are written, and before the
 * next journal replaces this one they must be. An open does what the journal says once more.
 *
 * @param storage Shaped like AsyncStorage. `multiSet` is used for buckets alone: it need not be atomic.
 * @param options.kind What status shows.
 * @param options.maxPartLength The longest text written under one key, in UTF-16 units.
 */
export const keyValueStorage = (
  storage: KeyValueLike,
  { kind = 'async-storage', maxPartLength = readableLength }: { kind?: string; maxPartLength?: number } = {},
): DeviceStorage =>
  mirroredStorage({ kind, load: (name, warn) => load(longTexts(storage, maxPartLength), name, warn) });

const load = async (
  texts: ReturnType<typeof longTexts>,
  name: string,
  warn: (text: string) => void,
): Promise<Backing> => {
  const journalKey = `${name}/journal`;
  const keys = Array.from({ length: bucketCount }, (_, bucket) => `${name}/${bucket}`);
  const [journal, ...found] = await Promise.all([journalKey, ...keys].map(texts.read));

  const buckets = found.map(({ text, damaged }) => (damaged ? undefined : bucketOf(text)));
  const damaged = keys.filter((_, bucket) => !buckets[bucket]);
  if (damaged.length) {
    warn('What this device had stored is damaged and was given up; state comes back with the next sync.');
    // The damaged ones last: while they are there, the next open knows that the rest is not whole.
    await texts.remove([journalKey, ...keys.filter((key) => !damaged.includes(key))]);
    await texts.remove(damaged);
  }
  const whole = damaged.length ? keys.map(() => new Map<string, Row>()) : (buckets as Map<string, Row>[]);

  const dirty = new Set<number>();
  const apply = (batch: Batch) => {
    for (const [id, row] of batch) {
      const at = bucketAt(id);
      const bucket = whole[at] as Map<string, Row>;
      if (JSON.stringify(bucket.get(id)) === JSON.stringify(row)) continue;
      if (row) bucket.set(id, row);
      else bucket.delete(id);
      dirty.add(at);
    }
  };

  /** Idempotent, and never run while a journal is on its way: buckets are always those of the last commit. */
  const writeBuckets = (): Later<void> => {
    const written = [...dirty];
    const pairs = written.map((at) => [keys[at] as string, textOf(whole[at] as Map<string, Row>)] as const);
    return after(texts.write(pairs), () => {
      for (const at of written) dirty.delete(at);
    });
  };

  let background: Later<void>;
  const writeBucketsSoon = () => {
    background = dirty.size ? settled(writeBuckets) : undefined;
  };

  apply(damaged.length ? new Map() : batchOf(journal?.text));
  writeBucketsSoon();

  return {
    rows: new Map(whole.flatMap((bucket) => [...bucket])),
    commit: (batch) =>
      after(background, () =>
        after(dirty.size ? writeBuckets() : undefined, () =>
          after(texts.write([[journalKey, journalOf(batch)]]), () => {
            apply(batch);
            writeBucketsSoon();
          }),
        ),
      ),
    settled: () => background,
  };
};

/** FNV-1a over the UTF-16 units. */
const bucketAt = (id: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % bucketCount;
};

const textOf = (bucket: ReadonlyMap<string, Row>): string => JSON.stringify([...bucket.values()]);

/** A deleted row is its key alone. */
const journalOf = (batch: Batch): string =>
  JSON.stringify([...batch].map(([id, row]) => row ?? [JSON.parse(id) as StoreKey]));

/** Undefined when the text is not what `textOf` writes. */
const bucketOf = (text: string | undefined): Map<string, Row> | undefined => {
  if (text === undefined) return new Map();
  const rows = rowsIn(text);
  return rows?.every((row) => row.length === 2) ? new Map(rows.map((row) => [idOf(row), row as Row])) : undefined;
};

/** A journal that was cut off while it was written was never committed. */
const batchOf = (text: string | undefined): Batch =>
  new Map(
    (text === undefined ? undefined : rowsIn(text))?.map((row) => [idOf(row), row.length === 2 ? row : undefined]),
  );

type StoredRow = Row | readonly [StoreKey];

const idOf = (row: StoredRow): string => JSON.stringify(row[0]);

const rowsIn = (text: string): StoredRow[] | undefined => {
  try {
    const rows = JSON.parse(text) as Json;
    return Array.isArray(rows) && rows.every(isRow) ? (rows as unknown as StoredRow[]) : undefined;
  } catch {
    return undefined;
  }
};

const isRow = (row: unknown): boolean =>
  Array.isArray(row) &&
  (row.length === 1 || row.length === 2) &&
  Array.isArray(row[0]) &&
  row[0].every((part) => typeof part === 'string' || typeof part === 'number');
