import { type CollectionConfig, collectionShape } from '../core/collection.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { asOf, moveEntry, unnumbered } from './outbox.ts';
import type { ReadTx, WriteTx } from './ports.ts';
import type { OutEntry, StoredRow } from './records.ts';
import { linesBehind } from './rehome.ts';
import { linesIn } from './tables.ts';

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
  const line = await linesIn(tx, id);
  const out: OutEntry[] = [];
  const lineBehind = linesBehind(out, line);
  for (const entry of entries) {
    const { x, r, k } = entry;
    if (!entry.q || !r || (r === from && entry.q > given && !entry.as)) {
      out.push(moveEntry(unnumbered(entry), { from, to, line: lineBehind }));
      continue;
    }
    const count = x.t === 'add' ? (entry.to ?? (lineBehind(k)?.q.p[r] ?? 0) + x.n) : undefined;
    out.push({
      ...entry,
      as: asOf(entry, now, ageOf),
      ...(count !== undefined && { to: count }),
    });
  }
  return out;
};
