import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counter, joinCounters } from '../../src/core/counter.ts';
import { type EntryState, emptyEntry, joinEntries, type Kind } from '../../src/core/entry.ts';
import { joinFieldMaps } from '../../src/core/field-map.ts';
import type { Register } from '../../src/core/register.ts';
import { compareStamps } from '../../src/core/stamp.ts';
import { counters, entries, fieldMaps, registers } from './arbitraries.ts';
import { holds, isCaught, same } from './property.ts';

type Join<T> = (a: T, b: T) => T;

const commutes =
  <T>(join: Join<T>) =>
  ([a, b]: readonly [T, T, T]) =>
    same(join(a, b), join(b, a));

const associates =
  <T>(join: Join<T>) =>
  ([a, b, c]: readonly [T, T, T]) =>
    same(join(join(a, b), c), join(a, join(b, c)));

const isIdempotent =
  <T>(join: Join<T>) =>
  ([a, b]: readonly [T, T, T]) => {
    same(join(a, a), a);
    same(join(join(a, b), b), join(a, b));
  };

const kinds = Object.keys(entries) as Kind[];

describe.each(kinds)('two copies of one entry of kind %s', (kind) => {
  const one = entries[kind] as fc.Arbitrary<EntryState[Kind]>;
  const three = fc.tuple(one, one, one);
  const join: Join<EntryState[Kind]> = (a, b) => joinEntries(kind, a, b);

  it('are the same whichever is joined to the other', () => {
    holds(three, commutes(join));
  });
  it('and a third are the same whichever two are joined first', () => {
    holds(three, associates(join));
  });
  it('change nothing when joined again', () => {
    holds(three, isIdempotent(join));
  });
  it('change nothing when one of them is still empty', () => {
    const written = one.filter((state) => joinEntries(kind, state, emptyEntry(kind)) !== emptyEntry(kind));
    holds(written, (state) => same(joinEntries(kind, emptyEntry(kind), state), state));
  });
});

describe('counters of unequal floors', () => {
  it('are not summed: the higher floor wins whole', () => {
    holds(fc.tuple(counters, counters), ([low, high]) => {
      const folded: Counter = { ...high, floor: 7 };
      expect(joinCounters(low, folded)).toBe(folded);
      expect(joinCounters(folded, low)).toBe(folded);
    });
  });
});

describe('the laws find a join', () => {
  it('that keeps its own value at equal stamps', () => {
    const join: Join<Register> = (a, b) => (compareStamps(a.h, b.h) >= 0 ? a : b);
    isCaught(fc.tuple(registers, registers, registers), commutes(join));
  });
  it('that compares values without the members that are null', () => {
    const text = (value: unknown) => JSON.stringify(value, (_, member) => member ?? undefined) ?? '';
    const join: Join<Register> = (a, b) => {
      const order = compareStamps(a.h, b.h);
      return (order || (text(a.v) >= text(b.v) ? 1 : -1)) > 0 ? a : b;
    };
    isCaught(fc.tuple(registers, registers, registers), commutes(join));
  });
  it('that reads a field of the prototype', () => {
    const join = (a: Record<string, readonly [unknown, number[]]>, b: typeof a) =>
      Object.fromEntries(
        Object.keys({ ...a, ...b }).map((field) => [
          field,
          (a[field]?.[1] ?? []) >= (b[field]?.[1] ?? []) ? a[field] : b[field],
        ]),
      );
    isCaught(fc.tuple(fieldMaps, fieldMaps, fieldMaps), ([a, b]) =>
      expect(join(a as never, b as never)).toEqual(joinFieldMaps(a, b)),
    );
  });
  it('that adds counts up', () => {
    const join: Join<Counter> = (a, b) => {
      const joined = joinCounters(a, b);
      const sums = Object.keys(joined.p).map((replica) => [replica, (a.p[replica] ?? 0) + (b.p[replica] ?? 0)]);
      return { ...joined, p: Object.fromEntries(sums) };
    };
    isCaught(fc.tuple(counters, counters, counters), isIdempotent(join));
  });
  it('that drops what orders took beyond the shorter list', () => {
    const join: Join<Counter> = (a, b) => ({
      ...joinCounters(a, b),
      o: a.o.map((taken, order) => Math.max(taken, b.o[order] ?? 0)),
    });
    isCaught(fc.tuple(counters, counters, counters), commutes(join));
  });
});
