import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { type LineEffect, undoLine } from '../core/merge-line.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { emptiedLine } from './emptied-line.ts';
import { retentionTimes } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import { putReceiptRow, type StoredReceipt, toReceipt } from './stored-receipt.ts';

/**
 * Takes back what a merge did to the cart. What was added, set or bought since stays; twice is once.
 * @throws `merge/unknown` for another space's receipt as for none, `merge/too-late` once its share may be folded
 */
export const undoMerge = async (space: SpaceWriter, id: string): Promise<Receipt> => {
  const found = (await space.tx.receipt(space.id, id)) as unknown as StoredReceipt | undefined;
  if (!found) throw new RelevoError('merge/unknown');
  if (found.undoneAtMs !== undefined) return toReceipt(found as unknown as Json);
  if (found.atMs + retentionTimes(space.site.limits).mergeShareMs <= space.nowMs)
    throw new RelevoError('merge/too-late');
  for (const [key, effect] of effectsOf(found)) {
    const line = (await space.state('cart', key)) as Line | undefined;
    if (!line) continue;
    const how = { share: `g:${found.guest}`, undo: `u:${id}`, stamp: [space.nowMs, 0, `srv:u:${id}`, 0] as const };
    const undone = undoLine(line, effect, how);
    await space.put('cart', key, emptiedLine(undone.line, id));
  }
  const receipt = { ...found, undoneAtMs: space.nowMs } as unknown as Json;
  await space.tx.putReceipt(space.id, id, receipt);
  await putReceiptRow(space, receipt);
  return toReceipt(receipt);
};

/** A merge of 0.1.0 wrote down only what it brought. */
const effectsOf = ({ undo, added, raised }: StoredReceipt): readonly (readonly [string, LineEffect])[] =>
  undo ?? [...added, ...raised.map(([key]) => key)].map((key) => [key, { brought: true }] as const);
