import type { StoreKey } from '../../client/ports.ts';
import type { Json } from '../../core/json.ts';
import type { Row } from '../ordered-rows.ts';
import { andThen, settled } from './later.ts';
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

type Texts = ReturnType<typeof longTexts>;

type Bucket = Map<string, Row>;

const load = async (texts: Texts, name: string, warn: (text: string) => void): Promise<Backing> => {
  const journalKey = `${name}/journal`;
  const keys = Array.from({ length: bucketCount }, (_, bucket) => `${name}/${bucket}`);
  const { buckets, journal } = await readAll(texts, { journalKey, keys, warn });
  const bucketOf = (id: string) => buckets[bucketAt(id)] as Bucket;

  /** Buckets that are not written as they are. */
  const dirty = new Set<number>();
  const apply = (batch: Batch) => {
    for (const [id, row] of batch) {
      dirty.add(bucketAt(id));
      if (row) bucketOf(id).set(id, row);
      else bucketOf(id).delete(id);
    }
  };

  /** Never run while a journal is on its way: what is written is always the state of the last commit. */
  const writeBuckets = (): Later<void> => {
    const written = [...dirty];
    const pairs = written.map((at) => [keys[at] as string, textOf(buckets[at] as Bucket)] as const);
    return andThen(pairs.length ? texts.write(pairs) : undefined, () => {
      for (const at of written) dirty.delete(at);
    });
  };

  let background: Later<void>;
  /** One that fails is made up for before the next commit. */
  const writeBucketsSoon = () => {
    background = settled(writeBuckets);
  };

  const isNew = ([id, row]: readonly [string, Row | undefined]) =>
    JSON.stringify(bucketOf(id).get(id)) !== JSON.stringify(row);
  apply(new Map([...journal].filter(isNew)));
  writeBucketsSoon();

  return {
    rows: new Map(buckets.flatMap((bucket) => [...bucket])),
    commit: (batch) =>
      andThen(background, () =>
        andThen(writeBuckets(), () =>
          andThen(texts.write([[journalKey, journalOf(batch)]]), () => {
            apply(batch);
            writeBucketsSoon();
          }),
        ),
      ),
    settled: () => background,
  };
};

/**
 * What is stored. One bucket that cannot be read means that nothing is kept: rows that are missing under
 * a cursor that says they are there would never be asked for again.
 */
const readAll = async (
  texts: Texts,
  { journalKey, keys, warn }: { journalKey: string; keys: readonly string[]; warn: (text: string) => void },
): Promise<{ buckets: readonly Bucket[]; journal: Batch }> => {
  const [journal, ...found] = await Promise.all([journalKey, ...keys].map(texts.read));
  const buckets = found.map(({ text, damaged }) => (damaged ? undefined : parseBucket(text)));
  const damaged = keys.filter((_, at) => !buckets[at]);
  if (!damaged.length) return { buckets: buckets as Bucket[], journal: parseJournal(journal?.text) };
  warn('What this device had stored is damaged and was given up; state comes back with the next sync.');
  // The damaged ones last: while they are there, the next open knows that the rest is not whole.
  await texts.remove([journalKey, ...keys.filter((key) => !damaged.includes(key))]);
  await texts.remove(damaged);
  return { buckets: keys.map(() => new Map()), journal: new Map() };
};

/** FNV-1a over the UTF-16 units. */
const bucketAt = (id: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % bucketCount;
};

const textOf = (bucket: Bucket): string => JSON.stringify([...bucket.values()]);

/** A deleted row is its key alone. */
const journalOf = (batch: Batch): string =>
  JSON.stringify([...batch].map(([id, row]) => row ?? [JSON.parse(id) as StoreKey]));

/** Undefined when the text is not what `textOf` writes. */
const parseBucket = (text: string | undefined): Bucket | undefined => {
  if (text === undefined) return new Map();
  const rows = rowsIn(text);
  return rows?.every((row) => row.length === 2) ? new Map(rows.map((row) => [idOf(row), row as Row])) : undefined;
};

/** A journal that was cut off while it was written was never committed. */
const parseJournal = (text: string | undefined): Batch =>
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
