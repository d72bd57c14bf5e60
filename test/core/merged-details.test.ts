import { describe, expect, it } from 'vitest';
import { emptyCounter, quantityOf } from '../../src/core/counter.ts';
import type { FieldMap } from '../../src/core/field-map.ts';
import type { Line } from '../../src/core/line.ts';
import { type HowMerged, type LinePolicy, mergeLine, undoLine } from '../../src/core/merge-line.ts';
import type { Stamp } from '../../src/core/stamp.ts';

const at = (wallMs: number): Stamp => [wallMs, 0, 'phone', wallMs];
const lineOf = (p: Readonly<Record<string, number>>, d: FieldMap = {}): Line => ({
  q: { ...emptyCounter, p },
  d: { sku: ['SOFA', at(1)], ...d },
});
const how = (policy: LinePolicy): HowMerged => ({
  policy,
  customer: 'c_ana',
  share: 'g:g1',
  stamp: [1_000, 0, 'srv:g1', 0],
});
const undo = { share: 'g:g1', undo: 'u:r1', stamp: [2_000, 0, 'srv:u', 0] as Stamp };
const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const mergedOf = (before: Line, guest: Line, policy: LinePolicy) => {
  const merged = mergeLine(before, guest, how(policy));
  if (!merged?.line || !merged.effect) throw new Error('nothing was merged');
  return { ...merged, line: merged.line, effect: merged.effect };
};
const priceOf = ({ d }: Line) => d.price?.[0];

it("of another customer's copy a line keeps its article and how it is shown, and no price", () => {
  const article: FieldMap = {
    properties: [{ colour: 'oak' }, at(2)],
    seller: ['s1', at(2)],
    sellingPlan: ['monthly', at(2)],
  };
  const shown: FieldMap = { title: ['A sofa', at(2)], url: ['/sofa', at(2)], image: ['/sofa.avif', at(2)] };
  const copy = lineOf(
    { guest: 3 },
    { ...article, ...shown, price: [euros(90), at(2)], fork: [{ of: 'c_bob', n: 1 }, at(2)] },
  );
  const merged = mergedOf(lineOf({}, {}), copy, 'lineage');
  expect(merged.to).toBe(2);
  expect(merged.line.d).toEqual({ sku: ['SOFA', at(1)], ...article, ...shown });
});

describe('where the guest goes on', () => {
  const mine = (d: FieldMap) => lineOf({ home: 2 }, d);
  const theirs = (d: FieldMap) => lineOf({ guest: 1 }, d);

  it('a line has the price that the guest was told, and after an undo the one before', () => {
    const merged = mergedOf(mine({ price: [euros(100), at(9)] }), theirs({ price: [euros(90), at(2)] }), 'guest');
    expect(priceOf(merged.line)).toEqual(euros(90));
    const { line } = undoLine(merged.line, merged.effect, undo);
    expect([priceOf(line), quantityOf(line.q)]).toEqual([euros(100), 2]);
  });

  it('a price that somebody was told since stays when that is undone', () => {
    const merged = mergedOf(mine({ price: [euros(100), at(9)] }), theirs({ price: [euros(90), at(2)] }), 'guest');
    const since = { ...merged.line, d: { ...merged.line.d, price: [euros(80), at(5_000)] } as FieldMap };
    expect(priceOf(undoLine(since, merged.effect, undo).line)).toEqual(euros(80));
  });

  it('a line that had no price has none after an undo', () => {
    const merged = mergedOf(mine({}), theirs({ price: [euros(90), at(2)] }), 'guest');
    expect(priceOf(merged.line)).toEqual(euros(90));
    expect(priceOf(undoLine(merged.line, merged.effect, undo).line)).toBeNull();
  });

  it('a guest who was told no price leaves the one that is there', () => {
    const merged = mergedOf(mine({ price: [euros(100), at(9)] }), theirs({}), 'guest');
    expect(priceOf(merged.line)).toEqual(euros(100));
    expect(merged.effect.priced).toBeUndefined();
  });

  it('what it cut off remembers how much of that other merges had brought', () => {
    const merged = mergedOf(lineOf({ home: 1, 'g:g0': 2, 'g:gone': 0 }), theirs({}), 'guest');
    expect(merged.effect.cut).toMatchObject({ n: 2, of: { 'g:g0': 2 } });
  });
});
