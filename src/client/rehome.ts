import type { Change, Fields } from '../core/change.ts';
import { quantityOf } from '../core/counter.ts';
import { fieldValues } from '../core/field-map.ts';
import { limits } from '../core/limits.ts';
import { emptyLine, type Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { without } from '../core/without.ts';
import { unnumbered } from './outbox.ts';
import type { OutEntry } from './records.ts';
import { isCopy } from './sticky-lines.ts';

/** A change without the stamps of what it saw: where it goes it meets something else. */
const withoutStamps = ({ fb: _, bh: __, ...change }: Change & { fb?: unknown; bh?: unknown }) => change as Change;

/**
 * What a guest made, found when they are a customer already, and maybe sent: a quantity keeps its distance from what was
 * shown, and what the customer has wins as in a merge. `isFrozen`: the lines are as shown, with these changes in them.
 */
export const asLate = (
  entries: readonly OutEntry[],
  { line, isFrozen }: { line(key: string): Line | undefined; isFrozen: boolean },
): OutEntry[] => {
  const shown = new Map<string, number>();
  return entries.flatMap((entry) => {
    const late: OutEntry = { ...unnumbered(entry), at: 0, again: true, late: true };
    const x = withoutStamps(late.x);
    if (x.t !== 'add' && x.t !== 'set') return { ...late, x };
    const known = line(entry.k);
    const from = shown.get(entry.k) ?? (known ? quantityOf(known.q) : 0);
    shown.set(entry.k, x.t === 'add' ? from + x.n : x.v);
    if (isCopy(entry)) return [];
    // It is no copy, though its line is: taken for one it would be dropped when it comes late again.
    const f = { ...(known && without(fieldValues(known.d), ['fork'])), ...x.f };
    return {
      ...late,
      x: { ...x, f },
      ...(known && { own: x.f ?? {} }),
      ...(x.t === 'set' && !isFrozen && { from: entry.from ?? from }),
    };
  });
};

/** The lines that a change finds which goes behind these: what of them has a number arrives ahead of it. */
export const linesBehind =
  (out: readonly OutEntry[], line: (key: string) => Line | undefined) =>
  (key: string): Line | undefined =>
    out.reduce((known, { k, r, to, x }) => {
      if (!r || k !== key) return known;
      const { q, d } = known ?? emptyLine;
      // All that is there is the word of one who set it, as it shows.
      if (x.t === 'set') return { q: { ...q, s: q.p, b: [x.v, q.b[1], q.o.length] }, d };
      return x.t === 'add' && to ? { q: { ...q, p: { ...q.p, [r]: Math.max(own(q.p, r) ?? 0, to) } }, d } : known;
    }, line(key));

/**
 * Changes made while a sign-in was under way, for the customer's space: an add stays an add, a
 * quantity keeps its distance from what was shown, everything else is newer than what it meets.
 */
export const rehome = (
  entries: readonly OutEntry[],
  to: {
    version: number;
    replica: string;
    line(key: string): Line | undefined;
    /** A line's details where the changes come from: one that is new where they go needs them. */
    source?: (key: string) => Fields | undefined;
  },
): OutEntry[] => {
  const shown = new Map<string, number>();
  const added = new Map<string, number>();
  return entries.map((entry) => {
    const { from, own: said, owed: _, ...rest } = unnumbered(entry);
    const line = entry.c === 'cart' ? to.line(entry.k) : undefined;
    const quantity = Math.min(limits.maxQuantity, shown.get(entry.k) ?? (line ? quantityOf(line.q) : 0));
    const details = entry.c === 'cart' && !line ? to.source?.(entry.k) : undefined;
    const x = withoutStamps(rest.x);
    const f = 'f' in x ? x.f : undefined;
    const known = details ? { f: { ...details, ...f } } : line && said && { f: said };
    const moved = { ...rest, x, at: to.version };
    if (x.t === 'add') {
      shown.set(entry.k, quantity + x.n);
      added.set(entry.k, (added.get(entry.k) ?? 0) + x.n);
      return { ...moved, x: { ...x, ...known } };
    }
    if (x.t === 'set') {
      const v = Math.max(0, Math.min(limits.maxQuantity, from === undefined ? x.v : quantity + x.v - from));
      shown.set(entry.k, v);
      const seen = { ...line?.q.p, [to.replica]: (line?.q.p[to.replica] ?? 0) + (added.get(entry.k) ?? 0) };
      const base = { v, seen, g: line?.q.o.length ?? 0, ...(line && { bh: line.q.b[1] }) };
      return { ...moved, x: { ...x, ...known, ...base } };
    }
    if (x.t === 'order')
      return {
        ...moved,
        x: { ...x, seen: Object.fromEntries(Object.keys(x.seen).map((key) => [key, to.line(key)?.q.p ?? {}])) },
      };
    return moved;
  });
};
