import type { Row } from '../ordered-rows.ts';
import { afterDamage, damageWarning } from './after-damage.ts';
import { type Bucket, bucketText, journalText, parseBucket, parseJournal } from './bucket-texts.ts';
import type { longTexts } from './long-texts.ts';
import type { Batch } from './mirrored-store.ts';

type Texts = ReturnType<typeof longTexts>;

/** Few enough to be read at once, many enough that a write touches a small part of what is stored. */
const bucketCount = 64;

/** Where a store has its texts. */
export type Keys = { readonly journal: string; readonly buckets: readonly string[] };

export const keysOf = (name: string): Keys => ({
  journal: `${name}/journal`,
  buckets: Array.from({ length: bucketCount }, (_, bucket) => `${name}/${bucket}`),
});

/** The bucket of the row whose key has this text: FNV-1a over its UTF-16 units. */
export const bucketAt = (id: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % bucketCount;
};

/**
 * `written`: the buckets that are there. `last`: what the journal says, undefined when it was cut off.
 * `hasStrays`: parts are there that may be of no journal.
 */
export type Stored = {
  readonly buckets: readonly Bucket[];
  readonly written: Set<number>;
  readonly last: Batch | undefined;
  readonly hasStrays: boolean;
};

/**
 * What is stored. Where a bucket cannot be read or is missing, what goes on `afterDamage` of the rest is
 * written anew.
 */
export const readStored = async (texts: Texts, keys: Keys, warn: (text: string) => void): Promise<Stored> => {
  const [[head = {}, ...found], hasStrays] = await Promise.all([
    texts.read([keys.journal, ...keys.buckets]),
    texts.hasParts(keys.journal),
  ]);
  const isAbsent = head.text === undefined && !head.damaged;
  const journal = parseJournal(head.text);
  const last: Batch | undefined = isAbsent ? new Map() : journal?.batch;
  if (journal?.written === null) return writeAnew(texts, keys, journal.batch);

  const buckets = found.map(parseBucket);
  const written = new Set([...found.keys()].filter((at) => found[at]?.damaged || found[at]?.text !== undefined));
  // A journal that was cut off while it was written was never committed. One that is gone was.
  const isWhole = isAbsent ? !written.size : (journal?.written ?? []).every((at) => written.has(at));
  if (isWhole && buckets.every((bucket) => bucket !== undefined)) return { buckets, written, last, hasStrays };

  warn(damageWarning);
  const rows = new Map([...buckets.flatMap((bucket) => [...(bucket ?? [])]), ...(last ?? [])]);
  const kept = new Map([...rows].map(([id, row]) => [id, row && afterDamage(row)] as const).filter(([, row]) => row));
  // One text, so that a kill leaves either the damage, and all of this is done again, or what is kept.
  await texts.write([[keys.journal, journalText({ written: null, batch: kept })]]);
  return writeAnew(texts, keys, kept);
};

const writeAnew = async (texts: Texts, keys: Keys, batch: Batch): Promise<Stored> => {
  const buckets = keys.buckets.map((): Bucket => new Map());
  for (const [id, row] of batch) buckets[bucketAt(id)]?.set(id, row as Row);
  const written = new Set([...buckets.keys()].filter((at) => buckets[at]?.size));
  await texts.remove(keys.buckets);
  await texts.write([...written].map((at) => [keys.buckets[at] as string, bucketText(buckets[at] as Bucket)]));
  const last: Batch = new Map();
  await texts.write([[keys.journal, journalText({ written: [...written], batch: last })]]);
  return { buckets, written, last, hasStrays: true };
};
