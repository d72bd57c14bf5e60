import fc from 'fast-check';
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

// Histories of one cart line: three devices that act on what they have seen, a server that applies
// what arrives, orders. Beside the counter runs a ledger that remembers which act had seen which;
// the ledger, not the counter, says what the quantity has to be.

/** What a history needs of a counter. The kernel's is {@link kernel}; the faulty ones of the controls differ in one rule. */
export type CounterModel = {
  readonly add: typeof addToCounter;
  /** `shown` = the quantity on the writer's screen. */
  readonly set: (counter: Counter, set: { v: number; seen: Counts; g: number; h: Stamp; shown: number }) => Counter;
  readonly order: typeof orderFromCounter;
  readonly quantity: typeof quantityOf;
};
export const kernel: CounterModel = {
  add: addToCounter,
  set: setCounter,
  order: orderFromCounter,
  quantity: quantityOf,
};

export type Act = {
  readonly act: 'add' | 'set' | 'push' | 'pull' | 'begin' | 'complete' | 'purchase';
  readonly device: number;
  readonly n: number;
};

type Add = { readonly n: number; hasArrived: boolean };
type SetAct = { readonly v: number; readonly adds: ReadonlySet<Add>; readonly orders: ReadonlySet<Order>; h?: Stamp };
type Order = { taken: number; readonly adds: ReadonlySet<Add> };
type Snapshot = { readonly p: Counts; readonly adds: ReadonlySet<Add> };

type Pending =
  | { readonly t: 'add'; readonly q: number; readonly add: Add }
  | {
      readonly t: 'set';
      readonly q: number;
      readonly set: SetAct;
      readonly madeMs: number;
      readonly bh: Stamp;
      readonly seen: Counts;
      readonly g: number;
      readonly shown: number;
    }
  | { readonly t: 'order'; readonly q: number; readonly snapshot: Snapshot; readonly bought: number };

type Device = {
  readonly replica: string;
  q: number;
  confirmed: Counter;
  pending: Pending[];
  readonly adds: Set<Add>;
  readonly orders: Set<Order>;
};

export type OrderSeen = {
  readonly before: number;
  readonly bought: number;
  readonly after: number;
  readonly freshAdds: number;
};

export type Outcome = {
  readonly counter: Counter;
  readonly quantity: number;
  /** What the ledger says it must be, unless an order had to settle a debt. */
  readonly expected: number;
  /** Adds that no set has seen and no order has covered. */
  readonly unseenAdds: number;
  readonly hasSettled: boolean;
  readonly orders: readonly OrderSeen[];
  /** Every state the server went through. */
  readonly states: readonly Counter[];
};

const debtOf = (before: Counter, after: Counter): boolean => after.b[0] !== before.b[0];

export const play = (acts: readonly Act[], model: CounterModel = kernel, lastly: readonly Act[] = []): Outcome => {
  let counter = emptyCounter;
  let nowMs = 1_000;
  let hasSettled = false;
  let snapshot: (Snapshot & { shown: number }) | undefined;
  const states: Counter[] = [counter];
  const adds: Add[] = [];
  const sets: SetAct[] = [];
  const orders: Order[] = [];
  const seenOrders: OrderSeen[] = [];
  const devices = ['phone', 'laptop', 'tablet'].map(
    (replica): Device => ({ replica, q: 0, confirmed: counter, pending: [], adds: new Set(), orders: new Set() }),
  );

  const become = (next: Counter) => {
    counter = next;
    states.push(next);
  };

  /** Confirmed counts, and own adds queued since. */
  const seenBy = (device: Device): Counts =>
    device.pending.reduce<Counts>(
      (seen, change) =>
        change.t === 'add'
          ? addToCounter({ ...emptyCounter, p: seen }, { replica: device.replica, n: change.add.n }).p
          : seen,
      device.confirmed.p,
    );

  const shownBy = (device: Device): number =>
    device.pending.reduce(
      (shown, change) =>
        change.t === 'add'
          ? shown + change.add.n
          : change.t === 'set'
            ? change.set.v
            : Math.max(0, shown - change.bought),
      model.quantity(device.confirmed),
    );

  const placeOrder = ({ p, adds: covered }: Snapshot, bought: number) => {
    const isFresh = (add: Add) =>
      add.hasArrived &&
      !covered.has(add) &&
      !sets.some((set) => set.h && set.adds.has(add)) &&
      !orders.some((order) => order.adds.has(add));
    const freshAdds = adds.filter(isFresh).reduce((sum, add) => sum + add.n, 0);
    const before = model.quantity(counter);
    const next = model.order(counter, { p, bought });
    if (debtOf(counter, next)) hasSettled = true;
    become(next);
    orders.push({ taken: next.o.at(-1) ?? 0, adds: new Set([...covered].filter((add) => add.hasArrived)) });
    seenOrders.push({ before, bought, after: model.quantity(counter), freshAdds });
  };

  const pull = (device: Device) => {
    device.confirmed = counter;
    for (const add of adds) if (add.hasArrived) device.adds.add(add);
    for (const order of orders) device.orders.add(order);
  };

  const push = (device: Device) => {
    let given = zeroStamp;
    for (const change of device.pending) {
      if (change.t === 'add') {
        become(model.add(counter, { replica: device.replica, n: change.add.n }));
        change.add.hasArrived = true;
      } else if (change.t === 'set') {
        const base = laterStamp(given, compareStamps(change.bh, counter.b[1]) <= 0 ? change.bh : zeroStamp);
        const h = stampChange({ nowMs, ageMs: nowMs - change.madeMs, base, replica: device.replica, seq: change.q });
        given = h;
        become(model.set(counter, { v: change.set.v, seen: change.seen, g: change.g, h, shown: change.shown }));
        change.set.h = h;
      } else placeOrder(change.snapshot, change.bought);
    }
    device.pending = [];
    pull(device);
  };

  const step = ({ act, device: index, n }: Act) => {
    nowMs += 10;
    const device = devices[index % devices.length] as Device;
    if (act === 'add') {
      const add: Add = { n: 1 + (n % 3), hasArrived: false };
      adds.push(add);
      device.adds.add(add);
      device.pending.push({ t: 'add', q: ++device.q, add });
    } else if (act === 'set') {
      const set: SetAct = { v: n % 5, adds: new Set(device.adds), orders: new Set(device.orders) };
      sets.push(set);
      device.pending.push({
        t: 'set',
        q: ++device.q,
        set,
        madeMs: nowMs,
        bh: device.confirmed.b[1],
        seen: seenBy(device),
        g: device.confirmed.o.length,
        shown: shownBy(device),
      });
    } else if (act === 'purchase') {
      // A thank-you page: the order covers what this device has seen, whenever it arrives.
      const snapshotSeen = { p: seenBy(device), adds: new Set(device.adds) };
      device.pending.push({
        t: 'order',
        q: ++device.q,
        snapshot: snapshotSeen,
        bought: Math.max(1, shownBy(device) - (n % 3)),
      });
    } else if (act === 'push') push(device);
    else if (act === 'pull') pull(device);
    else if (act === 'begin') {
      push(device);
      snapshot = { p: counter.p, adds: new Set(adds.filter((add) => add.hasArrived)), shown: model.quantity(counter) };
    } else if (snapshot) {
      placeOrder(snapshot, Math.max(0, snapshot.shown - (n % 3 === 0 ? 1 : 0)));
      snapshot = undefined;
    }
  };

  for (const act of [...acts, ...lastly]) step(act);
  for (const device of devices) push(device);

  const latest = sets.reduce<SetAct | undefined>(
    (a, b) => (a?.h && b.h && compareStamps(a.h, b.h) > 0 ? a : b),
    undefined,
  );
  const unseen = adds.filter((add) => !sets.some((set) => set.adds.has(add)));
  const isCovered = (add: Add) => orders.some((order) => order.adds.has(add));
  const sum = (items: readonly Add[]) => items.reduce((total, { n }) => total + n, 0);
  const taken = orders.filter((order) => !latest?.orders.has(order)).reduce((total, order) => total + order.taken, 0);
  const unseenAdds = sum(unseen.filter((add) => !isCovered(add)));
  return {
    counter,
    quantity: model.quantity(counter),
    expected: Math.max(0, (latest?.v ?? 0) + sum(unseen.filter(isCovered)) - taken) + unseenAdds,
    unseenAdds,
    hasSettled,
    orders: seenOrders,
    states,
  };
};

const device = fc.nat(2);
const n = fc.nat(9);
const acts = (...names: Act['act'][]): fc.Arbitrary<Act> => fc.record({ act: fc.constantFrom(...names), device, n });
const common = ['add', 'add', 'set', 'push', 'push', 'pull'] as const;

// `size: 'max'` spreads lengths evenly up to the longest; by default few histories pass ten acts.
const uniform = fc.array(acts(...common, 'begin', 'complete', 'purchase'), { maxLength: 24, size: 'max' });

// In uniform histories few checkouts complete with anything happening in between; here most do.
const checkout = fc
  .tuple(device, fc.array(acts('add', 'set', 'push', 'pull'), { maxLength: 2 }), device, n)
  .map(([by, between, completedBy, bought]): Act[] => [
    { act: 'begin', device: by, n: 0 },
    ...between,
    { act: 'complete', device: completedBy, n: bought },
  ]);
const orderHeavy = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: acts(...common).map((act) => [act]) },
      { weight: 2, arbitrary: checkout },
      { weight: 1, arbitrary: acts('purchase').map((act) => [act]) },
    ),
    { maxLength: 12, size: 'max' },
  )
  .map((parts) => parts.flat());

export const histories: readonly (readonly [name: string, acts: fc.Arbitrary<Act[]>])[] = [
  ['uniform', uniform],
  ['order-heavy', orderHeavy],
];
