import { emptyCounter, quantityOf } from '../core/counter.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { undoLine } from '../core/merge-line.ts';
import { own } from '../core/own.ts';
import { placed, undoneShare } from '../core/parked-line.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { emptiedLine } from './emptied-line.ts';
import { retentionTimes } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import {
  asideKey,
  besideLine,
  putReceiptRow,
  type StoredReceipt,
  toReceipt,
  type UndoEntry,
} from './stored-receipt.ts';
import { moveInto } from './unparked.ts';
import { withdraw } from './withdraw.ts';

/**
 * Takes back what a merge did to the cart. What was added, set or bought since stays; twice is once.
 * @throws `merge/unknown` for another space's receipt as for none, `merge/too-late` once its share may be folded
 */
export const undoMerge = async (
  space: SpaceWriter,
  { id, sha256 }: { readonly id: string; readonly sha256: Sha256 },
): Promise<Receipt> => {
  const found = (await space.tx.receipt(space.id, id)) as unknown as StoredReceipt | undefined;
  if (!found) throw new RelevoError('merge/unknown');
  if (found.undoneAtMs !== undefined) return toReceipt(found as unknown as Json);
  if (found.atMs + retentionTimes(space.site.limits).mergeShareMs <= space.nowMs)
    throw new RelevoError('merge/too-late');
  const how = { share: `g:${found.guest}`, undo: undoneShare(id), stamp: [space.nowMs, 0, `srv:u:${id}`, 0] as const };
  const all: Displaced[] = [];
  for (const entry of effectsOf(found)) all.push(...(await undoEntry(space, entry, { ...how, id, sha256 })));
  // When all that goes has gone: in a full cart that is what makes room.
  const full = await setAside(space, all, { ...how, sha256 });
  const reasons = { ...found.reasons, ...Object.fromEntries(full.map((key) => [key, 'merge/cart-full'])) };
  const receipt = { ...found, reasons, undoneAtMs: space.nowMs } as unknown as Json;
  await space.tx.putReceipt(space.id, id, receipt);
  await putReceiptRow(space, receipt);
  return toReceipt(receipt);
};

type How = Parameters<typeof undoLine>[2] & { readonly id: string; readonly sha256: Sha256 };

/** What a line was lowered by, and cannot go back to where it was. */
type Displaced = { readonly key: string; readonly line: Line; readonly n: number };

const undoEntry = async (space: SpaceWriter, [key, effect, beside]: UndoEntry, how: How): Promise<Displaced[]> => {
  const { cut, ...others } = effect;
  const line = (await space.state('cart', key)) as Line | undefined;
  if (!line) return [];
  const aside = beside === undefined ? undefined : ((await space.state('cart', beside)) as Line | undefined);
  if (beside === undefined) {
    const came = own(line.q.p, how.share) ?? 0;
    const undone = undoLine(line, effect, how);
    await space.put('cart', key, emptiedLine(undone.line, how.id));
    if (effect.brought) await withdraw(space, { key, share: how.share, n: came, gone: came }, how);
    return undone.aside > 0 ? [{ key, line, n: undone.aside }] : [];
  }
  const undone = undoLine(line, others, how);
  await space.put('cart', key, emptiedLine(undone.line, how.id));
  // By its own name, as if the customer had taken it back: who did that without having heard of this has it once.
  const isBack = cut !== undefined && undoLine(line, effect, how).aside === 0;
  if (aside && isBack) {
    // The customer may have taken it back into the cart, removed it, or said how many of it there are.
    const n = Math.min(cut.n - (cut.gone ?? 0), quantityOf(aside.q));
    if (n > 0) await moveInto(space, { key: beside, n, stamp: how.stamp });
  }
  return [];
};

/** What a copy was lowered by, or what gave way, stands nowhere else. Gives the lines for which there is no room. */
const setAside = async (
  space: SpaceWriter,
  all: readonly Displaced[],
  { undo, stamp, sha256 }: Parameters<typeof undoLine>[2] & { readonly sha256: Sha256 },
): Promise<string[]> => {
  const full: string[] = [];
  for (const { key, line, n } of all) {
    const place = asideKey(sha256, key, undo);
    // A server that was put back may have it already, and its customer may have moved or removed it since.
    if ((await space.state('cart', place)) !== undefined) continue;
    const d = placed(line.d, 'merge/undone', stamp);
    if (space.lines >= space.site.limits.maxLines) full.push(key);
    else await space.put('cart', place, besideLine({ q: { ...emptyCounter, p: { [undo]: n } }, d }, { key, stamp }));
  }
  return full;
};

/** A merge of 0.1.0 wrote down only what it brought. */
const effectsOf = ({ undo, added, raised }: StoredReceipt): readonly UndoEntry[] =>
  undo ?? [...added, ...raised.map(([key]) => key)].map((key) => [key, { brought: true }] as const);
