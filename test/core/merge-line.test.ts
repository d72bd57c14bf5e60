import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCounter } from '../../src/core/compact-counter.ts';
import {
  addToCounter,
  type Counter,
  emptyCounter,
  orderFromCounter,
  quantityOf,
  setCounter,
} from '../../src/core/counter.ts';
import type { FieldMap } from '../../src/core/field-map.ts';
import { forkOf } from '../../src/core/fork.ts';
import type { Json } from '../../src/core/json.ts';
import type { Line } from '../../src/core/line.ts';
import { currencyOf, type HowMerged, type LinePolicy, mergeLine, undoLine } from '../../src/core/merge-line.ts';
import { mergeReasons } from '../../src/core/merge-reasons.ts';
import { parkedFor } from '../../src/core/parked-line.ts';
import type { Stamp } from '../../src/core/stamp.ts';
import { holds, isCaught, same } from './property.ts';

// The rules that cases/models/merge-undo proved on a model, on the kernel itself: whatever happened to a customer's line
// before, a guest's line is merged into it and the merge undone.

const at = (wallMs: number, replica = 'phone'): Stamp => [wallMs, 0, replica, wallMs];
const ofMerge = (receipt: string): Stamp => [1_000, 0, `srv:${receipt}`, 0];
const ana = 'c_ana';
const lineOf = (n: number, d: FieldMap = {}): Line => ({
  q: { ...emptyCounter, p: n ? { guest: n } : {} },
  d: { sku: ['SOFA', at(1)], ...d },
});
const copyOf = (n: number, f: number, of: string = ana) => lineOf(n, { fork: [{ of, n: f }, at(1)] });

type Way = { policy?: LinePolicy; guest?: string; of?: string };
const how = ({ policy = 'lineage', guest = 'g1', of = ana }: Way = {}): HowMerged => ({
  policy,
  customer: of,
  share: `g:${guest}`,
  stamp: ofMerge(guest),
});
/** What a merge left: the line, and what undoes it. */
const mergedInto = (before: Line, guest: Line, way?: Way) => {
  const merged = mergeLine(before, guest, how(way));
  const line = merged?.line ?? before;
  const undone = (later = line, id = 'r1') =>
    undoLine(later, merged?.effect ?? {}, {
      share: how(way).share,
      undo: `u:${id}`,
      stamp: [2_000, 0, `srv:u${id}`, 0],
    });
  return { merged, line, undone };
};
const quantity = ({ q }: Line) => quantityOf(q);

type Act = {
  readonly act: 'add' | 'set' | 'order' | 'part';
  readonly device: number;
  readonly n: number;
  readonly blind: boolean;
};
/** A line after a history of three devices, and of orders that were taken whole or in part. */
const histories: fc.Arbitrary<Line> = fc
  .array(
    fc.record<Act>({
      act: fc.constantFrom('add', 'set', 'order', 'part'),
      device: fc.nat(2),
      n: fc.nat(4),
      blind: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((acts) => {
    let madeMs = 1;
    const play = (q: Counter, { act, device, n, blind }: Act): Counter => {
      if (act === 'add') return addToCounter(q, { replica: `d${device}`, n: n + 1 });
      if (act === 'set')
        return setCounter(q, { v: n, seen: blind ? {} : q.p, g: q.o.length, h: at(++madeMs, `d${device}`) });
      return orderFromCounter(q, { p: q.p, bought: act === 'order' ? quantityOf(q) : Math.min(1, quantityOf(q)) });
    };
    return { q: acts.reduce(play, emptyCounter), d: { sku: ['SOFA', at(1)] } };
  });
const some = fc.nat(6);
const lines = fc.oneof(
  fc.tuple(some).map(([n]) => lineOf(n)),
  fc.tuple(some, some).map(([n, f]) => copyOf(n, f + 1)),
);
const ways = fc.constantFrom<LinePolicy>('lineage', 'max', 'sum', 'guest', 'checkout', 'customer', 'separate');
const cases = fc.tuple(histories, lines, ways);

const addLater = (line: Line, n: number) => ({ ...line, q: addToCounter(line.q, { replica: 'd9', n }) });
const setLater = (line: Line, v: number) => ({
  ...line,
  q: setCounter(line.q, { v, seen: line.q.p, g: line.q.o.length, h: at(1_500) }),
});
const buyAll = (line: Line) => ({
  ...line,
  q: orderFromCounter(line.q, { p: line.q.p, bought: quantityOf(line.q) }),
});

describe('a copy of a line that its customer had', () => {
  const keepsWhatBothLowered =
    (model: typeof mergeLine) =>
    ([line, more]: readonly [Line, number]) => {
      const c = quantity(line);
      same(quantity(model(line, copyOf(c, c + more + 1), how())?.line ?? line), c);
    };
  it('and that both lowered to the same quantity keeps it', () => {
    holds(fc.tuple(histories, some), keepsWhatBothLowered(mergeLine));
  });
  it('is lowered twice by `c + q − f` alone, and that is found', () => {
    const literal: typeof mergeLine = (before, guest, way) => {
      const merged = mergeLine(before, guest, way);
      const f = forkOf(guest.d)?.n ?? 0;
      const v = Math.max(0, quantityOf(before?.q ?? emptyCounter) + quantity(guest) - f);
      return before && { outcome: 'lowered', from: 0, to: v, wanted: v, ...merged, line: setLater(before, v) };
    };
    isCaught(fc.tuple(histories, some), keepsWhatBothLowered(literal));
  });
  it('changes nothing in ten sign-outs and sign-ins without a change, whatever the policy', () => {
    holds(fc.tuple(histories, ways), ([line, policy]) => {
      const c = quantity(line);
      let now = line;
      for (let n = 0; n < 10 && c; n++)
        now = mergedInto(now, copyOf(quantity(now), quantity(now)), { policy, guest: `g${n}` }).line;
      same(quantity(now), c);
    });
  });
  it('would be doubled by a sum that did not take the copy off, and that is found', () => {
    isCaught(histories, (line) => {
      const c = quantity(line);
      if (c) same(quantity(mergedInto(line, lineOf(c), { policy: 'sum' }).line), c);
    });
  });
  it('never takes more from a line than the guest took away, nor leaves more than both', () => {
    holds(fc.tuple(histories, some, some), ([line, q, f]) => {
      const c = quantity(line);
      const left = quantity(mergedInto(line, copyOf(q, f + 1)).line);
      expect(left).toBeGreaterThanOrEqual(Math.max(0, c + Math.min(0, q - f - 1)));
      expect(left).toBeLessThanOrEqual(c + Math.max(0, q - f - 1));
    });
  });
});

describe('undoing a merge', () => {
  it('right after it restores the quantity', () => {
    holds(cases, ([line, guest, policy]) => {
      const { undone } = mergedInto(line, guest, { policy });
      same([quantity(undone().line), undone().aside], [quantity(line), 0]);
    });
  });
  it('twice is once, and nobody has seen more than was added', () => {
    holds(fc.tuple(cases, some), ([[line, guest, policy], n]) => {
      const { line: merged, undone } = mergedInto(line, guest, { policy });
      const once = undone(n ? addLater(merged, n) : merged);
      same(undone(once.line), once);
      same(undone(setLater(once.line, n)).aside, 0);
      const { p, s } = once.line.q;
      for (const [replica, seen] of Object.entries(s)) expect(seen).toBeLessThanOrEqual(p[replica] ?? 0);
    });
  });
  it('leaves a quantity that was set since', () => {
    holds(fc.tuple(cases, some), ([[line, guest, policy], v]) => {
      const { line: merged, undone } = mergedInto(line, guest, { policy });
      same(quantity(undone(setLater(merged, v)).line), v);
    });
  });
  it('leaves adds that came since in full', () => {
    holds(fc.tuple(cases, some), ([[line, guest, policy], n]) => {
      const { line: merged, undone } = mergedInto(line, guest, { policy });
      same(quantity(undone(addLater(merged, n + 1)).line), quantity(line) + n + 1);
    });
  });
  it('is the same with a fold in between', () => {
    holds(fc.tuple(cases, some, fc.boolean()), ([[line, guest, policy], n, isBought]) => {
      const { line: merged, undone } = mergedInto(line, guest, { policy });
      const later = addLater(isBought ? buyAll(merged) : merged, n + 1);
      const isGone = (replica: string) => !/^[gu]:/.test(replica);
      const folded = { ...later, q: foldCounter(later.q, { version: 9, isGone }) };
      same(quantity(folded), quantity(later));
      same(quantity(undone(folded).line), quantity(undone(later).line));
    });
  });
  it('brings back nothing of what was bought since', () => {
    holds(cases, ([line, guest, policy]) => {
      const { line: merged, undone } = mergedInto(line, guest, { policy });
      same(quantity(undone(buyAll(merged)).line), 0);
    });
  });
});

it('a copy lowered while its line was bought or set elsewhere is set aside, not put back', () => {
  const { line, undone } = mergedInto(lineOf(4), copyOf(1, 4));
  expect(quantity(line)).toBe(1);
  for (const later of [buyAll(line), setLater(line, 2)]) expect(undone(later).aside).toBe(3);
});

// The worked cases of docs/MERGING.md. The customer has `c`, the guest `q`, of a copy of `f`.
const worked: readonly (readonly [
  words: string,
  c: number,
  q: number,
  f: number,
  policy: LinePolicy,
  expected: number,
])[] = [
  ['customer 3, copied, the guest adds 1', 3, 4, 3, 'lineage', 4],
  ['the same, and another device has added 2 meanwhile', 5, 4, 3, 'lineage', 6],
  ['the same by `sum`: the copy is no second cart', 3, 4, 3, 'sum', 4],
  ['the same by `max`, another device has added 2', 5, 4, 3, 'max', 6],
  ['the same by `guest`: their cart goes on as it is', 5, 4, 3, 'guest', 4],
  ['the same by `customer`', 5, 4, 3, 'customer', 5],
  ['the guest takes 1 away', 3, 2, 3, 'lineage', 2],
  ['the guest removes it', 3, 0, 3, 'lineage', 0],
  ['the guest removes it, another device has added 2 meanwhile', 5, 0, 3, 'lineage', 2],
  ['both take 1 away', 2, 2, 3, 'lineage', 2],
  ['another device removes it, the guest does nothing', 0, 3, 3, 'lineage', 0],
  ['another device removes it, the guest adds 1', 0, 4, 3, 'lineage', 1],
  ['no copy: 1 on the laptop, 1 on the phone as a guest', 1, 1, 0, 'lineage', 1],
];

describe('the worked cases', () => {
  it.each(worked)('%s', (_, c, q, f, policy, expected) => {
    expect(quantity(mergedInto(lineOf(c), f ? copyOf(q, f) : lineOf(q), { policy }).line)).toBe(expected);
  });
  it('stand in docs/MERGING.md, in the same words', () => {
    const page = readFileSync(new URL('../../docs/MERGING.md', import.meta.url), 'utf8');
    const from = page.indexOf('### Worked cases of a copy');
    const rows = page.slice(from, page.indexOf('`test/core/merge-line.test.ts`', from)).split('\n');
    expect(rows.filter((line) => /^\| .* \| \d+ \|$/.test(line))).toEqual(
      worked.map(([words, , , , , expected]) => `| ${words} | ${expected} |`),
    );
  });
  it('give reasons that are explained', () => {
    const added = mergedInto(lineOf(1), copyOf(2, 1, 'c_ben')).merged?.reason ?? '';
    expect(Object.keys(mergeReasons)).toContain(added);
  });
});

describe("another customer's copy", () => {
  const bens = (n: number, f: number, policy?: LinePolicy) =>
    mergedInto(lineOf(2), copyOf(n, f, 'c_ben'), policy ? { policy } : {}).merged;
  it('stays behind, and is named nowhere', () => {
    for (const n of [3, 1, 0]) expect(bens(n, 3)).toBeUndefined();
    expect(bens(3, 3, 'guest')).toBeUndefined();
  });
  const acted = (acts: (q: Counter) => Counter, n = 3) => {
    const { q, d } = copyOf(n, n, 'c_ben');
    return mergedInto(lineOf(0), { q: acts(q), d }).line;
  };
  const addMore = (q: Counter, n: number) => addToCounter(q, { replica: 'guest', n });
  const setAll = (q: Counter, v: number, seen = q.p) => setCounter(q, { v, seen, g: q.o.length, h: at(5) });
  const buy = (q: Counter, bought: number) => orderFromCounter(q, { p: q.p, bought });
  it.each<readonly [string, (q: Counter) => Counter, number]>([
    ['took it out', (q) => setAll(q, 0), 0],
    ['took it out and added two', (q) => addMore(setAll(q, 0), 2), 2],
    ['took it out and added five', (q) => addMore(setAll(q, 0), 5), 5],
    ['left one of it and added two', (q) => addMore(setAll(q, 1), 2), 2],
    ['added two and left four', (q) => setAll(addMore(q, 2), 4), 1],
    ['bought it and added two', (q) => addMore(buy(q, 3), 2), 2],
    ['bought one of it and added two', (q) => addMore(buy(q, 1), 2), 2],
    ['added two and bought one', (q) => buy(addMore(q, 2), 1), 1],
    ['set it without having seen the copy', (q) => setAll(q, 1, {}), 1],
  ])('gives them what they put in themselves, where the guest %s', (_, acts, expected) => {
    expect(quantity(acted(acts))).toBe(expected);
  });
  it('is never theirs, whatever the guest did', () => {
    const acts = fc.array(fc.tuple(fc.constantFrom('add', 'set', 'buy'), some), { maxLength: 6 });
    holds(fc.tuple(acts, some), ([done, copied]) => {
      let own = 0;
      const line = acted(
        (q) =>
          done.reduce((now, [act, n]) => {
            if (act === 'add') own += n + 1;
            if (act === 'add') return addMore(now, n + 1);
            const next =
              act === 'set' ? setAll(now, Math.min(n, quantityOf(now))) : buy(now, Math.min(n, quantityOf(now)));
            return next;
          }, q),
        copied + 1,
      );
      expect(quantity(line)).toBeLessThanOrEqual(own);
    });
  });
  it('brings what the guest added to it, by any policy', () => {
    expect(bens(6, 3)).toMatchObject({ outcome: 'raised', to: 3, reason: 'merge/other-customer' });
    expect(bens(6, 3, 'sum')).toMatchObject({ to: 5, reason: 'merge/other-customer' });
    expect(bens(4, 3, 'guest')).toMatchObject({ outcome: 'lowered', to: 1 });
  });
  it('never becomes a detail of the line', () => {
    const { line } = mergedInto({ q: emptyCounter, d: {} }, copyOf(4, 3, 'c_ben'));
    expect([quantity(line), Object.keys(line.d)]).toEqual([1, ['sku']]);
  });
  const told: FieldMap = { title: ['Sofa', at(1)], price: [{ amountMinor: 1 }, at(1)], note: ['for Ben', at(1)] };
  const withDetails = (before: Line, d: FieldMap, way?: Way) => {
    const guest = copyOf(4, 3, 'c_ben');
    return mergedInto(before, { ...guest, d: { ...guest.d, ...told, ...d } }, way);
  };
  it('says which article it is and how it looks, and not what the other customer was told of it', () => {
    expect(Object.keys(withDetails({ q: emptyCounter, d: {} }, {}).line.d).sort()).toEqual(['sku', 'title']);
    const { aside } = withDetails(lineOf(1), {}, { policy: 'separate' }).merged ?? {};
    expect(aside && Object.keys(aside.line.d).sort()).toEqual(['parked', 'sku', 'title']);
  });
  it('says what the guest was told of it since', () => {
    const price: FieldMap = { price: [{ amountMinor: 500, currency: 'EUR' }, at(2)] };
    expect(withDetails({ q: emptyCounter, d: {} }, price).line.d).toEqual({
      sku: ['SOFA', at(1)],
      title: told['title'],
      ...price,
    });
  });
});

describe('the details', () => {
  const title = (text: Json, wallMs: number, more: FieldMap = {}): FieldMap => ({ title: [text, at(wallMs)], ...more });
  const of = (mine: Line, guest: Line, way?: Way) => mergedInto(mine, guest, way).line.d;
  it('of both: the newer of each, but the price that the customer was told', () => {
    const price: FieldMap = { price: [{ amountMinor: 100, currency: 'EUR' }, at(2)] };
    const guestPrice: FieldMap = { price: [{ amountMinor: 1, currency: 'EUR' }, at(9)] };
    const d = of(lineOf(1, title('Old', 1, price)), lineOf(2, title('New', 5, guestPrice)));
    expect(d).toMatchObject({ title: ['New', at(5)], ...price });
    expect(of(lineOf(1), lineOf(2, guestPrice))).toMatchObject(guestPrice);
    expect(of(lineOf(0, price), lineOf(2, guestPrice))).toMatchObject(guestPrice);
  });
  it('of a copy say nothing new', () => {
    const copy = copyOf(4, 3);
    const d = of(lineOf(3, title('Now', 2)), { ...copy, d: { ...copy.d, ...title('Then', 5), image: ['x', at(5)] } });
    expect(d).toMatchObject({ title: ['Now', at(2)], image: ['x', at(5)] });
    expect(d).not.toHaveProperty('fork');
  });
  it.each([[null], ['text'], [{ of: ana }], [{ of: 1, n: 1 }], [{ of: ana, n: -1 }], [{ of: ana, n: 1.5 }]])(
    'make no copy with %j',
    (fork) => {
      const { line } = mergedInto(lineOf(2), lineOf(3, { fork: [fork, at(1)] }));
      expect([quantity(line), line.d.fork]).toEqual([3, undefined]);
    },
  );
});

describe('a line set aside', () => {
  const aside = (n: number, reason = 'theirs') => lineOf(n, { parked: [reason, at(2)] });
  const backAsBefore = (before: Line, guest: Line, way?: Way) => {
    const { undone, line } = mergedInto(before, guest, way);
    expect([quantity(line) === quantity(before), parkedFor(line)]).toEqual([false, null]);
    return [quantity(undone().line), parkedFor(undone().line), undone().aside];
  };
  it('by the customer gives way to what the guest has, and undone is aside again', () => {
    expect(backAsBefore(aside(2), lineOf(5))).toEqual([2, 'theirs', 0]);
  });
  it('stays out of the cart that somebody has put more into since', () => {
    const { line, undone } = mergedInto(aside(2), lineOf(5));
    const { line: after, aside: left } = undone(addLater(line, 1));
    expect([quantity(after), parkedFor(after), left]).toEqual([1, null, 2]);
  });
  it('by somebody since stays where they put it', () => {
    const { line, undone } = mergedInto(aside(2), lineOf(5));
    const later = { ...line, d: { ...line.d, parked: ['refused', at(1_800)] as const } };
    expect(parkedFor(undone(later).line)).toBe('refused');
    expect(parkedFor(undone({ q: line.q, d: {} }).line)).toBeNull();
  });
  it('by the guest is no change of a copy', () => {
    const parkedCopy = (q: number) => ({ ...copyOf(q, 3), d: { ...copyOf(q, 3).d, parked: ['sold', at(3)] as const } });
    for (const q of [2, 3, 4])
      expect(mergedInto(lineOf(3), parkedCopy(q)).merged).toMatchObject({ outcome: 'kept', to: 3 });
    expect(mergedInto(aside(3), copyOf(1, 3)).merged).toMatchObject({ outcome: 'kept', to: 3 });
  });
  it('on both sides stays, and by the guest alone comes along aside, or not with their cart', () => {
    expect(mergedInto(aside(2), aside(5, 'guests')).merged?.outcome).toBe('kept');
    expect(mergedInto(aside(2), aside(5, 'guests'), { policy: 'guest' }).merged?.outcome).toBe('kept');
    expect(mergedInto(lineOf(2), aside(5), { policy: 'guest' }).merged).toBeUndefined();
    expect(mergedInto(lineOf(0), aside(5)).line.d.parked?.[0]).toBe('theirs');
  });
});

describe('a server that was put back', () => {
  const had = (n: number, brought: number): Line => ({
    ...lineOf(0),
    q: { ...emptyCounter, p: { d1: n, 'g:g1': brought } },
  });
  it('counts what the guest has beyond what they brought before', () => {
    expect(mergedInto(had(1, 2), lineOf(4)).merged).toMatchObject({ outcome: 'raised', from: 3, to: 4 });
    expect(mergedInto(had(1, 2), lineOf(2)).merged).toMatchObject({ outcome: 'kept', to: 3 });
    expect(mergedInto(had(1, 2), copyOf(6, 3)).merged).toMatchObject({ to: 4 });
    const removed = { ...had(0, 2), q: { ...had(0, 2).q, s: { 'g:g1': 2 } } };
    expect(mergedInto(removed, lineOf(2)).merged).toBeUndefined();
  });
  it('takes nothing away a second time of what the customer has put into the cart since', () => {
    const twice = (mine: Line, guest: Line, { again = guest, ...way }: Way & { again?: Line } = {}) =>
      quantity(mergedInto(addLater(mergedInto(mine, guest, way).line, 3), again, way).line);
    for (const policy of ['guest', 'checkout'] as const) {
      expect([5, 2, 1].map((c) => twice(lineOf(c), lineOf(2), { policy }))).toEqual([5, 5, 5]);
      expect(twice(lineOf(5), lineOf(2), { policy, again: lineOf(4) })).toBe(5);
    }
    // A copy of which two were taken away, by both at first, and later one more.
    expect([5, 3].map((c) => twice(lineOf(c), copyOf(3, 5)))).toEqual([6, 6]);
    expect(twice(lineOf(5), copyOf(3, 5), { again: copyOf(2, 5) })).toBe(5);
    const { line, undone } = mergedInto(lineOf(5), lineOf(2), { policy: 'checkout' });
    expect([quantity(line), quantity(undone().line)]).toEqual([2, 5]);
  });
});

it('a line is cut to the maximum, never below what it was', () => {
  expect(mergedInto(lineOf(600), lineOf(600), { policy: 'sum' }).merged).toMatchObject({
    outcome: 'raised',
    to: 999,
    wanted: 1_200,
    reason: 'merge/over-maximum',
  });
  expect(mergedInto(lineOf(1_200), lineOf(5), { policy: 'sum' }).merged).toMatchObject({ outcome: 'kept', to: 1_200 });
});

describe('a line of its own beside the one in the cart', () => {
  const besideOf = (mine: Line, guest: Line, policy: LinePolicy) => {
    const aside = mergedInto(mine, guest, { policy }).merged?.aside;
    return aside && [quantity(aside.line), parkedFor(aside.line), aside.reason, 'fork' in aside.line.d];
  };
  it('holds what the customer had beyond the cart that is paid', () => {
    expect(besideOf(lineOf(5), lineOf(2), 'checkout')).toEqual([3, 'merge/checkout', 'merge/checkout', false]);
    expect(besideOf(lineOf(2), lineOf(5), 'checkout')).toBeUndefined();
    expect(besideOf(lineOf(5), lineOf(2), 'guest')).toBeUndefined();
  });
  it('names its article also where only the guest’s did', () => {
    const nameless: Line = { ...lineOf(5), d: { title: ['Sofa', at(2)] } };
    expect(mergedInto(nameless, lineOf(2), { policy: 'checkout' }).merged?.aside?.line.d).toMatchObject({
      sku: ['SOFA', at(1)],
      title: ['Sofa', at(2)],
    });
  });
  it('holds the guest’s where the site keeps them apart, but of a copy only changes count', () => {
    expect(besideOf(lineOf(5), lineOf(2), 'separate')).toEqual([2, 'merge/separate', 'merge/separate', false]);
    expect(besideOf(lineOf(5), copyOf(7, 5, 'c_ben'), 'separate')).toEqual([
      2,
      'merge/separate',
      'merge/separate',
      false,
    ]);
    expect(besideOf(lineOf(0), lineOf(2), 'separate')).toBeUndefined();
    expect(mergedInto(lineOf(5), copyOf(7, 5), { policy: 'separate' }).merged).toMatchObject({
      outcome: 'raised',
      to: 7,
    });
    expect(besideOf(lineOf(5), lineOf(2_000), 'separate')?.[0]).toBe(999);
  });
});

describe('the currency of a line', () => {
  const priced = (currency: Json) => lineOf(2, { price: [{ amountMinor: 1, currency }, at(3)] });
  const placeIn = (currencies: readonly string[], guest: Line, policy: LinePolicy = 'lineage', mine = lineOf(0)) => {
    const merged = mergeLine(mine, guest, { ...how({ policy }), currencies: new Set(currencies) });
    return [merged?.outcome, merged?.line && parkedFor(merged.line)];
  };
  it('other than the cart’s sets it aside, unless the line is there or the guest’s cart goes on', () => {
    expect(placeIn(['EUR'], priced('USD'))).toEqual(['parked', 'merge/other-currency']);
    expect(placeIn(['EUR'], priced('EUR'))).toEqual(['added', null]);
    expect(placeIn([], priced('USD'))).toEqual(['added', null]);
    expect(placeIn(['EUR'], priced(7))).toEqual(['added', null]);
    expect(placeIn(['EUR'], lineOf(2))).toEqual(['added', null]);
    expect(placeIn(['EUR'], priced('USD'), 'checkout')).toEqual(['added', null]);
    expect(placeIn(['EUR'], priced('USD'), 'lineage', lineOf(1))).toEqual(['raised', null]);
    expect(currencyOf(priced('USD').d)).toBe('USD');
  });
});
