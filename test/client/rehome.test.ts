import { describe, expect, it } from 'vitest';
import type { OutEntry } from '../../src/client/records.ts';
import { asLate, linesBehind, rehome } from '../../src/client/rehome.ts';
import type { Fields } from '../../src/core/change.ts';
import type { FieldMap } from '../../src/core/field-map.ts';
import type { Line } from '../../src/core/line.ts';
import { at, entry, line } from './out-entries.ts';

describe('a change that goes to the customer', () => {
  const to = (lines: Record<string, Line> = {}, source?: Record<string, Fields>) => ({
    version: 12,
    replica: 'phone',
    line: (key: string) => lines[key],
    ...(source ? { source: (key: string) => source[key] } : {}),
  });
  const rehomed = (entries: readonly OutEntry[], where = to()) => rehome(entries, where).map(({ x }) => x);
  const set = (v: number, more: Partial<OutEntry> = {}, x: object = {}) =>
    entry(1, { x: { t: 'set', v, seen: { guest: 1 }, g: 1, ...x }, ...more });

  it('has no number, no replica, and is as new as the view it comes to', () => {
    const [moved] = rehome([entry(1, { r: 'guest', q: 3, at: 99 })], to());
    expect(moved).toEqual(entry(1, { at: 12, again: true }));
    expect(Object.keys(moved ?? {})).not.toContain('q');
    expect(rehome([entry(1)], to())).toEqual([entry(1, { at: 12 })]);
  });
  it('stays an add, without what it had seen', () => {
    expect(rehomed([entry(1, { x: { t: 'add', n: 2, f: { a: 1 }, fb: { a: at(1) } } })])).toEqual([
      { t: 'add', n: 2, f: { a: 1 } },
    ]);
  });
  it('brings the details of a line that is new there, its own words last', () => {
    const source = { sofa: { title: 'Sofa', sku: 'S' } };
    const add = entry(1, { x: { t: 'add', n: 1, f: { title: 'Couch' } } });
    expect(rehomed([add], to({}, source))).toEqual([{ t: 'add', n: 1, f: { title: 'Couch', sku: 'S' } }]);
    expect(rehomed([add], to({ sofa: line({ laptop: 1 }) }, source))).toEqual([add.x]);
    expect(rehomed([add], to({}, {}))).toEqual([add.x]);
    expect(rehomed([{ ...add, c: 'progress' }], to({}, source))).toEqual([add.x]);
    expect(rehomed([set(2)], to({}, source))).toMatchObject([{ t: 'set', v: 2, f: { title: 'Sofa', sku: 'S' } }]);
    expect(rehomed([set(2)], to({ sofa: line({ laptop: 1 }) }, source))[0]).not.toHaveProperty('f');
  });
  it('leaves at home the details of the line it was made on, where the line is there', () => {
    const own = { title: 'Couch' };
    const late = [
      entry(1, { x: { t: 'add', n: 1, f: { ...own, sku: 'S', parked: 'sold' } }, own }),
      set(2, { own: {} }),
    ];
    expect(
      rehome(late, to({ sofa: line({ laptop: 1 }) })).map(({ x, own }) => [x.t !== 'nop' && 'f' in x && x.f, own]),
    ).toEqual([
      [own, undefined],
      [{}, undefined],
    ]);
    expect(rehomed(late)[0]).toEqual({ t: 'add', n: 1, f: { ...own, sku: 'S', parked: 'sold' } });
  });
  it('that set a quantity keeps its distance from what was shown', () => {
    const lines = { sofa: line({ laptop: 4 }, { b: [0, at(3), 0], o: [1] }) };
    expect(rehomed([set(5, { from: 2 })], to(lines))).toEqual([
      { t: 'set', v: 7, seen: { laptop: 4, phone: 0 }, g: 1, bh: at(3) },
    ]);
    expect(rehomed([set(5)], to(lines))).toMatchObject([{ v: 5 }]);
  });
  it('that set a quantity of a line that is not there saw nothing', () => {
    expect(rehomed([set(5, { from: 2 }, { bh: at(1), fb: { a: at(1) } })])).toEqual([
      { t: 'set', v: 3, seen: { phone: 0 }, g: 0 },
    ]);
  });
  it('stays between none and the most a line shows', () => {
    expect(rehomed([set(0, { from: 2 })])).toMatchObject([{ v: 0 }]);
    expect(rehomed([set(999, { from: 2 })], to({ sofa: line({ laptop: 500 }) }))).toMatchObject([{ v: 999 }]);
    expect(rehomed([set(1, { from: 2 })], to({ sofa: line({ laptop: 5_000 }) }))).toMatchObject([{ v: 998 }]);
  });
  it('has seen the changes before it: adds and quantities of the same line', () => {
    const lines = { sofa: line({ phone: 1, laptop: 2 }) };
    const changes = [entry(1, { x: { t: 'add', n: 2 } }), entry(2, { x: { t: 'add', n: 1 } }), set(9, { from: 7 })];
    expect(rehomed(changes, to(lines))[2]).toMatchObject({ v: 8, seen: { phone: 4, laptop: 2 } });
    const twice = [set(4, { from: 1 }), set(6, { from: 4 })];
    expect(rehomed(twice, to(lines)).map((x) => x.t === 'set' && x.v)).toEqual([6, 8]);
  });
  it('of another collection is no line, whatever its key', () => {
    const lines = { sofa: line({ laptop: 4 }) };
    expect(rehomed([set(5, { from: 2, c: 'progress' })], to(lines))).toEqual([
      { t: 'set', v: 3, seen: { phone: 0 }, g: 0 },
    ]);
  });
  it('is newer than what it meets: values and fields without what they had seen', () => {
    const put = entry(1, { x: { t: 'put', v: 1, bh: at(1) } });
    const patch = entry(2, { x: { t: 'patch', f: { a: 1 }, fb: { a: at(1) } } });
    const nop = entry(3, { x: { t: 'nop' } });
    expect(rehomed([put, patch, nop])).toEqual([{ t: 'put', v: 1 }, { t: 'patch', f: { a: 1 } }, { t: 'nop' }]);
  });
  it('that is an order saw what the lines hold there', () => {
    const order = entry(1, {
      k: 'order-1',
      x: { t: 'order', orderId: 'order-1', lines: [], seen: { sofa: { guest: 2 }, lamp: { guest: 1 } } },
    });
    expect(rehomed([order], to({ sofa: line({ laptop: 4 }) }))).toEqual([
      { ...order.x, seen: { sofa: { laptop: 4 }, lamp: {} } },
    ]);
  });
  it('finds what is numbered already, which arrives ahead of it, once', () => {
    const add = (to: number, more: Partial<OutEntry> = {}) => entry(1, { r: 'before', q: 1, to, ...more });
    const behind = (...out: OutEntry[]) =>
      rehomed([set(1, { from: 3 })], { ...to(), line: linesBehind(out, to().line) });
    expect(behind(add(3))).toMatchObject([{ v: 1, seen: { before: 3 } }]);
    expect(behind(add(3), add(4))).toMatchObject([{ v: 2, seen: { before: 4 } }]);
    for (const other of [add(3, { k: 'lamp' }), add(3, { x: { t: 'nop' } }), entry(1)])
      expect(behind(other)).toMatchObject([{ v: 0, seen: { phone: 0 } }]);
    const known = (key: string) => linesBehind([add(3)], () => line({ before: 2, laptop: 1 }))(key)?.q.p;
    expect([known('sofa'), known('lamp')]).toEqual([
      { before: 3, laptop: 1 },
      { before: 2, laptop: 1 },
    ]);
  });

  it('finds a quantity that was set under an older number, and the stamp that the server said last', () => {
    const held = set(4, { r: 'before', q: 2 }, { seen: { before: 1 } });
    const known = (...out: readonly OutEntry[]) =>
      linesBehind(out, () => line({ before: 1, laptop: 2 }, { b: [2, at(1), 0] }))('sofa');
    expect(rehomed([set(1, { from: 4 })], { ...to(), line: () => known(held) })).toMatchObject([{ v: 1, bh: at(1) }]);
    expect(known(held)?.q).toMatchObject({ b: [4, at(1), 0], s: { before: 1, laptop: 2 } });
    for (const other of [{ ...held, k: 'lamp' }, set(4)]) expect(known(other)?.q.b[0]).toBe(2);
  });
});

describe("a guest's change that comes late", () => {
  const d: FieldMap = { title: ['Sofa', at(1)], sku: ['S', at(1)] };
  const lines: Record<string, Line> = { sofa: { ...line({ guest: 4 }), d } };
  const late = (entries: readonly OutEntry[], isFrozen = false) =>
    asLate(entries, { line: (key) => lines[key], isFrozen });
  const set = (v: number, more: Partial<OutEntry> = {}) =>
    entry(1, { x: { t: 'set', v, seen: { guest: 1 }, g: 0 }, ...more });

  it('has no number and no view, and says that it is late and may have been sent', () => {
    const x = { t: 'put', v: 1 } as const;
    const put = entry(1, { c: 'preferences', x, at: 99 });
    const marks = { at: 0, again: true, late: true } as const;
    expect(late([put])).toEqual([{ ...put, ...marks }]);
    expect(late([{ ...put, r: 'guest', q: 3, as: [9, 5] }])).toStrictEqual([{ ...put, ...marks }]);
  });
  it('of a quantity brings the details of its line, its own words last', () => {
    const add = entry(1, { x: { t: 'add', n: 1, f: { title: 'Couch' }, fb: { title: at(1) } } });
    expect(late([add])[0]).toMatchObject({
      x: { t: 'add', n: 1, f: { title: 'Couch', sku: 'S' } },
      own: { title: 'Couch' },
    });
    expect(late([set(2)])[0]?.own).toEqual({});
    expect(late([{ ...add, k: 'lamp' }])[0]).not.toHaveProperty('own');
    expect(late([{ ...add, k: 'lamp' }])[0]?.x).toEqual({ t: 'add', n: 1, f: { title: 'Couch' } });
    expect(late([set(2)])[0]?.x).toEqual({
      t: 'set',
      v: 2,
      seen: { guest: 1 },
      g: 0,
      f: { title: 'Sofa', sku: 'S' },
    });
  });
  it('of a line that is a copy does not say that it is one: it counts when it comes late again', () => {
    const fork: FieldMap = { ...d, fork: [{ of: 'ben', n: 2 }, at(1)] };
    const copies = { line: () => ({ ...line({ guest: 4 }), d: fork }), isFrozen: false };
    const once = asLate([entry(1), set(2)], copies);
    expect(once.map(({ x }) => 'f' in x && x.f)).toEqual(Array(2).fill({ title: 'Sofa', sku: 'S' }));
    expect(asLate(once, copies)).toHaveLength(2);
  });
  it('of another kind brings its own words alone, without what it had seen', () => {
    const put = entry(1, { c: 'preferences', x: { t: 'put', v: 1, bh: at(1) } });
    const patch = entry(2, { x: { t: 'patch', f: { title: 'Couch' }, fb: { title: at(1) } } });
    expect(late([put, patch]).map(({ x }) => x)).toEqual([
      { t: 'put', v: 1 },
      { t: 'patch', f: { title: 'Couch' } },
    ]);
  });
  it('that set a quantity says what was shown: the line, and the changes before it', () => {
    const shownTo = (...entries: OutEntry[]) => late(entries).map(({ from }) => from);
    expect(shownTo(set(2))).toEqual([4]);
    expect(shownTo(set(2, { k: 'lamp' }))).toEqual([0]);
    expect(shownTo(set(2), set(7), entry(3, { x: { t: 'add', n: 2 } }), set(1))).toEqual([4, 2, undefined, 9]);
    expect(shownTo(set(2), set(1, { k: 'lamp' }))).toEqual([4, 0]);
  });
  it('that knew what was shown keeps it', () => {
    expect(late([set(2, { from: 1 })])).toMatchObject([{ from: 1 }]);
  });
  it('says nothing of what was shown when it is an add, or when the lines have it in them', () => {
    for (const isFrozen of [false, true]) expect(late([entry(1)], isFrozen)[0]).not.toHaveProperty('from');
    expect(late([set(2)], true)[0]).not.toHaveProperty('from');
  });
});
