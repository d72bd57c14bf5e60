import { collectionShape } from '../core/collection.ts';
import { type Counter, quantityOf, setCounter } from '../core/counter.ts';
import { joinEntries } from '../core/entry.ts';
import { type FieldMap, joinFieldMaps } from '../core/field-map.ts';
import { limits } from '../core/limits.ts';
import { emptyLine, type Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import type { Receipt } from '../core/receipt.ts';
import { joinRegisters, type Register } from '../core/register.ts';
import type { Stamp } from '../core/stamp.ts';
import { after } from './after.ts';
import { hasConsent, withdrawConsent } from './consent.ts';
import { evictViews } from './evict-views.ts';
import { parkedFor, placed } from './parked-line.ts';
import type { MergePolicy } from './site.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { EntryRow } from './store.ts';

export type Merge = {
  /** The guest's id, without the site. */
  readonly guest: string;
  readonly entries: readonly EntryRow[];
  readonly receiptId: string;
};

/** Makes a guest's state part of the customer's, and says what it did. */
export const mergeGuest = async (space: SpaceWriter, merge: Merge): Promise<Receipt> => {
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
  readonly kept: string[];
  readonly clamped: [string, number, number][];
  readonly dropped: string[];
  readonly parked: string[];
};

const mergeCart = async (space: SpaceWriter, merge: Merge & { stamp: Stamp }): Promise<Receipt> => {
  const policy = space.site.mergeCart;
  const tally: Tally = { added: [], raised: [], kept: [], clamped: [], dropped: [], parked: [] };
  const oldestFirst = [...merge.entries].sort((a, b) => a.born - b.born);
  for (const { key, state } of oldestFirst)
    await mergeLine(space, { ...merge, key, line: state as unknown as Line, policy, tally });
  if (policy === 'guest') await parkOthers(space, { ...merge, tally });
  return { id: merge.receiptId, guest: merge.guest, atMs: space.nowMs, policy, ...tally };
};

type LineMerge = Merge & {
  readonly key: string;
  readonly line: Line;
  readonly policy: MergePolicy;
  readonly stamp: Stamp;
  readonly tally: Tally;
};

const mergeLine = async (space: SpaceWriter, { key, line, guest, policy, stamp, tally }: LineMerge) => {
  const offered = quantityOf(line.q);
  if (offered === 0) return;
  const before = ((await space.state('cart', key)) as Line | undefined) ?? emptyLine;
  const isThere = quantityOf(before.q) > 0;
  if (policy === 'customer' || (!isThere && space.lines >= space.site.limits.maxLines)) {
    tally.dropped.push(key);
    return;
  }
  const reason = parkedFor(line);
  // What a guest has set aside is no offer to the cart; where the guest's cart goes on, it does not have that line.
  if (reason !== null && isThere) {
    if (policy !== 'guest' || parkedFor(before) !== null) tally.kept.push(key);
    return;
  }
  // What the customer has set aside is in no cart either: it gives way to what the guest has there.
  const mine = isThere && parkedFor(before) !== null ? { ...before, q: setTo(before.q, { v: 0, stamp }) } : before;
  const had = quantityOf(mine.q);
  // A server that was put back may have what this guest brought before, and know of no merge.
  const brought = own(mine.q.p, `g:${guest}`) ?? 0;
  const more = Math.max(0, offered - brought);
  if (brought && !more) return void (isThere && tally.kept.push(key));
  const wanted =
    policy === 'sum' ? had + more : policy === 'guest' ? offered : Math.max(had, Math.min(offered, had + more));
  const got = Math.min(wanted, Math.max(had, limits.maxQuantity));
  const q = got < had ? setTo(mine.q, { v: got, stamp }) : contribute(mine.q, { guest, n: brought + got - had });
  // Newer details win, field by field. Where the line is, in the cart or aside, is none of them: a newer word on one side
  // took what the other had out of the cart. It is where the guest had it.
  await space.put('cart', key, { q, d: placed(joinFieldMaps(mine.d, line.d), reason, stamp) });
  if (got < wanted) tally.clamped.push([key, wanted, got]);
  if (had === 0) tally.added.push(key);
  else if (got === had) tally.kept.push(key);
  else tally.raised.push([key, had, got]);
};

/** What the guest brings counts under the guest's own name, as if a device of that name had added it. */
const contribute = (counter: Counter, { guest, n }: { guest: string; n: number }): Counter =>
  n === 0 ? counter : { ...counter, p: { ...counter.p, [`g:${guest}`]: n } };

const setTo = (counter: Counter, { v, stamp }: { v: number; stamp: Stamp }): Counter =>
  setCounter(counter, { v, seen: counter.p, g: counter.o.length, h: after(counter.b[1], stamp) });

/**
 * The guest's cart goes on: what only the customer had there is set aside, in sight and with the reason, not deleted.
 * What is set aside already keeps its own reason.
 */
const parkOthers = async (space: SpaceWriter, { entries, stamp, tally }: Merge & { stamp: Stamp; tally: Tally }) => {
  const isInCart = (line: Line) => quantityOf(line.q) > 0 && parkedFor(line) === null;
  const guests = new Set(entries.filter(({ state }) => isInCart(state as unknown as Line)).map(({ key }) => key));
  for (const { key, state } of await space.states('cart')) {
    const line = state as Line;
    if (guests.has(key) || !isInCart(line)) continue;
    await space.put('cart', key, { q: line.q, d: placed(line.d, 'merge/guest', stamp) });
    tally.parked.push(key);
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
