import { receiptsName } from '../core/collection.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { besideOf, takenShare, undoneShare } from '../core/parked-line.ts';
import { without } from '../core/without.ts';
import { emptiedLine } from './emptied-line.ts';
import type { SpaceWriter } from './space-writer.ts';
import { asideKey, type StoredReceipt, type UndoEntry } from './stored-receipt.ts';

type Part = {
  readonly key: string;
  /** The name under which it counts there. */
  readonly share: string;
  /** How much came under that name, */
  readonly n: number;
  /** and how much of it is to go in all: said twice it goes once. */
  readonly gone: number;
};
type How = { readonly id: string; readonly sha256: Sha256 };

/**
 * What an undone merge brought goes from wherever it is by now: it may have been taken back from aside, and what a later
 * merge took out of the cart stands aside, or came back when that one was undone. Where somebody has said since how many
 * there are, that has seen it already, and stays.
 */
export const withdraw = async (space: SpaceWriter, { key, share, n, gone }: Part, how: How): Promise<void> => {
  const line = (await space.state('cart', key)) as Line | undefined;
  const came = own(line?.q.p ?? {}, share);
  if (!line || !came) return;
  // What was gone before the rest came here did not come along.
  const less = Math.min(came, gone - Math.max(0, n - came));
  if (less <= 0) return;
  if (less > (own(line.q.s, share) ?? 0)) {
    const q = { ...line.q, s: { ...line.q.s, [share]: less } };
    await space.put('cart', key, emptiedLine({ ...line, q }, how.id));
  }
  const to = besideOf(line.d);
  if (to !== undefined && to !== key)
    await withdraw(space, { key: to, share: takenShare(key), n: came, gone: less }, how);
  await withdrawCut(space, { key, share }, how);
};

/** The part of it that later merges took out of the line; their receipts say that it is gone. */
const withdrawCut = async (space: SpaceWriter, { key, share }: Pick<Part, 'key' | 'share'>, how: How) => {
  for (const { key: id } of await space.states(receiptsName)) {
    const found = (await space.tx.receipt(space.id, id)) as unknown as StoredReceipt | undefined;
    const entry = found?.undo?.find(([at, { cut }]) => at === key && own(cut?.of ?? {}, share));
    const cut = entry?.[1].cut;
    if (!found || !entry || !cut || id === how.id) continue;
    const gone = (cut.gone ?? 0) + (own(cut.of ?? {}, share) ?? 0);
    const [, effect, beside] = entry;
    const now: UndoEntry = [key, { ...effect, cut: { ...cut, of: without(cut.of ?? {}, [share]), gone } }];
    const undo = found.undo?.map((one) => (one !== entry ? one : beside === undefined ? now : [...now, beside]));
    await space.tx.putReceipt(space.id, id, { ...found, undo } as unknown as Json);
    const back = undoneShare(id);
    const places: readonly (readonly [string, string])[] =
      beside === undefined
        ? [
            [key, back],
            [asideKey(how.sha256, key, back), back],
          ]
        : [[beside, `g:${found.guest}`]];
    for (const [at, name] of places) await withdraw(space, { key: at, share: name, n: cut.n, gone }, how);
  }
};
