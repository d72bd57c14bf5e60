import { after } from '../core/after.ts';
import { collectionShape } from '../core/collection.ts';
import { quantityOf } from '../core/counter.ts';
import { joinEntries } from '../core/entry.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Line } from '../core/line.ts';
import { type LineEffect, type MergedLine, mergeLine } from '../core/merge-line.ts';
import type { MergeReason } from '../core/merge-reasons.ts';
import { own } from '../core/own.ts';
import { parkedFor, placed } from '../core/parked-line.ts';
import { joinRegisters, type Register } from '../core/register.ts';
import type { Stamp } from '../core/stamp.ts';
import { hasConsent, withdrawConsent } from './consent.ts';
import { evictViews } from './evict-views.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { EntryRow } from './store.ts';
import type { StoredReceipt } from './stored-receipt.ts';

export type Merge = {
  /** The guest's id, without the site. */
  readonly guest: string;
  readonly entries: readonly EntryRow[];
  readonly receiptId: string;
};

/** Makes a guest's state part of the customer's, and says what it did. */
export const mergeGuest = async (space: SpaceWriter, merge: Merge): Promise<StoredReceipt> => {
  const stamp: Stamp = [space.nowMs, 0, `srv:${merge.receiptId}`, 0];
  const of = (collection: string) => merge.entries.filter((entry) => entry.collection === collection);
  await mergeConsent(space, { entries: of('consent'), stamp });
  const receipt = await mergeCart(space, { ...merge, entries: of('cart'), stamp });
  for (const entry of merge.entries) {
    if (entry.collection !== 'cart' && entry.collection !== 'consent') await mergeEntry(space, { entry, stamp });
  }
  await evictViews(space);
  return receipt;
};

/** Denied by either side stays denied; otherwise the customer's word, then the guest's. */
const mergeConsent = async (space: SpaceWriter, { entries, stamp }: { entries: readonly EntryRow[]; stamp: Stamp }) => {
  for (const { key, state } of entries) {
    const guest = state as unknown as Register;
    const mine = (await space.state('consent', key)) as Register | undefined;
    if (!mine || mine.v === null) await space.put('consent', key, guest);
    else if (guest.v === 'denied' && mine.v !== 'denied')
      await space.put('consent', key, { v: 'denied', h: after(mine.h, stamp) });
    await withdrawConsent(space, key);
  }
};

type Tally = {
  readonly added: string[];
  readonly raised: [string, number, number][];
  readonly lowered: [string, number, number][];
  readonly kept: string[];
  readonly clamped: [string, number, number][];
  readonly dropped: string[];
  readonly parked: string[];
  readonly reasons: { [lineKey: string]: MergeReason };
};
type CartMerge = Merge & { readonly stamp: Stamp; readonly tally: Tally; readonly undo: [string, LineEffect][] };

const mergeCart = async (space: SpaceWriter, merge: Merge & { stamp: Stamp }): Promise<StoredReceipt> => {
  const { receiptId: id, guest, stamp } = merge;
  const policy = space.site.mergeCart;
  const lists = { added: [], raised: [], lowered: [], kept: [], clamped: [], dropped: [], parked: [] };
  const all: CartMerge = { ...merge, tally: { ...lists, reasons: {} }, undo: [] };
  const how = { policy, customer: space.id.slice(space.id.indexOf('/') + 1), share: `g:${guest}`, stamp };
  const oldestFirst = [...merge.entries].sort((a, b) => a.born - b.born);
  for (const { key, state } of oldestFirst) {
    const before = (await space.state('cart', key)) as Line | undefined;
    const merged = mergeLine(before, state as unknown as Line, how);
    const isThere = before && quantityOf(before.q) > 0;
    if (merged) await take(space, all, { key, merged, hasRoom: isThere || space.lines < space.site.limits.maxLines });
  }
  if (policy === 'guest') await parkOthers(space, all);
  return { id, guest, atMs: space.nowMs, policy, ...all.tally, undo: all.undo };
};

/** What was decided of a line is done and said. One for which there is no room is left behind. */
const take = async (
  space: SpaceWriter,
  { tally, undo }: CartMerge,
  { key, merged, hasRoom }: { key: string; merged: MergedLine; hasRoom: boolean },
) => {
  const { outcome, from, to, wanted, line, effect } = merged;
  const isFull = line !== undefined && !hasRoom;
  const reason = isFull ? 'merge/cart-full' : merged.reason;
  if (reason) tally.reasons[key] = reason;
  if (isFull) return void tally.dropped.push(key);
  if (outcome === 'raised' || outcome === 'lowered') tally[outcome].push([key, from, to]);
  else tally[outcome].push(key);
  if (to < wanted) tally.clamped.push([key, wanted, to]);
  if (line) await space.put('cart', key, line);
  if (effect && Object.keys(effect).length > 0) undo.push([key, effect]);
};

/**
 * The guest's cart goes on: what only the customer had there is set aside, in sight and with the reason, not deleted.
 * What is set aside already keeps its own reason.
 */
const parkOthers = async (space: SpaceWriter, { entries, stamp, tally, undo }: CartMerge) => {
  const isInCart = (line: Line) => quantityOf(line.q) > 0 && parkedFor(line) === null;
  const guests = new Set(entries.filter(({ state }) => isInCart(state as unknown as Line)).map(({ key }) => key));
  for (const { key, state } of await space.states('cart')) {
    const line = state as Line;
    if (guests.has(key) || !isInCart(line)) continue;
    const d = placed(line.d, 'merge/guest', stamp);
    await space.put('cart', key, { q: line.q, d });
    tally.parked.push(key);
    tally.reasons[key] = 'merge/guest';
    undo.push([key, { moved: { was: null, h: own(d, 'parked')?.[1] ?? stamp } }]);
  }
};

/** Preferences and traits: the customer's explicit value, then the guest's. Everything else: the newer. */
const mergeEntry = async (space: SpaceWriter, { entry, stamp }: { entry: EntryRow; stamp: Stamp }) => {
  const { kind, purpose } = collectionShape(entry.collection, space.site.collections);
  if (kind === 'auth' || !(await hasConsent(space, purpose))) return;
  const guest = entry.state as unknown as AnyState;
  const mine = await space.state(entry.collection, entry.key);
  if (mine === undefined) {
    if (space.bytes < space.site.limits.maxSpaceBytes) await space.put(entry.collection, entry.key, guest);
    return;
  }
  if (entry.collection === 'preferences') {
    const value = (guest as Register).v;
    if ((mine as Register).v === null && value !== null) {
      await space.put('preferences', entry.key, joinRegisters(mine as Register, { v: value, h: stamp }));
    }
    return;
  }
  if (entry.collection === 'identity') {
    const missing = Object.entries(guest as FieldMap).filter(
      ([field, [v]]) => v !== null && own(mine as FieldMap, field)?.[0] == null,
    );
    if (missing.length === 0) return;
    const taken = Object.fromEntries(missing.map(([field, [v]]) => [field, [v, stamp] as const]));
    await space.put('identity', entry.key, { ...(mine as FieldMap), ...taken });
    return;
  }
  const joined = joinEntries(kind, mine as never, guest as never) as AnyState;
  if (JSON.stringify(joined) !== JSON.stringify(mine)) await space.put(entry.collection, entry.key, joined);
};
