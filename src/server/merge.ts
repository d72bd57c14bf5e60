import { after } from '../core/after.ts';
import { quantityOf } from '../core/counter.ts';
import { beyondCopyOfOthers } from '../core/fork.ts';
import type { Sha256 } from '../core/hash.ts';
import type { Line } from '../core/line.ts';
import { currencyOf, type LinePolicy, type MergedLine, mergeLine } from '../core/merge-line.ts';
import type { MergeReason } from '../core/merge-reasons.ts';
import { own } from '../core/own.ts';
import { parkedFor, placed } from '../core/parked-line.ts';
import { guestGoesOn } from '../core/receipt.ts';
import type { Register } from '../core/register.ts';
import type { Stamp } from '../core/stamp.ts';
import { withdrawConsent } from './consent.ts';
import { evictViews } from './evict-views.ts';
import { partsOfSpaceKey } from './identity.ts';
import { mergeEntry } from './merge-entry.ts';
import type { MergeDecision } from './ports.ts';
import { cartPolicyOf, entryPolicyOf } from './site.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { EntryRow } from './store.ts';
import { asideKey, besideLine, type StoredReceipt, type UndoEntry } from './stored-receipt.ts';

export type Merge = {
  /** The guest's id, without the site. */
  readonly guest: string;
  readonly entries: readonly EntryRow[];
  readonly receiptId: string;
  readonly sha256: Sha256;
  /** On what occasion they signed in. */
  readonly during?: string | undefined;
  /** How far the customer's space was when they signed in. Absent: as far as it is now. */
  readonly since?: number | undefined;
  readonly decision?: MergeDecision | undefined;
};

/** Makes a guest's state part of the customer's, and says what it did. */
export const mergeGuest = async (space: SpaceWriter, merge: Merge): Promise<StoredReceipt> => {
  const { decision: { policy = {}, veto = [] } = {}, entries } = merge;
  const stamp: Stamp = [space.nowMs, 0, `srv:${merge.receiptId}`, 0];
  const policies = { ...space.site.merge, ...policy };
  const isVetoed = (collection: string) => veto === true || veto.includes(collection);
  const { id: customer } = partsOfSpaceKey(space.id);
  const of = (collection: string) => entries.filter((entry) => entry.collection === collection);
  // The key of a line says which article it is: nothing is told of what another customer left on the device.
  const cartRows = of('cart').filter(({ state }) => (beyondCopyOfOthers(state as unknown as Line, customer) ?? 1) > 0);
  await mergeConsent(space, { entries: of('consent'), stamp, isVetoed: isVetoed('consent') });
  const cart = isVetoed('cart')
    ? 'vetoed'
    : merge.during === 'checkout' && policy.cart === undefined && cartRows.some(isRowInCart)
      ? 'checkout'
      : cartPolicyOf(policies);
  const receipt = await mergeCart(space, { ...merge, entries: cartRows, customer, stamp, policy: cart });
  for (const entry of entries) {
    const { collection } = entry;
    if (collection === 'cart' || collection === 'consent' || isVetoed(collection)) continue;
    await mergeEntry(space, { entry, stamp, policy: entryPolicyOf(policies, collection) });
  }
  await evictViews(space);
  return receipt;
};

/** Denied by either side stays denied, whatever the site says; otherwise the customer's word, then the guest's. */
const mergeConsent = async (
  space: SpaceWriter,
  { entries, stamp, isVetoed }: { entries: readonly EntryRow[]; stamp: Stamp; isVetoed: boolean },
) => {
  for (const { key, state } of entries) {
    const guest = state as unknown as Register;
    if (isVetoed && guest.v !== 'denied') continue;
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
type CartMerge = Merge & {
  /** The id of their space, without the site. */
  readonly customer: string;
  readonly stamp: Stamp;
  readonly policy: LinePolicy | 'none' | 'vetoed';
  readonly tally: Tally;
  readonly undo: UndoEntry[];
  /** What the customer has changed since they signed in is no older cart: nothing of it gives way. */
  readonly isNewer: (key: string) => boolean;
};

/** One line more. */
const hasRoomFor = (space: SpaceWriter) => space.lines < space.site.limits.maxLines;

/** A cart that goes on as it was must not lose a line of what is paid; what it replaces is set aside, and counts too. */
const hasRoomForPaid = (space: SpaceWriter) => space.lines < 2 * space.site.limits.maxLines;

const isInCart = (line: Line) => quantityOf(line.q) > 0 && parkedFor(line) === null;
const isRowInCart = ({ state }: EntryRow) => isInCart(state as unknown as Line);

const mergeCart = async (
  space: SpaceWriter,
  merge: Omit<CartMerge, 'tally' | 'undo' | 'isNewer'>,
): Promise<StoredReceipt> => {
  const { receiptId: id, guest, customer, stamp, policy } = merge;
  const lists = { added: [], raised: [], lowered: [], kept: [], clamped: [], dropped: [], parked: [] };
  const rows = await space.states('cart');
  const { since = Number.MAX_SAFE_INTEGER } = merge;
  const newer = new Set(rows.filter(({ version }) => version > since).map(({ key }) => key));
  const isNewer = (key: string) => newer.has(key);
  // Who brings no cart has none that goes on, and may have taken out all that they had left here.
  const isGoingOn = merge.entries.some(isRowInCart);
  const all: CartMerge = { ...merge, tally: { ...lists, reasons: Object.create(null) }, undo: [], isNewer };
  const oldestFirst = [...merge.entries].sort((a, b) => a.born - b.born);
  const mine = rows.map(({ state }) => state as Line).filter(isInCart);
  const how = {
    customer,
    share: `g:${guest}`,
    stamp,
    currencies: new Set(mine.flatMap(({ d }) => currencyOf(d) ?? [])),
  };
  for (const { key, state } of oldestFirst) {
    const line = state as unknown as Line;
    if (policy === 'vetoed' && quantityOf(line.q) > 0) {
      all.tally.dropped.push(key);
      all.tally.reasons[key] = 'merge/vetoed';
    }
    if (policy === 'vetoed' || policy === 'none') continue;
    const before = (await space.state('cart', key)) as Line | undefined;
    const isLineage = guestGoesOn(policy) && (isNewer(key) || (!isGoingOn && quantityOf(line.q) === 0));
    const merged = mergeLine(before, line, { ...how, policy: isLineage ? 'lineage' : policy });
    const isThere = before && quantityOf(before.q) > 0;
    if (merged)
      await take(space, all, {
        key,
        merged,
        hasRoom: isThere || (guestGoesOn(policy) ? hasRoomForPaid : hasRoomFor)(space),
      });
  }
  if (guestGoesOn(policy)) await parkOthers(space, all);
  return { id, guest, atMs: space.nowMs, policy, ...all.tally, undo: all.undo };
};

/**
 * What was decided of a line is done and said. One for which there is no room is left behind; what should have been set
 * aside of a line, and has none, comes back when the merge is undone.
 */
const take = async (
  space: SpaceWriter,
  { tally, undo, sha256, guest, stamp }: CartMerge,
  { key, merged, hasRoom }: { key: string; merged: MergedLine; hasRoom: boolean },
) => {
  const { outcome, from, to, wanted, line, effect, aside } = merged;
  const isFull = line !== undefined && !hasRoom;
  const reason = isFull ? 'merge/cart-full' : merged.reason;
  if (reason) tally.reasons[key] = reason;
  if (isFull) return void tally.dropped.push(key);
  if (line) await space.put('cart', key, line);
  const place = aside && asideKey(sha256, key, `g:${guest}`);
  const isThere = place !== undefined && (await space.state('cart', place)) !== undefined;
  const beside = isThere || hasRoomFor(space) ? place : undefined;
  if (place && !beside) tally.reasons[key] = 'merge/cart-full';
  if (place && !beside && !line) return void tally.dropped.push(key);
  if (outcome === 'raised' || outcome === 'lowered') tally[outcome].push([key, from, to]);
  else tally[outcome].push(key);
  if (to < wanted) tally.clamped.push([key, wanted, to]);
  if (beside && aside) {
    // A server that was put back may have it already.
    if (!isThere) await space.put('cart', beside, besideLine(aside.line, { key, stamp }));
    tally.parked.push(beside);
    tally.reasons[beside] = aside.reason;
  }
  if (beside && !line) undo.push([beside, { brought: true }]);
  else if (effect && Object.keys(effect).length > 0) undo.push(beside ? [key, effect, beside] : [key, effect]);
};

/**
 * The guest's cart goes on: what only the customer had there is set aside, in sight and with the reason, not deleted.
 * What is set aside already keeps its own reason.
 */
const parkOthers = async (space: SpaceWriter, { entries, stamp, tally, undo, policy, isNewer }: CartMerge) => {
  const reason = policy === 'checkout' ? 'merge/checkout' : 'merge/guest';
  // What was left behind is in no cart that goes on.
  const isTaken = (key: string) => !tally.dropped.includes(key);
  const guests = new Set(entries.filter((row) => isRowInCart(row) && isTaken(row.key)).map(({ key }) => key));
  // Who brings no cart has none that goes on.
  if (guests.size === 0) return;
  for (const { key, state } of await space.states('cart')) {
    const line = state as Line;
    if (guests.has(key) || isNewer(key) || !isInCart(line)) continue;
    const d = placed(line.d, reason, stamp);
    await space.put('cart', key, { q: line.q, d });
    tally.parked.push(key);
    tally.reasons[key] = reason;
    undo.push([key, { moved: { was: null, h: own(d, 'parked')?.[1] ?? stamp } }]);
  }
};
