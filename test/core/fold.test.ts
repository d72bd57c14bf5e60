import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCounter } from '../../src/core/compact-counter.ts';
import {
  addToCounter,
  type Counter,
  type Counts,
  emptyCounter,
  orderFromCounter,
  quantityOf,
  setCounter,
} from '../../src/core/counter.ts';
import { compareStamps, laterStamp, type Stamp, stampChange, zeroStamp } from '../../src/core/stamp.ts';
import { holds, isCaught, runs } from './property.ts';

// A server with one line and devices that come and go, played twice with the same acts: once with
// folding, once without. Devices that were heard of within the horizon must not see the difference.

const horizonMs = 200;

type Act = {
  readonly act: 'add' | 'set' | 'order' | 'sync' | 'read' | 'lose' | 'sleep';
  readonly device: number;
  readonly n: number;
};

/** The rules of folding, each of which a control leaves out. */
type Rules = {
  readonly folds: boolean;
  readonly waits: boolean;
  readonly supersedes: boolean;
  readonly notesReaders: boolean;
};
const rules: Rules = { folds: true, waits: true, supersedes: true, notesReaders: true };

type Change =
  | { readonly t: 'add'; readonly n: number; readonly at: number }
  | {
      readonly t: 'set';
      readonly v: number;
      readonly at: number;
      readonly seen: Counts;
      readonly g: number;
      readonly bh: Stamp;
      readonly madeMs: number;
    }
  | { readonly t: 'order'; readonly bought: number; readonly at: number; readonly seen: Counts };

type Device = {
  readonly replica: string;
  q: number;
  cursor: number;
  confirmed: Counter;
  pending: Change[];
  heardMs: number;
};
type Replica = { low: number; seenMs: number; isRetired: boolean };

type Outcome = {
  readonly quantities: readonly number[];
  readonly superseded: readonly { readonly unheardMs: number }[];
  readonly folds: number;
  readonly hasOrders: boolean;
};

const play = (acts: readonly Act[], { folds, waits, supersedes, notesReaders }: Rules): Outcome => {
  let nowMs = 1_000;
  let counter = emptyCounter;
  let version = 0;
  let foldCount = 0;
  const replicas = new Map<string, Replica>();
  const quantities: number[] = [];
  const superseded: { unheardMs: number }[] = [];
  const devices = ['a', 'b', 'c'].map(
    (replica): Device => ({ replica, q: 0, cursor: 0, confirmed: counter, pending: [], heardMs: nowMs }),
  );

  const tidy = () => {
    for (const replica of replicas.values()) if (nowMs - replica.seenMs >= horizonMs) replica.isRetired = true;
    const live = [...replicas.values()].filter(({ isRetired }) => !isRetired);
    if (!folds || (waits && live.some(({ low }) => low < version))) return;
    const folded = foldCounter(counter, { version, isGone: (name) => replicas.get(name)?.isRetired ?? false });
    if (folded === counter) return;
    counter = folded;
    version++;
    foldCount++;
  };

  const apply = (device: Device, change: Change, heardMs: number) => {
    const { replica } = device;
    version++;
    if (change.t === 'add') counter = addToCounter(counter, { replica, n: change.n });
    else if (change.t === 'order') counter = orderFromCounter(counter, { p: change.seen, bought: change.bought });
    else if (supersedes && change.at < counter.floor) superseded.push({ unheardMs: nowMs - heardMs });
    else {
      const base = compareStamps(change.bh, counter.b[1]) <= 0 ? change.bh : zeroStamp;
      const h = stampChange({ nowMs, ageMs: nowMs - change.madeMs, base, replica, seq: ++device.q });
      counter = setCounter(counter, { v: change.v, seen: change.seen, g: change.g, h });
    }
    quantities.push(quantityOf(counter));
  };

  const sync = (device: Device, { isReading, isLost }: { isReading: boolean; isLost: boolean }) => {
    const known = replicas.get(device.replica);
    // A retired replica goes on under another name; here its device stays away.
    if (known?.isRetired) return;
    const low = Math.min(device.cursor, ...device.pending.map(({ at }) => at));
    const sends = isReading ? [] : device.pending;
    if (sends.length || notesReaders) replicas.set(device.replica, { low, seenMs: nowMs, isRetired: false });
    const { heardMs } = device;
    device.heardMs = nowMs;
    let given = zeroStamp;
    for (const change of sends) {
      apply(device, change.t === 'set' ? { ...change, bh: laterStamp(change.bh, given) } : change, heardMs);
      if (change.t === 'set') given = counter.b[1];
    }
    // What was sent is known by its numbers when it comes again: here it is not made to.
    if (!isReading) device.pending = [];
    if (isLost && isReading) return;
    device.cursor = version;
    device.confirmed = counter;
  };

  const shown = (device: Device) =>
    device.pending.reduce(
      (sum, change) =>
        change.t === 'add' ? sum + change.n : change.t === 'set' ? change.v : Math.max(0, sum - change.bought),
      quantityOf(device.confirmed),
    );
  const seenBy = (device: Device): Counts => {
    const seen: Record<string, number> = { ...device.confirmed.p };
    for (const change of device.pending)
      if (change.t === 'add') seen[device.replica] = (seen[device.replica] ?? 0) + change.n;
    return seen;
  };

  for (const device of devices) sync(device, { isReading: true, isLost: false });
  for (const { act, device: index, n } of acts) {
    nowMs += act === 'sleep' ? 20 + 15 * n : 5;
    const device = devices[index % devices.length] as Device;
    const at = device.cursor;
    if (act === 'add') device.pending.push({ t: 'add', n: 1 + (n % 3), at });
    if (act === 'set')
      device.pending.push({
        t: 'set',
        v: n % 5,
        at,
        seen: seenBy(device),
        g: device.confirmed.o.length,
        bh: device.confirmed.b[1],
        madeMs: nowMs,
      });
    if (act === 'order')
      device.pending.push({ t: 'order', bought: Math.max(1, shown(device)), at, seen: seenBy(device) });
    if (act === 'sync') sync(device, { isReading: false, isLost: false });
    if (act === 'read') sync(device, { isReading: true, isLost: false });
    if (act === 'lose') sync(device, { isReading: true, isLost: true });
    tidy();
  }
  return { quantities, superseded, folds: foldCount, hasOrders: counter.o.length > 0 };
};

const acts = fc.array(
  fc.record({
    act: fc.constantFrom<Act['act'][]>(
      'add',
      'add',
      'set',
      'order',
      'sync',
      'sync',
      'sync',
      'read',
      'lose',
      'sleep',
      'sleep',
    ),
    device: fc.nat(2),
    n: fc.nat(9),
  }),
  { maxLength: 60, size: 'max' },
);

const changesNothing = (history: readonly Act[], faulty: Partial<Rules> = {}) => {
  const folded = play(history, { ...rules, ...faulty });
  const plain = play(history, { ...rules, folds: false });
  expect(folded.superseded).toEqual([]);
  expect(folded.quantities).toEqual(plain.quantities);
};

describe('a fold', () => {
  it('changes no quantity, now or later, of what devices within the horizon do', () => {
    holds(acts, (history) => changesNothing(history));
  });
  it('happens in these histories, after orders too', () => {
    let folds = 0;
    let afterOrders = 0;
    holds(acts, (history) => {
      const played = play(history, rules);
      folds += played.folds;
      if (played.folds && played.hasOrders) afterOrders++;
    });
    expect([folds > runs / 20, afterOrders > runs / 50]).toEqual([true, true]);
  });
  it('that does not wait for everybody is caught', () => {
    isCaught(acts, (history) => changesNothing(history, { waits: false, supersedes: false }));
    isCaught(acts, (history) => changesNothing(history, { waits: false }));
  });
  it('that does not know of devices that only read is caught', () => {
    isCaught(acts, (history) => changesNothing(history, { notesReaders: false }));
    isCaught(acts, (history) => changesNothing(history, { notesReaders: false, supersedes: false }));
  });
});

const names = ['a', 'b', 'toString'] as const;
const counts = fc.dictionary(fc.constantFrom(...names), fc.nat(6), { maxKeys: 3, noNullPrototype: true });
const counters: fc.Arbitrary<Counter> = fc
  .record({
    p: counts,
    s: counts,
    w: counts,
    o: fc.array(fc.nat(4), { maxLength: 3 }),
    v: fc.nat(6),
    g: fc.nat(3),
    floor: fc.nat(9),
  })
  .map(({ p, s, w, o, v, g, floor }) => {
    const within = (some: Counts) =>
      Object.fromEntries(
        Object.entries(some).flatMap(([name, n]) =>
          Object.hasOwn(p, name) ? [[name, Math.min(n, p[name] ?? 0)]] : [],
        ),
      );
    return { p, s: within(s), w: within(w), o, b: [v, [5, 0, 'a', 1], Math.min(g, o.length)], floor };
  });
const someGone = fc.subarray([...names]);

describe('any counter, folded', () => {
  const fold = (counter: Counter, gone: readonly string[]) =>
    foldCounter(counter, { version: 7, isGone: (name) => gone.includes(name) });
  it('has the same quantity', () => {
    holds(fc.tuple(counters, someGone), ([counter, gone]) =>
      expect(quantityOf(fold(counter, gone))).toBe(quantityOf(counter)),
    );
  });
  it('names nobody who is gone, no order, and the version before; its list of orders is as long', () => {
    holds(fc.tuple(counters, someGone), ([counter, gone]) => {
      const folded = fold(counter, gone);
      if (folded === counter) return;
      expect(
        Object.keys({ ...folded.p, ...folded.s }).filter((name) => (gone as readonly string[]).includes(name)),
      ).toEqual([]);
      expect([folded.w, folded.o, folded.b[2]]).toEqual([{}, counter.o.map(() => 0), counter.o.length]);
      expect([folded.floor, folded.b[1]]).toEqual([Math.max(7, counter.floor), counter.b[1]]);
    });
  });
  it('takes what an order covered, or took, into the base also where nobody is gone', () => {
    const added: Counter = { ...emptyCounter, p: { a: 3, b: 2 } };
    const covered: Counter = { ...added, w: { a: 2 }, o: [0] };
    expect(fold(covered, [])).toEqual({ ...added, s: { a: 2 }, b: [2, zeroStamp, 1], o: [0], floor: 7 });
    const taken: Counter = { ...emptyCounter, b: [3, zeroStamp, 0], o: [1] };
    expect(fold(taken, [])).toEqual({ ...emptyCounter, b: [2, zeroStamp, 1], o: [0], floor: 7 });
    expect(fold(added, [])).toBe(added);
  });
  it('is the same object when there is nothing to fold, and when it is folded again', () => {
    holds(fc.tuple(counters, someGone), ([counter, gone]) => {
      const folded = fold(counter, gone);
      expect(fold(folded, gone)).toBe(folded);
    });
    const fresh = addToCounter(emptyCounter, { replica: 'a', n: 1 });
    expect(fold(fresh, ['b'])).toBe(fresh);
  });
  it('takes, for whoever has seen it, every later act to the same quantity', () => {
    holds(fc.tuple(counters, someGone, fc.nat(9), fc.nat(9)), ([counter, gone, n, bought]) => {
      const folded = fold(counter, gone);
      const h: Stamp = [9, 0, 'z', 1];
      const later = (start: Counter) => {
        const added = addToCounter(start, { replica: 'z', n: n + 1 });
        const set = setCounter(added, { v: n, seen: start.p, g: start.o.length, h });
        return [
          added,
          set,
          orderFromCounter(added, { p: start.p, bought }),
          orderFromCounter(set, { p: added.p, bought }),
        ].map(quantityOf);
      };
      expect(later(folded)).toEqual(later(counter));
    });
  });
});

describe('a line of a customer with 32 devices', () => {
  const line = Array.from({ length: 32 }, (_, n) => `replica_${n}_abcdefghij`).reduce<Counter>(
    (counter, replica, n) =>
      setCounter(addToCounter(counter, { replica, n: 2 }), {
        v: 1,
        seen: { [replica]: 1 },
        g: 0,
        h: [1_800_000_000_000 + n, 0, replica, 1],
      }),
    emptyCounter,
  );
  it('takes a few bytes once the devices are gone', () => {
    const folded = foldCounter(line, { version: 64, isGone: () => true });
    const sizes = [line, folded].map((counter) => JSON.stringify(counter).length);
    console.log(`bytes of a counter with 32 replicas: ${sizes[0]}, folded ${sizes[1]}`);
    expect(sizes[1]).toBeLessThan(150);
    expect(sizes[0]).toBeGreaterThan(1_000);
    expect(quantityOf(folded)).toBe(quantityOf(line));
  });
});
