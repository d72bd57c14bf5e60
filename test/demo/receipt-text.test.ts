import { describe, expect, it } from 'vitest';
import { receiptSummary, receiptText, undoneText } from '../../examples/demo/shop/public/receipt-text.js';
import { mergeReasons } from '../../src/core/merge-reasons.ts';
import type { Receipt } from '../../src/core/receipt.ts';

const nothing: Receipt = {
  id: 'r',
  guest: 'g',
  atMs: 0,
  policy: 'max',
  added: [],
  raised: [],
  lowered: [],
  kept: [],
  parked: [],
  clamped: [],
  dropped: [],
  reasons: {},
};
const lineOf = (key: string) => ({ title: key.toUpperCase(), quantity: 3 });
const texts = (receipt: Partial<Receipt>) => receiptText({ ...nothing, ...receipt }, lineOf);

describe('the demo’s receipt', () => {
  it('says of every line in plain words what the merge did with it', () => {
    expect(
      texts({
        added: ['lamp'],
        raised: [['sofa', 1, 2]],
        lowered: [['rug', 5, 4]],
        kept: ['vase'],
        parked: ['desk'],
        clamped: [['mug', 1_200, 999]],
        dropped: ['bed'],
        reasons: { desk: 'merge/checkout', bed: 'merge/policy' },
      }),
    ).toEqual([
      'LAMP: only in the cart from before signing in. It came along.',
      'SOFA: your account had 1. Now 2.',
      'RUG: your account had 5. Now 4, as before signing in.',
      'VASE: in both carts. It stays 3.',
      'DESK: set aside, so that you pay only for what you saw.',
      'MUG: 1200 would be too many. Now 999.',
      'BED: left behind, since this shop has it so.',
    ]);
  });

  it('has words for every reason that a merge can give of a line', () => {
    for (const reason of Object.keys(mergeReasons).filter((code) => code !== 'merge/undone'))
      expect(texts({ parked: ['desk'], reasons: { desk: reason } })).toEqual([
        expect.stringMatching(/^DESK: set aside, (since|so that) .+\.$/),
      ]);
    expect(texts({ parked: ['desk'], reasons: { desk: 'merge/of-a-later-release' } })).toEqual(['DESK: set aside.']);
  });

  it('sums up in one line', () => {
    expect(receiptSummary({ ...nothing, added: ['a', 'b'], kept: ['c'] })).toBe('2 came along, 1 unchanged');
    expect(receiptSummary(nothing)).toBe('');
  });

  it('says what taking it back changed, and nothing of what stayed', () => {
    const before = new Map([
      ['lamp', 1],
      ['sofa', 2],
      ['vase', 1],
    ]);
    const after = new Map([
      ['sofa', 1],
      ['vase', 1],
      ['desk', 2],
    ]);
    expect(undoneText(before, after, (key: string) => key.toUpperCase())).toEqual([
      'LAMP: taken out again.',
      'SOFA: 2 became 1.',
      'DESK: back in the cart, 2.',
    ]);
  });
});
