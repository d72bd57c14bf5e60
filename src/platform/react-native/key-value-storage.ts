import type { Row } from '../ordered-rows.ts';
import { type Bucket, bucketText, journalText } from './bucket-texts.ts';
import { andThen, orAgain, settled } from './later.ts';
import { longTexts } from './long-texts.ts';
import { type Backing, type Batch, mirroredStorage } from './mirrored-store.ts';
import type { KeyValueLike, Later } from './shapes.ts';
import type { DeviceStorage } from './storage.ts';
import { bucketAt, keysOf, readStored } from './stored-buckets.ts';

/** Android's AsyncStorage reads no row over 2 MB, and a UTF-16 unit can be three bytes of its UTF-8. */
const readableLength = 500_000;

/**
 * Stores over a storage that writes one key at a time. What a transaction changed goes into a journal
 * key first: with it the transaction is committed. Then the rows' buckets are written, and before the
 * next journal replaces this one they must be. An open does what the journal says once more.
 *
 * The journal names the buckets that were there before it, for an app may clear its storage while it
 * runs, and rows that are missing under a cursor that says they are there would never be asked for again.
 *
 * @param storage Shaped like AsyncStorage. Calls for many keys are used where it has them: they need not be atomic.
 * @param options.kind What status shows.
 * @param options.owner The app's own object, where `storage` only stands before it.
 * @param options.maxPartLength The longest text written under one key, in UTF-16 units.
 */
export const keyValueStorage = (
  storage: KeyValueLike,
  {
    kind = 'async-storage',
    owner = storage,
    maxPartLength = readableLength,
  }: { kind?: string; owner?: object; maxPartLength?: number } = {},
): DeviceStorage =>
  mirroredStorage({ owner, kind, load: (name, warn) => load(longTexts(storage, maxPartLength), name, warn) });

type Texts = ReturnType<typeof longTexts>;

const load = async (texts: Texts, name: string, warn: (text: string) => void): Promise<Backing> => {
  const keys = keysOf(name);
  const { buckets, written, last, hasStrays } = await readStored(texts, keys, warn);
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
    const places = [...dirty];
    const pairs = places.map((at) => [keys.buckets[at] as string, bucketText(buckets[at] as Bucket)] as const);
    return andThen(pairs.length ? texts.write(pairs) : undefined, () => {
      for (const at of places) {
        dirty.delete(at);
        written.add(at);
      }
    });
  };

  const writeJournal = (batch: Batch) => texts.write([[keys.journal, journalText({ written: [...written], batch })]]);

  let looks = 0;
  let isCleared = false;
  /** One bucket each time, so a storage that was cleared is noticed and all is written to it again. */
  const look = (): Later<void> => {
    const places = [...written];
    const at = places[looks++ % places.length];
    if (at === undefined) return;
    return andThen(texts.isThere(keys.buckets[at] as string), (isThere) => {
      if (isThere) return;
      isCleared = true;
      for (const place of places) dirty.add(place);
    });
  };

  /** A journal that names deleted rows tells of them: when it is done it is overwritten. */
  const finish = (batch: Batch | undefined): Later<void> =>
    andThen(writeBuckets(), () => {
      const isSpent = !batch || isCleared || [...batch.values()].includes(undefined);
      isCleared = false;
      return isSpent ? writeJournal(new Map()) : undefined;
    });

  const isNew = ([id, row]: readonly [string, Row | undefined]) =>
    JSON.stringify(bucketOf(id).get(id)) !== JSON.stringify(row);
  apply(new Map([...(last ?? [])].filter(isNew)));
  /** What fails is made up for before the next commit. */
  let background = settled(() =>
    andThen(hasStrays ? settled(() => texts.removeStrays(keys.journal)) : undefined, () => finish(last)),
  );

  return {
    rows: new Map(buckets.flatMap((bucket) => [...bucket])),
    commit: (batch) =>
      andThen(background, () =>
        andThen(writeBuckets(), () => {
          const looked = settled(look);
          return andThen(writeJournal(batch), () =>
            andThen(looked, () => {
              apply(batch);
              // What was deleted has to go: it is tried once more at once.
              background = settled(() => orAgain(() => finish(batch)));
            }),
          );
        }),
      ),
    settled: () => background,
  };
};
