import { quantityOf } from '../core/counter.ts';
import { forkOf, leftOfCopy, parseFork } from '../core/fork.ts';
import { articleFields, type Line } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import { pick } from '../core/pick.ts';
import type { CartLine } from './api.ts';
import type { Model, Pending } from './model.ts';
import { pendingOf } from './pending.ts';
import type { Ports } from './ports.ts';
import type { OutEntry } from './records.ts';

/** What shows an article, and which one it is. What a customer was told, a price for one, does not stay. */
const kept = [...articleFields, 'title', 'url', 'image'] as const;

const inCart = (line: Line | undefined): number => (line && !parkedFor(line) ? quantityOf(line.q) : 0);

/** What stays in view of a cart. */
export type Copies = {
  /** Id of the customer's space. */
  readonly of: string;
  readonly pending: readonly Pending[];
  /** Lines that wait for their merge: what was done to one is in no copy. */
  readonly merging: readonly string[];
};

/**
 * What a personal device keeps of a cart at a sign-out: the first changes of the guest who comes then. Each says of which
 * customer's line it is a copy, and how many there were, so that at a sign-in only what the guest changed since counts,
 * and another customer gets none of it.
 *
 * @param customer Id of the customer's space.
 */
export const stickyLines = (
  { clock, ids }: Ports,
  {
    lines,
    model,
    customer,
  }: { readonly lines: readonly CartLine[]; readonly model: Pick<Model, 'line'>; readonly customer: string },
): Copies => {
  const nowMs = clock.now();
  const pending = lines.flatMap((line, at): Pending[] => {
    // Of what waits for its merge only what was the customer's own before: the rest is held, and would count again with a
    // guest who has it too and is merged first.
    const n = line.merging ? inCart(model.line(line.key)) : line.quantity;
    if (!n) return [];
    const x = { t: 'add', n, f: { ...pick({ ...line }, kept), fork: { of: customer, n } } } as const;
    // The oldest first, as they were.
    const w = nowMs - lines.length + at;
    // The sign-out stores them, with the guest.
    const entry: OutEntry = { n: nowMs + at, i: ids.random(), c: 'cart', k: line.key, x, w, at: 0 };
    return [pendingOf(entry, { monoMs: clock.monotonic() })];
  });
  return { of: customer, pending, merging: lines.flatMap(({ key, merging }) => (merging ? [key] : [])) };
};

/** A copy of what a customer had: for whoever a guest becomes it is nothing new, nor anything of theirs. */
export const isCopy = ({ c, x }: OutEntry): boolean => c === 'cart' && x.t === 'add' && x.f?.['fork'] !== undefined;

/** How many of a line are a copy of another customer's than this one. */
const copiedOf = (row: Line | undefined, customer: string): number => {
  const fork = row && forkOf(row.d);
  return fork && fork.of !== customer ? leftOfCopy(row.q, fork) : 0;
};

/** The same behind a change. What was added beyond goes last, as in the merge. */
const copiedBehind = (copied: number, { x }: OutEntry, customer: string): number => {
  const begun = x.t === 'add' ? parseFork(x.f?.['fork']) : undefined;
  if (begun && begun.of !== customer) return begun.n;
  return x.t === 'set' ? Math.min(copied, x.v) : copied;
};

/** A guest's quantity over a copy of another customer's than this one is what it says beyond that. */
export const beyondCopies = (
  entries: readonly OutEntry[],
  { line, customer }: Pick<Model, 'line'> & { readonly customer: string },
): OutEntry[] => {
  const known = new Map<string, { shown: number; copied: number }>();
  return entries.map((entry) => {
    const { c, k, x } = entry;
    if (c !== 'cart' || (x.t !== 'add' && x.t !== 'set')) return entry;
    const row = line(k);
    const was = known.get(k) ?? { shown: row ? quantityOf(row.q) : 0, copied: copiedOf(row, customer) };
    const copied = copiedBehind(was.copied, entry, customer);
    known.set(k, { shown: x.t === 'add' ? was.shown + x.n : x.v, copied });
    return x.t === 'set' && was.copied ? { ...entry, from: was.shown - was.copied + copied } : entry;
  });
};

/** The guest's lines without what is a copy of another customer's than this one: it goes on with nobody else. */
export const withoutOthers = (
  lines: readonly CartLine[],
  { model, customer }: { readonly model: Pick<Model, 'line' | 'pending'>; readonly customer: string },
): CartLine[] =>
  lines.flatMap((line) => {
    let copied = copiedOf(model.line(line.key), customer);
    for (const { isAfter, entry } of model.pending)
      if (!isAfter && entry.c === 'cart' && entry.k === line.key) copied = copiedBehind(copied, entry, customer);
    const quantity = line.quantity - copied;
    return quantity > 0 ? [{ ...line, quantity }] : [];
  });
