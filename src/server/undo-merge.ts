import { emptyCounter, quantityOf } from '../core/counter.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { undoLine } from '../core/merge-line.ts';
import { parkedFor, placed } from '../core/parked-line.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { emptiedLine } from './emptied-line.ts';
import { retentionTimes } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import { asideKey, putReceiptRow, type StoredReceipt, toReceipt, type UndoEntry } from './stored-receipt.ts';

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
  const how = { share: `g:${found.guest}`, undo: `u:${id}`, stamp: [space.nowMs, 0, `srv:u:${id}`, 0] as const };
  for (const entry of effectsOf(found)) await undoEntry(space, entry, { ...how, id, sha256 });
  const receipt = { ...found, undoneAtMs: space.nowMs } as unknown as Json;
  await space.tx.putReceipt(space.id, id, receipt);
  await putReceiptRow(space, receipt);
  return toReceipt(receipt);
};

type How = Parameters<typeof undoLine>[2] & { readonly id: string; readonly sha256: Sha256 };

const undoEntry = async (space: SpaceWriter, [key, effect, beside]: UndoEntry, how: How) => {
  const line = (await space.state('cart', key)) as Line | undefined;
  if (!line) return;
  const aside = beside === undefined ? undefined : ((await space.state('cart', beside)) as Line | undefined);
  // The customer may have taken it back into the cart, or removed it.
  const left = aside && parkedFor(aside) !== null ? quantityOf(aside.q) : 0;
  const cut = effect.cut && { ...effect.cut, n: beside === undefined ? effect.cut.n : Math.min(effect.cut.n, left) };
  const undone = undoLine(line, { ...effect, ...(cut ? { cut } : {}) }, how);
  await space.put('cart', key, emptiedLine(undone.line, how.id));
  if (aside && beside !== undefined && undone.aside === 0)
    await space.put('cart', beside, emptiedLine(undoLine(aside, { brought: true }, how).line, how.id));
  // What a copy was lowered by, or what gave way, stands nowhere else.
  if (beside === undefined && undone.aside > 0 && space.lines < space.site.limits.maxLines) {
    const q = { ...emptyCounter, p: { [how.undo]: undone.aside } };
    await space.put('cart', asideKey(how.sha256, key, how.undo), { q, d: placed(line.d, 'merge/undone', how.stamp) });
  }
};

/** A merge of 0.1.0 wrote down only what it brought. */
const effectsOf = ({ undo, added, raised }: StoredReceipt): readonly UndoEntry[] =>
  undo ?? [...added, ...raised.map(([key]) => key)].map((key) => [key, { brought: true }] as const);
