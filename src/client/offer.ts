import { type CollectionConfig, collectionShape } from '../core/collection.ts';
import { emptyCounter } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { asOf, confirmedCount, moveEntry, unnumbered } from './outbox.ts';
import type { ReadTx, WriteTx } from './ports.ts';
import type { OutEntry, StoredRow } from './records.ts';

type Offered = readonly [collection: string, key: string, version: number, state: StoredRow[1]];

/**
 * The rows of a space newer than `head`, in lots that fit a request each. They stay where they are
 * until all of them are with the server: whatever ends in between, they are offered again.
 */
export const listOffers = async (
  tx: ReadTx,
  id: string,
  { head, collections }: { head: number; collections: Readonly<Record<string, CollectionConfig>> },
): Promise<Offered[][]> => {
  const lots: Offered[][] = [];
  let bytes = 0;
  for (const [[, , name, key], value] of await tx.list(['row', id])) {
    const [version, state] = value as unknown as StoredRow;
    const collection = String(name);
    if (version <= head || collectionShape(collection, collections).kind === 'auth') continue;
    const row: Offered = [collection, String(key), version, state];
    // At most: three bytes of UTF-8 for one unit of text.
    const size = JSON.stringify(row).length * 3;
    const lot = lots[lots.length - 1];
    if (lot && lot.length < wireLimits.maxBatchChanges && bytes + size <= wireLimits.maxBatchBytes) lot.push(row);
    else {
      lots.push([row]);
      bytes = 0;
    }
    bytes += size;
  }
  return lots.sort((a, b) => Number(hasConsent(b)) - Number(hasConsent(a)));
};

// A denial that the server lost decides before what rested on the consent arrives.
const hasConsent = (lot: readonly Offered[]): boolean => lot.some(([collection]) => collection === 'consent');

type Renewal = {
  readonly id: string;
  readonly now: number;
  /** What has a later number was not sent before. */
  readonly given: number;
  ageOf(entry: OutEntry): number;
  /** The replica that numbered so far, and the next one: the same in every tab, so that copies of a change are one. */
  readonly from: string;
  readonly to: string;
};

/**
 * The outbox for a server that was restored. What has a number may have been applied there and lost, and
 * another device may bring its effect back: it keeps replica and number and says which count it leads to
 * and, for its stamp, how old it was at a time of the server's. The rest goes on under a new replica.
 * Reads the rows as they were before the restore.
 */
export const renewAfterRestore = async (
  tx: WriteTx,
  entries: readonly OutEntry[],
  { id, now, given, ageOf, from, to }: Renewal,
): Promise<OutEntry[]> => {
  const counts = new Map<string, number>();
  const countOf = async (replica: string, key: string): Promise<number> => {
    const known = counts.get(`${replica}\n${key}`);
    return known ?? confirmedCount(tx, id, { key, replica });
  };
  const out: OutEntry[] = [];
  for (const entry of entries) {
    const { x, r, k } = entry;
    if (!entry.q || !r || (r === from && entry.q > given && !entry.as)) {
      const keys = x.t === 'order' ? Object.keys(x.seen) : [k];
      const lines = new Map<string, Line>();
      for (const key of keys)
        lines.set(key, { q: { ...emptyCounter, p: { [from]: await countOf(from, key) } }, d: {} });
      out.push(moveEntry(unnumbered(entry), { from, to, line: (key) => lines.get(key) }));
      continue;
    }
    const count = x.t === 'add' ? (entry.to ?? (await countOf(r, k)) + x.n) : undefined;
    if (count !== undefined) counts.set(`${r}\n${k}`, count);
    out.push({
      ...entry,
      as: asOf(entry, now, ageOf),
      ...(count === undefined ? {} : { to: count }),
    });
  }
  return out;
};
