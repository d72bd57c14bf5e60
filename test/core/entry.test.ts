import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { emptyCounter, quantityOf } from '../../src/core/counter.ts';
import { changeEntry, emptyEntry, fitsKind, type Kind, seenStamp } from '../../src/core/entry.ts';
import { fieldValues } from '../../src/core/field-map.ts';
import { isPresent, wantFlag } from '../../src/core/flag.ts';
import { emptyRegister, joinRegisters } from '../../src/core/register.ts';
import { type Stamp, zeroStamp } from '../../src/core/stamp.ts';

const at = (wallMs: number, seq = 1): Stamp => [wallMs, 0, 'phone', seq];
const by = (wallMs: number) => ({ h: at(wallMs), replica: 'phone' });

const put: Change = { t: 'put', v: 'EUR' };
const patch: Change = { t: 'patch', f: { title: 'Sofa' } };
const add: Change = { t: 'add', n: 2, f: { sku: 'SOFA-3' } };
const set: Change = { t: 'set', v: 5, seen: {}, g: 0 };
const want: Change = { t: 'want', on: true, n: 0 };
const order: Change = { t: 'order', orderId: 'o-1', lines: [], seen: {} };
const nop: Change = { t: 'nop' };
const all = [put, patch, add, set, want, order, nop];

describe('which changes a kind takes', () => {
  const taken: Record<Kind, readonly Change[]> = {
    reg: [put],
    map: [patch],
    ctr: [add, set],
    flag: [want],
    auth: [],
    line: [add, set, patch],
  };
  it.each(Object.entries(taken))('%s takes its own and no other', (kind, changes) => {
    expect(all.filter((change) => fitsKind(kind as Kind, change.t))).toEqual(
      all.filter((change) => changes.includes(change)),
    );
  });
  it.each(Object.entries(taken))('%s stays as it is under a change that it does not take', (kind, changes) => {
    for (const change of all.filter((other) => !changes.includes(other))) {
      const empty = emptyEntry(kind as Kind);
      expect(changeEntry(kind as Kind, empty, change, by(9))).toEqual(empty);
    }
  });
});

describe('a register', () => {
  it('has the value of the latest put', () => {
    const early = changeEntry('reg', emptyRegister, put, by(5));
    const late = changeEntry('reg', early, { t: 'put', v: 'USD' }, by(7));
    expect(late).toEqual({ v: 'USD', h: at(7) });
    expect(changeEntry('reg', late, put, by(6))).toBe(late);
  });
  it('is deleted by null', () => {
    expect(changeEntry('reg', { v: 'EUR', h: at(5) }, { t: 'put', v: null }, by(6)).v).toBeNull();
  });
  it('decides equal stamps by the text of the value, on either side', () => {
    const [a, b] = [
      { v: 'a', h: at(1) },
      { v: 'b', h: at(1) },
    ];
    expect(joinRegisters(a, b)).toBe(b);
    expect(joinRegisters(b, a)).toBe(b);
  });
});

describe('a map', () => {
  it('takes each field by its own stamp', () => {
    const early = changeEntry('map', {}, { t: 'patch', f: { name: 'Ana', city: 'Oslo' } }, by(5));
    const late = changeEntry('map', early, { t: 'patch', f: { name: 'Ane' } }, by(6));
    const older = changeEntry('map', late, { t: 'patch', f: { name: 'Anna', city: 'Rome' } }, by(4));
    expect(fieldValues(older)).toEqual({ name: 'Ane', city: 'Oslo' });
  });
  it('keeps a deleted field as a stamp without a value, so that an older write does not bring it back', () => {
    const gone = changeEntry('map', {}, { t: 'patch', f: { name: null } }, by(5));
    expect(gone).toEqual({ name: [null, at(5)] });
    expect(fieldValues(changeEntry('map', gone, { t: 'patch', f: { name: 'Ana' } }, by(4)))).toEqual({});
  });
  it('has fields with the names of inherited members', () => {
    const named = changeEntry('map', {}, { t: 'patch', f: { toString: 'a', valueOf: 'b' } }, by(5));
    expect(fieldValues(named)).toEqual({ toString: 'a', valueOf: 'b' });
  });
});

describe('a flag', () => {
  it('is on after an odd number of turns', () => {
    const on = changeEntry('flag', emptyEntry('flag'), want, by(1));
    expect(isPresent(on)).toBe(true);
    expect(isPresent(changeEntry('flag', on, { t: 'want', on: false, n: 1 }, by(2)))).toBe(false);
  });
  it('turns once when two devices want the same', () => {
    const on = wantFlag(wantFlag({ n: 0 }, { on: true, seenN: 0 }), { on: true, seenN: 0 });
    expect(on).toEqual({ n: 1 });
  });
  it('stays as it is when it is so already', () => {
    expect(wantFlag({ n: 3 }, { on: true, seenN: 3 })).toEqual({ n: 3 });
    expect(wantFlag({ n: 4 }, { on: false, seenN: 4 })).toEqual({ n: 4 });
  });
  it('follows the want that had seen the other', () => {
    expect(wantFlag({ n: 3 }, { on: false, seenN: 1 })).toEqual({ n: 3 });
    expect(wantFlag({ n: 3 }, { on: false, seenN: 3 })).toEqual({ n: 4 });
  });
});

describe('a line', () => {
  it('counts and describes', () => {
    const line = changeEntry('line', emptyEntry('line'), add, by(5));
    expect(quantityOf(line.q)).toBe(2);
    expect(fieldValues(line.d)).toEqual({ sku: 'SOFA-3' });
    const described = changeEntry('line', line, patch, by(6));
    expect(fieldValues(described.d)).toEqual({ sku: 'SOFA-3', title: 'Sofa' });
    const more = changeEntry('line', described, set, by(7));
    expect([quantityOf(more.q), more.d]).toEqual([7, described.d]);
  });
});

describe('what a change had seen', () => {
  const line = {
    q: { ...emptyCounter, b: [2, at(8), 0] as const },
    d: { title: ['Sofa', at(6)] as const, url: ['/sofa', at(9)] as const },
  };
  const sawBase = (bh: Stamp): Change => ({ ...set, bh });
  const sawFields = (fb: Record<string, Stamp>): Change => ({ t: 'patch', f: {}, fb });
  it.each<[string, Kind, object, Change, Stamp]>([
    ['the stamp of the value', 'reg', { v: 1, h: at(8) }, { ...put, bh: at(8) }, at(8)],
    ['an older stamp of the value', 'reg', { v: 1, h: at(8, 2) }, { ...put, bh: at(7) }, at(7)],
    [
      'the stamp that a restored server gave the same value anew',
      'reg',
      { v: 1, h: at(8) },
      { ...put, bh: at(7) },
      at(8),
    ],
    [
      'its own, where another replica has that number',
      'reg',
      { v: 1, h: [8, 0, 'tablet', 1] },
      { ...put, bh: at(7) },
      at(7),
    ],
    ['no stamp that the entry has not reached', 'reg', { v: 1, h: at(8) }, { ...put, bh: at(8, 2) }, zeroStamp],
    ['nothing, when it names nothing', 'reg', { v: 1, h: at(8) }, put, zeroStamp],
    ['the stamp of the base', 'ctr', line.q, sawBase(at(8)), at(8)],
    ["the stamp of a line's base", 'line', line, sawBase(at(8)), at(8)],
    ['the latest of the fields it saw', 'line', line, sawFields({ title: at(6), url: at(9) }), at(9)],
    ['base and fields alike', 'line', line, { t: 'set', v: 5, seen: {}, g: 0, bh: at(8), fb: { title: at(6) } }, at(8)],
    ['fields of a map', 'map', line.d, sawFields({ title: at(6) }), at(6)],
    ['no field that the entry lacks', 'map', line.d, sawFields({ toString: at(1) }), zeroStamp],
    ['no fields in a kind without', 'ctr', line.q, { t: 'add', n: 1, fb: { title: at(1) } }, zeroStamp],
    [
      'no fields in a kind without, whatever they are called',
      'ctr',
      line.q,
      { t: 'add', n: 1, fb: { b: at(8) } },
      zeroStamp,
    ],
    ['no base in a kind without', 'map', line.d, sawBase(at(8)), zeroStamp],
  ])('is %s', (_, kind, state, change, expected) => {
    expect(seenStamp(kind, state as never, change)).toEqual(expected);
  });
  it('holds after a round trip through JSON: equal is not the same object', () => {
    const seen = JSON.parse(JSON.stringify(at(8)));
    expect(seenStamp('reg', { v: 1, h: at(8) }, { ...put, bh: seen })).toEqual(at(8));
  });
});
