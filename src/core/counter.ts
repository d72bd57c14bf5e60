import { own } from './own.ts';
import { compareStamps, type Stamp, zeroStamp } from './stamp.ts';

/** Counts by replica id. */
export type Counts = { readonly [replica: string]: number };

/**
 * A quantity that several devices change at once. Kind `ctr`.
 *
 * - `p` what each replica has added in all
 * - `s` how much of `p` explicit sets have seen
 * - `b` the latest explicit quantity, its stamp, and how many orders it had seen
 * - `w` how much of `p` orders have covered
 * - `o` what each order took
 * - `floor` the version up to which contributions were folded into `b`
 *
 * In words: an add is never lost; a removal never brings back what it saw; the latest explicit
 * quantity wins; adds that it had not seen count on top; an order takes what it bought, once.
 */
export type Counter = {
  readonly p: Counts;
  readonly s: Counts;
  readonly b: readonly [v: number, h: Stamp, g: number];
  readonly w: Counts;
  readonly o: readonly number[];
  readonly floor: number;
};

export const emptyCounter: Counter = { p: {}, s: {}, b: [0, zeroStamp, 0], w: {}, o: [], floor: 0 };

const sumOver = (counter: Counter, share: (p: number, s: number, w: number, replica: string) => number): number =>
  Object.entries(counter.p).reduce(
    (total, [replica, p]) =>
      total + Math.max(0, share(p, own(counter.s, replica) ?? 0, own(counter.w, replica) ?? 0, replica)),
    0,
  );

/** The sum inside the base share; negative when orders took more than the latest set left (a debt). */
export const baseSum = (counter: Counter): number =>
  counter.b[0] +
  sumOver(counter, (p, s, w) => Math.min(p, w) - s) -
  counter.o.slice(counter.b[2]).reduce((total, taken) => total + taken, 0);

/** How much of it an order may not take that saw `seen`: adds that neither it nor any set or order before had seen. */
export const unseenIn = (counter: Counter, seen: Counts = {}): number =>
  sumOver(counter, (p, s, w, replica) => p - Math.max(s, w, own(seen, replica) ?? 0));

/** How many there are: never below 0, not clamped to any maximum. */
export const quantityOf = (counter: Counter): number => Math.max(0, baseSum(counter)) + unseenIn(counter);

/** `replica` adds `n` (an integer of at least 1). */
export const addToCounter = (counter: Counter, change: { replica: string; n: number }): Counter => ({
  ...counter,
  p: { ...counter.p, [change.replica]: (own(counter.p, change.replica) ?? 0) + change.n },
});

const raise = (counts: Counts, limit: Counts, by: Counts): Counts => {
  const out: Record<string, number> = { ...counts };
  for (const [replica, most] of Object.entries(limit)) {
    const raised = Math.max(own(out, replica) ?? 0, Math.min(own(by, replica) ?? 0, most));
    if (raised) out[replica] = raised;
  }
  return out;
};

/**
 * An explicit quantity. `seen` is what it saw of each replica's adds, the writer's own included;
 * `g` how many orders it had seen. What it saw stops counting even when its stamp loses: with
 * `seen` only inside the winning set, a line removed on every device came back.
 */
export const setCounter = (counter: Counter, set: { v: number; seen: Counts; g: number; h: Stamp }): Counter => ({
  ...counter,
  s: raise(counter.s, counter.p, set.seen),
  b: compareStamps(set.h, counter.b[1]) > 0 ? [set.v, set.h, Math.min(set.g, counter.o.length)] : counter.b,
});

/**
 * An order of `bought`, over the adds that its snapshot `p` held. Settles a debt first (else the
 * order would be paid for with later goods), covers the snapshot, takes what there is.
 */
export const orderFromCounter = (counter: Counter, order: { p: Counts; bought: number }): Counter => {
  const [v, h, g] = counter.b;
  const debt = Math.min(0, baseSum(counter));
  const covered: Counter = { ...counter, b: [v - debt, h, g], w: raise(counter.w, counter.p, order.p) };
  return { ...covered, o: [...counter.o, Math.min(order.bought, Math.max(0, baseSum(covered)))] };
};

const maxCounts = (a: Counts, b: Counts): Counts => {
  const out: Record<string, number> = { ...a };
  for (const [replica, n] of Object.entries(b)) out[replica] = Math.max(own(out, replica) ?? 0, n);
  return out;
};

const laterBase = (a: Counter['b'], b: Counter['b']): Counter['b'] =>
  (compareStamps(a[1], b[1]) || a[0] - b[0] || a[2] - b[2]) >= 0 ? a : b;

/**
 * The join, used only when devices hand rows back to a restored server. At unequal floors the higher
 * wins whole: a folded and an unfolded copy of one add must not be summed.
 */
export const joinCounters = (a: Counter, b: Counter): Counter => {
  if (a.floor !== b.floor) return a.floor > b.floor ? a : b;
  const longer = a.o.length >= b.o.length ? a.o : b.o;
  return {
    p: maxCounts(a.p, b.p),
    s: maxCounts(a.s, b.s),
    b: laterBase(a.b, b.b),
    w: maxCounts(a.w, b.w),
    o: longer.map((_, order) => Math.max(a.o[order] ?? 0, b.o[order] ?? 0)),
    floor: a.floor,
  };
};
