import { after } from './after.ts';
import { type Counter, type Counts, quantityOf, setCounter } from './counter.ts';
import { type FieldMap, joinFieldMaps } from './field-map.ts';
import { beyondCopyOfOthers, forkOf } from './fork.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';
import { articleFields, emptyLine, type Line } from './line.ts';
import type { MergeReason } from './merge-reasons.ts';
import { own } from './own.ts';
import { isMergeShare, parkedFor, placed } from './parked-line.ts';
import { pick } from './pick.ts';
import { guestGoesOn } from './receipt.ts';
import { compareStamps, type Stamp, zeroStamp } from './stamp.ts';

/** What becomes of a line that both have: see docs/MERGING.md. */
export type LinePolicy = 'lineage' | 'max' | 'sum' | 'guest' | 'checkout' | 'customer' | 'separate';

export type HowMerged = {
  readonly policy: LinePolicy;
  /** The id of the customer's space: of which customer's a copy is. */
  readonly customer: string;
  /** The name under which counts what the guest brings: `g:` and the guest. */
  readonly share: string;
  /** Of the merge. */
  readonly stamp: Stamp;
  /** What the customer's cart is priced in. Absent: it does not matter. */
  readonly currencies?: ReadonlySet<string>;
};

/** What a merge did to one line of the customer's, as far as it can be taken back. */
export type LineEffect = {
  /** More of it, under the guest's share. */
  readonly brought?: true;
  /**
   * So many fewer; `h` the base that it left, over so many orders. `of`: how much of it other merges had brought, by
   * their shares; `gone`: how much of that was undone since, and is in `of` no more.
   */
  readonly cut?: {
    readonly n: number;
    readonly h: Stamp;
    readonly orders: number;
    readonly of?: Counts;
    readonly gone?: number;
  };
  /** It was in the cart (null), or set aside for a reason, and is not any more, since `h`. */
  readonly moved?: { readonly was: Json; readonly h: Stamp };
  /** It had another price, or none, until `h`. */
  readonly priced?: { readonly was: Json; readonly h: Stamp };
};

export type MergedLine = {
  readonly outcome: 'added' | 'raised' | 'lowered' | 'kept' | 'dropped' | 'parked';
  readonly from: number;
  readonly to: number;
  /** Before it was cut to the maximum. */
  readonly wanted: number;
  readonly reason?: MergeReason;
  /** Absent: it stays as it is. */
  readonly line?: Line;
  readonly effect?: LineEffect;
  /** So many more in a line of their own, set aside for the reason: of one that stays in the cart as it is. */
  readonly aside?: { readonly line: Line; readonly reason: MergeReason };
};

/**
 * A guest's line into the customer's. Of a copy of their own only what the guest changed since counts: that is taken off
 * before any policy is asked. Else ten sign-outs and sign-ins would make eleven of one.
 *
 * @returns `undefined` when the guest has no such line, or a copy of another customer's, and there is nothing to say
 */
export const mergeLine = (before: Line = emptyLine, guest: Line, how: HowMerged): MergedLine | undefined => {
  const { policy, share, stamp } = how;
  const there = quantityOf(before.q);
  const kept = { outcome: 'kept', from: there, to: there, wanted: there } as const;
  const keptIfThere = there > 0 ? kept : undefined;
  const all = quantityOf(guest.q);
  const fork = forkOf(guest.d);
  const beyond = beyondCopyOfOthers(guest, how.customer);
  const isOthers = beyond !== undefined;
  // Where the guest's cart goes on as it is, it does not matter where its lines came from.
  const isTheirs = guestGoesOn(policy);
  const isOwn = fork !== undefined && !isOthers && !isTheirs;
  const offered = beyond ?? (isOwn ? all - fork.n : all);
  const reason = parkedFor(guest);
  if (offered < 0 && isOwn && reason === null && policy !== 'customer' && parkedFor(before) === null)
    return cutLine(before, { ...how, all, offered }) ?? keptIfThere;
  if (offered <= 0) return isOwn ? keptIfThere : undefined;
  if (policy === 'customer') return { ...kept, outcome: 'dropped', reason: 'merge/policy' };
  // What a guest has set aside is no offer to the cart; where the guest's cart goes on, it does not have that line.
  if (reason !== null && there > 0) return !isTheirs || parkedFor(before) !== null ? kept : undefined;

  // What the customer has set aside is in no cart either: it gives way to what the guest has there.
  const isGivingWay = there > 0 && parkedFor(before) !== null;
  const mine = isGivingWay ? { ...before, q: setTo(before.q, { v: 0, stamp }) } : before;
  const had = quantityOf(mine.q);
  const details = fork && isOthers ? guestsOf(guest.d, fork.at) : guest.d;
  // A server that was put back may have what this guest brought before, and know of no merge.
  const brought = own(mine.q.p, share) ?? 0;
  const more = Math.max(0, offered - brought);
  if (brought && !more) return keptIfThere;
  if (policy === 'separate' && had > 0 && !isOwn)
    return { ...kept, aside: asideOf(details, { ...how, n: offered, reason: 'merge/separate' }) };
  const isForeignMoney = there === 0 && reason === null && !isTheirs && !isOwn && isOtherCurrency(details, how);
  const place = isForeignMoney ? 'merge/other-currency' : reason;
  const isSet = isTheirs && !brought;
  const wanted =
    isOwn || policy === 'sum' ? had + more : isSet ? offered : Math.max(had, Math.min(offered, had + more));
  const to = Math.min(wanted, Math.max(had, limits.maxQuantity));
  const q =
    isSet && to <= had
      ? heard(to < had ? setTo(mine.q, { v: to, stamp }) : mine.q, { share, n: offered })
      : contribute(mine.q, { share, n: brought + to - had });
  // Where the line is, in the cart or aside, is no detail that the newer word of decides: that took what the other had out
  // of the cart. It is where the guest had it.
  const d = placed(
    joinDetails(mine.d, details, {
      isOwn,
      isThere: there > 0,
      ...(isTheirs ? { stamp } : {}),
    }),
    place,
    stamp,
  );
  const cut = isGivingWay ? there : Math.max(0, had - to);
  const moved = parkedFor({ d }) === parkedFor(before) ? undefined : own(d, 'parked')?.[1];
  return {
    outcome: isForeignMoney ? 'parked' : had === 0 ? 'added' : to > had ? 'raised' : to < had ? 'lowered' : 'kept',
    from: had,
    to,
    wanted,
    ...(isForeignMoney
      ? { reason: 'merge/other-currency' }
      : to < wanted
        ? { reason: 'merge/over-maximum' }
        : isOthers
          ? { reason: 'merge/other-customer' }
          : {}),
    line: { q, d },
    effect: {
      ...(to > had ? { brought: true } : {}),
      ...(cut > 0 ? { cut: { n: cut, h: q.b[1], orders: q.o.length, ...broughtBefore(before.q, share) } } : {}),
      ...(moved && there > 0 ? { moved: { was: parkedFor(before), h: moved } } : {}),
      ...(isTheirs && there > 0 ? pricedSince(before.d, d) : {}),
    },
    // Of a line that both have the guest's goes on; what the customer had beyond it is not bought with it, and not lost.
    ...(policy === 'checkout' && to < had
      ? { aside: asideOf({ ...articleOf(guest.d), ...before.d }, { ...how, n: had - to, reason: 'merge/checkout' }) }
      : {}),
  };
};

/** A line of its own beside one of the same things, set aside: two in one cart a shop would take for one, and count twice. */
const asideOf = (
  { fork: _, ...d }: FieldMap,
  { n, reason, share, stamp }: HowMerged & { readonly n: number; readonly reason: MergeReason },
): NonNullable<MergedLine['aside']> => ({
  line: { q: contribute(emptyLine.q, { share, n: Math.min(n, limits.maxQuantity) }), d: placed(d, reason, stamp) },
  reason,
});

/** What a line's price is in. */
export const currencyOf = (d: FieldMap): string | undefined => {
  const { currency } = (own(d, 'price')?.[0] ?? {}) as { readonly currency?: unknown };
  return typeof currency === 'string' ? currency : undefined;
};

/** One cart has one currency. */
const isOtherCurrency = (d: FieldMap, { currencies }: HowMerged): boolean => {
  const currency = currencyOf(d);
  return currency !== undefined && !!currencies?.size && !currencies.has(currency);
};

/**
 * The guest took away of a copy. With `c + q − f` alone, what both sides lowered to the same quantity was lowered twice.
 */
const cutLine = (
  { q, d }: Line,
  { share, stamp, all, offered }: HowMerged & { all: number; offered: number },
): MergedLine | undefined => {
  const from = quantityOf(q);
  const less = offered + (own(q.p, share) ?? 0);
  if (less >= 0) return undefined;
  const to = Math.min(from, Math.max(from + less, all));
  const left = to < from ? setTo(q, { v: to, stamp }) : q;
  const line = { q: heard(left, { share, n: -offered }), d };
  const cut = { n: from - to, h: left.b[1], orders: q.o.length, ...broughtBefore(q, share) };
  return { outcome: to < from ? 'lowered' : 'kept', from, to, wanted: to, line, effect: to < from ? { cut } : {} };
};

/** What says which article a line is of. */
const articleOf = (d: FieldMap): FieldMap => pick(d, articleFields);

/**
 * Of a copy of another customer's: which article it is, how it is shown, and what was said of it since, a price for one.
 * What its customer was told is theirs.
 */
const guestsOf = (d: FieldMap, copied: Stamp): FieldMap => {
  const { title, url, image } = d;
  const since = Object.entries(d).filter(([, [, stamp]]) => compareStamps(stamp, copied) > 0);
  return {
    ...articleOf(d),
    ...(title && { title }),
    ...(url && { url }),
    ...(image && { image }),
    ...Object.fromEntries(since),
  };
};

/**
 * A guest who made a line smaller, or left it as it was, brought nothing: their share says so, and none of it counts. A
 * server that was put back, and gets its lines from devices, would do it again.
 */
const heard = (counter: Counter, { share, n }: { share: string; n: number }): Counter => ({
  ...counter,
  p: { ...counter.p, [share]: n },
  s: { ...counter.s, [share]: n },
});

/** What other merges had brought, and what of a line aside was taken back: undone, each would take so many out of it. */
const broughtBefore = (q: Counter, share: string): { of?: Counts } => {
  const of = Object.entries(q.p).flatMap(([name, p]) => {
    const n = isMergeShare(name) && name !== share ? quantityOf(q) - quantityOf(withSeen(q, name, p)) : 0;
    return n > 0 ? [[name, n] as const] : [];
  });
  return of.length > 0 ? { of: Object.fromEntries(of) } : {};
};

const withSeen = (q: Counter, share: string, p: number): Counter => ({ ...q, s: { ...q.s, [share]: p } });

/** What the guest brings counts under the guest's own name, as if a device of that name had added it. */
const contribute = (counter: Counter, { share, n }: { share: string; n: number }): Counter =>
  n === 0 ? counter : { ...counter, p: { ...counter.p, [share]: n } };

const setTo = (counter: Counter, { v, stamp }: { v: number; stamp: Stamp }): Counter =>
  setCounter(counter, { v, seen: counter.p, g: counter.o.length, h: after(counter.b[1], stamp) });

const pricedSince = (before: FieldMap, d: FieldMap): Pick<LineEffect, 'priced'> => {
  const [was, now] = [own(before, 'price'), own(d, 'price')];
  return now && now !== was ? { priced: { was: was?.[0] ?? null, h: now[1] } } : {};
};

/**
 * Newer details win, field by field; but a copy says nothing new, and a price is of the customer who was told it. Where
 * the guest's cart goes on, since `stamp`, that is who was told it last.
 */
const joinDetails = (
  mine: FieldMap,
  { fork: _, ...guest }: FieldMap,
  { isOwn, isThere, stamp }: { isOwn: boolean; isThere: boolean; stamp?: Stamp },
): FieldMap => {
  if (isOwn) return { ...guest, ...mine };
  const [told, offered] = [isThere ? own(mine, 'price') : undefined, own(guest, 'price')];
  const price: FieldMap[string] | undefined = told && stamp && offered ? [offered[0], after(told[1], stamp)] : told;
  return { ...joinFieldMaps(mine, guest), ...(price ? { price } : {}) };
};

/**
 * Takes back what a merge did to a line. What was added, set or bought since stays. What cannot go back to where it was
 * cut, because somebody has said since how many there are, is `aside`.
 *
 * @param how.undo the name under which counts what comes back: `u:` and the receipt
 */
export const undoLine = (
  { q, d }: Line,
  { brought, cut, moved, priced }: LineEffect,
  { share, undo, stamp }: { readonly share: string; readonly undo: string; readonly stamp: Stamp },
): { readonly line: Line; readonly aside: number } => {
  const came = own(q.p, share);
  const less: Counter = brought && came ? withSeen(q, share, came) : q;
  const isBase = cut !== undefined && compareStamps(cut.h, q.b[1]) === 0 && cut.orders === q.o.length;
  // What had given way goes back aside, and must not take along what others have put into the cart since.
  const isBack = own(q.p, undo) !== undefined || (isBase && (!moved || quantityOf(less) === 0));
  const n = Math.max(0, (cut?.n ?? 0) - (cut?.gone ?? 0));
  const back: Counter = isBack && n > 0 ? { ...less, p: { ...less.p, [undo]: n } } : less;
  const price = own(d, 'price');
  const isPriced = price && priced && compareStamps(priced.h, price[1]) === 0;
  const priceBack: FieldMap = isPriced ? { ...d, price: [priced.was, after(price[1], stamp)] } : d;
  const isMoved = moved && compareStamps(moved.h, own(d, 'parked')?.[1] ?? zeroStamp) === 0 && (!cut || isBack);
  return {
    line: { q: back, d: isMoved ? placed(priceBack, moved.was, stamp) : priceBack },
    aside: isBack ? 0 : n,
  };
};
