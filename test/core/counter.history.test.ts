import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Counter,
  emptyCounter,
  joinCounters,
  orderFromCounter,
  quantityOf,
  setCounter,
} from '../../src/core/counter.ts';
import { canonicalJson } from '../../src/core/json.ts';
import { compareStamps, type Stamp } from '../../src/core/stamp.ts';
import { type Act, type CounterModel, histories, kernel, play } from './counter-history.ts';
import { holds, isCaught, runs } from './property.ts';

// The laws, each a check of one history under a model.

const followsOrderLaw = (acts: readonly Act[], model = kernel) => {
  for (const { before, bought, after, freshAdds } of play(acts, model).orders) {
    expect(after).toBe(Math.max(freshAdds, before - bought));
  }
};

const equalsLedger = (acts: readonly Act[], model = kernel) => {
  const { quantity, expected, hasSettled } = play(acts, model);
  if (!hasSettled) expect(quantity).toBe(expected);
};

const countsUnseenAdds = (acts: readonly Act[], model = kernel) => {
  const { quantity, unseenAdds } = play(acts, model);
  expect(quantity).toBeGreaterThanOrEqual(unseenAdds);
};

// The first to remove is the last to be heard: its removal loses against the others.
const everywhereRemoved: readonly Act[] = [
  ...[0, 1, 2].map((device): Act => ({ act: 'set', device, n: 0 })),
  ...[2, 1, 0].map((device): Act => ({ act: 'push', device, n: 0 })),
];
const staysRemoved = (acts: readonly Act[], model = kernel) => {
  expect(play(acts, model, everywhereRemoved).quantity).toBe(0);
};

const addShows = (acts: readonly Act[], model = kernel) => {
  const { counter, quantity } = play(acts, model);
  expect(model.quantity(model.add(counter, { replica: 'phone', n: 2 }))).toBe(quantity + 2);
};

const staysInBounds = (states: readonly Counter[]) => {
  const isBounded = ({ p, s, w, o, b }: Counter) =>
    [s, w].every((counts) => Object.entries(counts).every(([replica, count]) => count <= (p[replica] ?? 0))) &&
    [b[0], ...o].every((number) => number >= 0) &&
    b[2] <= o.length;
  expect(states.filter((state) => !isBounded(state))).toEqual([]);
};

const growsInTheLattice = (acts: readonly Act[], model = kernel) => {
  const { states, counter } = play(acts, model);
  const text = canonicalJson(counter);
  expect(states.filter((older) => canonicalJson(joinCounters(older, counter)) !== text)).toEqual([]);
};

const later: Stamp = [9_000_000, 0, 'tablet', 1];
// Somebody sets a quantity without knowing of an order of what is there; both arrive, in one order or the other.
const orderMeetsSet = (acts: readonly Act[], model = kernel) => {
  const { counter } = play(acts, model);
  const before = model.quantity(counter);
  const set = (state: Counter) =>
    model.set(state, { v: 3, seen: counter.p, g: counter.o.length, h: later, shown: before });
  const order = (state: Counter) => model.order(state, { p: counter.p, bought: Math.min(before, 2) });
  const [orderFirst, setFirst] = [set(order(counter)), order(set(counter))].map(model.quantity);
  expect([orderFirst, setFirst]).toEqual([3 - Math.min(before, 2), 3 - Math.min(before, 2)]);
};

// Faults, each one rule of the kernel put back to what was tried before it.

const model = (fault: Partial<CounterModel>): CounterModel => ({ ...kernel, ...fault });

const seenOnlyWhenTheSetWins = model({
  set: (counter, set) => (compareStamps(set.h, counter.b[1]) > 0 ? setCounter(counter, set) : counter),
});

const setIgnoresWhatItSaw = model({ set: (counter, set) => setCounter(counter, { ...set, seen: {} }) });

const setThatThinksItSawEveryOrder = model({
  set: (counter, set) => setCounter(counter, { ...set, g: counter.o.length }),
});

const orderTakenFromTheBase = model({
  order: (counter, { bought }) => {
    const [v, h, g] = counter.b;
    return { ...counter, b: [v - Math.min(bought, quantityOf(counter)), h, g] };
  },
});

const orderThatCoversNothing = model({ order: (counter, { bought }) => orderFromCounter(counter, { p: {}, bought }) });

const orderThatCoversLaterAdds = model({
  order: (counter, { bought }) => orderFromCounter(counter, { p: counter.p, bought }),
});

const orderWithoutSettling = model({
  order: (counter, order) => ({ ...orderFromCounter(counter, order), b: counter.b }),
});

// A counter of ups and downs, as carts often have it: a quantity is sent as the difference to what was shown.
const upsAndDowns = model({
  set: (counter, { v, shown, h }) => ({ ...counter, b: [counter.b[0] + v - shown, h, 0] }),
  quantity: (counter) => Math.max(0, counter.b[0] + Object.values(counter.p).reduce((sum, p) => sum + p, 0)),
});

describe.each(histories)('a quantity in %s histories', (_name, acts) => {
  it('is, after an order, the larger of the adds it had not seen and what was left of the cart', () => {
    holds(acts, (history) => followsOrderLaw(history));
  });
  it('is what the ledger of acts says, wherever no order had to settle a debt', () => {
    holds(acts, (history) => equalsLedger(history));
  });
  it('holds every add that no set has seen and no order has covered', () => {
    holds(acts, (history) => countsUnseenAdds(history));
  });
  it('stays 0 when the line is removed on every device, whatever came before', () => {
    holds(acts, (history) => staysRemoved(history));
  });
  it('rises by exactly what is added', () => {
    holds(acts, (history) => addShows(history));
  });
  it('that is set without knowing of an order is reduced by it, whichever arrives first', () => {
    holds(acts, (history) => orderMeetsSet(history));
  });
  it('never has sets or orders that saw more than was added', () => {
    holds(acts, (history) => staysInBounds(play(history).states));
  });
  it('does not change when an older copy of the entry is joined to it', () => {
    holds(acts, (history) => growsInTheLattice(history));
  });
  it('is tried with orders that had not seen an add, and with orders in debt', () => {
    let debts = 0;
    let fresh = 0;
    holds(acts, (history) => {
      const { hasSettled, orders } = play(history);
      if (hasSettled) debts++;
      if (orders.some(({ freshAdds }) => freshAdds > 0)) fresh++;
    });
    expect(Math.min(debts, fresh)).toBeGreaterThan(runs / 200);
  });
});

const heavy = histories[1]?.[1];
if (!heavy) throw new Error('no order-heavy histories');

describe('the checks find a kernel', () => {
  it('whose removals only count what they saw when they win', () => {
    isCaught(heavy, (history) => staysRemoved(history, seenOnlyWhenTheSetWins));
    isCaught(heavy, (history) => equalsLedger(history, seenOnlyWhenTheSetWins));
  });
  it('whose sets see nothing', () => {
    isCaught(heavy, (history) => staysRemoved(history, setIgnoresWhatItSaw));
  });
  it('whose sets escape an order that they had not seen', () => {
    isCaught(heavy, (history) => equalsLedger(history, setThatThinksItSawEveryOrder));
    isCaught(heavy, (history) => orderMeetsSet(history, setThatThinksItSawEveryOrder));
  });
  it('whose orders are taken from the base', () => {
    isCaught(heavy, (history) => followsOrderLaw(history, orderTakenFromTheBase));
  });
  it('whose orders cover nothing', () => {
    isCaught(heavy, (history) => followsOrderLaw(history, orderThatCoversNothing));
  });
  it('whose orders swallow adds that came after the checkout began', () => {
    isCaught(heavy, (history) => followsOrderLaw(history, orderThatCoversLaterAdds));
  });
  it('whose orders are paid for with later goods', () => {
    isCaught(heavy, (history) => followsOrderLaw(history, orderWithoutSettling));
  });
  it('that counts ups and downs', () => {
    isCaught(heavy, (history) => countsUnseenAdds(history, upsAndDowns));
    isCaught(heavy, (history) => addShows(history, upsAndDowns));
  });
});

// Devices that claim anything: what they have seen, how many orders, from which stamp on.
const claims = fc.dictionary(fc.constantFrom('phone', 'laptop', 'toString'), fc.nat(9), { maxKeys: 3 });
const replica = fc.constantFrom('phone', 'laptop', 'toString');
const dishonest = fc.array(
  fc.oneof(
    fc.record({ t: fc.constant('add' as const), replica, n: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ t: fc.constant('set' as const), v: fc.nat(5), seen: claims, g: fc.nat(5), wallMs: fc.nat(9) }),
    fc.record({ t: fc.constant('order' as const), p: claims, bought: fc.nat(9) }),
  ),
  { maxLength: 16, size: 'max' },
);
const applyAll = (
  changes: typeof dishonest extends fc.Arbitrary<infer T> ? T : never,
  { add, set, order } = kernel,
) => {
  const states = [emptyCounter];
  for (const [index, change] of changes.entries()) {
    const counter = states.at(-1) ?? emptyCounter;
    if (change.t === 'add') states.push(add(counter, change));
    else if (change.t === 'order') states.push(order(counter, change));
    else states.push(set(counter, { ...change, h: [change.wallMs, 0, 'phone', index], shown: 0 }));
  }
  return states;
};

describe('a quantity that is told what cannot be', () => {
  it('counts at most what was really added, and no orders that never were', () => {
    holds(dishonest, (changes) => staysInBounds(applyAll(changes)));
  });
  it('never goes below 0', () => {
    holds(dishonest, (changes) => {
      for (const state of applyAll(changes)) expect(quantityOf(state)).toBeGreaterThanOrEqual(0);
    });
  });
  it('would be caught believing it', () => {
    const believing = model({
      set: (counter, set): Counter => ({ ...setCounter(counter, set), s: { ...counter.s, ...set.seen } }),
    });
    isCaught(dishonest, (changes) => staysInBounds(applyAll(changes, believing)));
  });
});
