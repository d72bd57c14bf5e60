import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  addToCounter,
  type Counter,
  emptyCounter,
  joinCounters,
  orderFromCounter,
  quantityOf,
  setCounter,
} from '../../src/core/counter.ts';
import type { Stamp } from '../../src/core/stamp.ts';

// The worked cases of docs/MERGING.md, row by row.

const at = (wallMs: number): Stamp => [wallMs, 0, 'phone', wallMs];
const add =
  (n: number, replica = 'phone') =>
  (counter: Counter) =>
    addToCounter(counter, { replica, n });
const set =
  (v: number, wallMs: number, seen: Counter['p'] = {}, g = 0) =>
  (counter: Counter) =>
    setCounter(counter, { v, seen, g, h: at(wallMs) });
const order = (bought: number, p: Counter['p']) => (counter: Counter) => orderFromCounter(counter, { p, bought });
const quantityAfter = (...changes: ((counter: Counter) => Counter)[]) =>
  quantityOf(changes.reduce((counter, change) => change(counter), emptyCounter));

const cases: readonly (readonly [words: string, quantity: number, expected: number])[] = [
  ['nothing yet', quantityAfter(), 0],
  ['added 1, then 2, on one device', quantityAfter(add(1), add(2)), 3],
  ['added 1 and 2 on two devices, both offline', quantityAfter(add(1), add(2, 'laptop')), 3],
  ['set to 5 by somebody who saw the 2', quantityAfter(add(2), set(5, 1, { phone: 2 })), 5],
  ['set to 5 while another device adds 2', quantityAfter(add(2, 'laptop'), set(5, 1)), 7],
  ['set to 5, and earlier to 3 on a device that was offline', quantityAfter(set(5, 2), set(3, 1)), 5],
  ['added 2, removed', quantityAfter(add(2), set(0, 1, { phone: 2 })), 0],
  ['added 2, removed while another device adds 1', quantityAfter(add(2), add(1, 'laptop'), set(0, 1, { phone: 2 })), 1],
  [
    'removed on two devices, the adds of each seen by the other',
    quantityAfter(add(1), add(2, 'laptop'), set(0, 2, { laptop: 2 }), set(0, 1, { phone: 1 })),
    0,
  ],
  ['added 2, removed, added 1', quantityAfter(add(2), set(0, 1, { phone: 2 }), add(1)), 1],
  ['added 3, bought 2', quantityAfter(add(3), order(2, { phone: 3 })), 1],
  ['added 2, bought 2 while another device adds 1', quantityAfter(add(2), add(1, 'laptop'), order(2, { phone: 2 })), 1],
  [
    'added 2, bought 2, then set to 3 on a device that did not know of the order',
    quantityAfter(add(2), order(2, { phone: 2 }), set(3, 1, { phone: 2 })),
    1,
  ],
  ['the same, the order arriving second', quantityAfter(add(2), set(3, 1, { phone: 2 }), order(2, { phone: 2 })), 1],
  [
    'added 2, bought 2, then set to 3 on a device that knew of the order',
    quantityAfter(add(2), order(2, { phone: 2 }), set(3, 1, { phone: 2 }, 1)),
    3,
  ],
  ['added 2, bought 5', quantityAfter(add(2), order(5, { phone: 2 })), 0],
  ['added 2, bought in two orders of 2', quantityAfter(add(2), order(2, { phone: 2 }), order(2, { phone: 2 })), 0],
  [
    'added 3, bought 3, set to 1 by somebody who did not know, added 1, bought 1',
    quantityAfter(add(3), order(3, { phone: 3 }), set(1, 1, { phone: 3 }), add(1), order(1, { phone: 4 })),
    0,
  ],
  ['added 600 on each of two devices (999 are shown)', quantityAfter(add(600), add(600, 'laptop')), 1_200],
];

describe('a quantity', () => {
  it.each(cases)('%s', (_, quantity, expected) => {
    expect(quantity).toBe(expected);
  });
  it('has these cases in docs/MERGING.md, in the same words', () => {
    const page = readFileSync(new URL('../../docs/MERGING.md', import.meta.url), 'utf8');
    const table = page.slice(page.indexOf('### Worked cases'), page.indexOf('### What shows it'));
    const rows = table.split('\n').filter((line) => /^\| .* \| \d+ \|$/.test(line));
    expect(rows).toEqual(cases.map(([words, , expected]) => `| ${words} | ${expected} |`));
  });
  it('counts at most what was added as seen', () => {
    expect(setCounter(add(2)(emptyCounter), { v: 0, seen: { phone: 9, nobody: 4 }, g: 7, h: at(1) })).toEqual({
      ...emptyCounter,
      p: { phone: 2 },
      s: { phone: 2 },
      b: [0, at(1), 0],
    });
  });
  it('holds nothing of replicas that a set had not seen', () => {
    expect(set(3, 1)(add(2)(emptyCounter)).s).toEqual({});
  });
  it('is the same when a set arrives twice', () => {
    const once = set(3, 1, { phone: 2 })(add(2)(emptyCounter));
    expect(set(3, 1, { phone: 2 })(once)).toEqual(once);
    // An order took one more than a set of 1 left, and the next order settled that: the set does not bring it back.
    const owing = set(1, 2, { phone: 2 })(order(2, { phone: 2 })(add(2)(emptyCounter)));
    const settled = order(1, { phone: 2 })(owing);
    expect(settled.b[0]).toBe(2);
    expect(set(1, 2, { phone: 2 })(settled)).toEqual(settled);
  });
  it('joined of two copies of one set is that which knew of more orders, whichever comes first', () => {
    const less: Counter = { ...emptyCounter, b: [3, at(1), 1], o: [1, 1] };
    const more: Counter = { ...less, b: [3, at(1), 2] };
    expect([joinCounters(less, more).b, joinCounters(more, less).b]).toEqual([more.b, more.b]);
  });
  it('counts adds of a replica with the name of an inherited member', () => {
    expect(quantityAfter(add(2, 'toString'), add(1, 'toString'))).toBe(3);
  });
  it('at a lower floor gives way whole: what is folded into a base is not counted again', () => {
    const unfolded = add(2)(emptyCounter);
    const folded: Counter = { ...emptyCounter, b: [2, at(0), 0], floor: 4 };
    expect(quantityOf(joinCounters(unfolded, folded))).toBe(2);
    expect(quantityOf(joinCounters(folded, unfolded))).toBe(2);
  });
});
