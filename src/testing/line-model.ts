import type { Counter, Counts } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { compareStamps, type Stamp, zeroStamp } from '../core/stamp.ts';
import type { Sent } from './sent-change.ts';

/** A line with every change of it apart. */
export type LineModel = {
  readonly adds: { replica: string; readonly n: number }[];
  /** What sets have seen of whose adds. */
  readonly covered: Map<string, number>;
  /** What orders have. */
  readonly bought: Map<string, number>;
  /** What each order took. */
  readonly taken: number[];
  /** The latest quantity, and how many orders it had seen. */
  base: { readonly v: number; readonly stamp: Stamp; readonly orders: number } | undefined;
  /** Who wrote before the line came again after it was forgotten has seen nothing of it. */
  bornAt: number;
  /** Who wrote before this version may not have seen all that was folded. */
  floor: number;
};

export const emptyModel = (bornAt = 0): LineModel => ({
  adds: [],
  covered: new Map(),
  bought: new Map(),
  taken: [],
  base: undefined,
  bornAt,
  floor: 0,
});

/** What was folded is nobody's any more: a replica may be named so again. */
const folded = '';

const addedBy = ({ adds }: LineModel, name: string) =>
  adds.reduce((sum, { replica, n }) => (replica === name ? sum + n : sum), 0);

type Part = (added: number, seen: number, bought: number, name: string) => number;

const sumOver = (model: LineModel, part: Part): number =>
  [...new Set(model.adds.map(({ replica }) => replica))].reduce((sum, name) => {
    const share = part(addedBy(model, name), model.covered.get(name) ?? 0, model.bought.get(name) ?? 0, name);
    return sum + Math.max(0, share);
  }, 0);

/** What is left of what orders could take; below 0 they took more than the latest quantity left. */
const sellable = (model: LineModel): number =>
  (model.base?.v ?? 0) +
  sumOver(model, (added, seen, bought) => Math.min(added, bought) - seen) -
  model.taken.slice(model.base?.orders ?? 0).reduce((sum, n) => sum + n, 0);

/** How many there are: what neither a quantity nor an order has seen counts in full. */
export const quantityIn = (model: LineModel): number =>
  Math.max(0, sellable(model)) + sumOver(model, (added, seen, bought) => added - Math.max(seen, bought));

const setBase = (model: LineModel, v: number, orders: number) => {
  model.base = { v, stamp: model.base?.stamp ?? zeroStamp, orders };
};

/** All that there is was seen, and nothing is left of it. */
export const emptyInModel = (model: LineModel, stamp: Stamp): void => {
  for (const { replica } of model.adds) model.covered.set(replica, addedBy(model, replica));
  model.base = { v: 0, stamp, orders: model.taken.length };
};

/** The server says how many there are, and has seen all that there was. */
export const setInModel = (model: LineModel, [v, stamp, orders]: Counter['b'], seen: Counts): void => {
  for (const [name, n] of seenBy(model, { seen, at: model.bornAt, replica: '' }))
    model.covered.set(name, Math.max(model.covered.get(name) ?? 0, n));
  model.covered.set(folded, addedBy(model, folded));
  model.base = { v, stamp, orders };
};

/** A fold made one share of all that is in `before` and no more in `after`, and a quantity of what orders left. */
export const foldModel = (model: LineModel, { before, after }: { before: Line; after: Line }): void => {
  if (after.q.floor <= Math.max(before.q.floor, model.floor)) return;
  model.floor = after.q.floor;
  const left = Math.max(0, sellable(model));
  for (const [name, n] of model.bought)
    model.covered.set(name, Math.max(model.covered.get(name) ?? 0, Math.min(n, addedBy(model, name))));
  setBase(model, left, model.taken.length);
  model.bought.clear();
  for (const name of Object.keys(before.q.p)) {
    if (after.q.p[name] !== undefined) continue;
    for (const add of model.adds) if (add.replica === name) add.replica = folded;
    model.covered.set(folded, (model.covered.get(folded) ?? 0) + (model.covered.get(name) ?? 0));
    model.covered.delete(name);
  }
};

/** What a change had seen, each by its own name: of a line that came again only what its own device had added. */
const seenBy = (
  model: LineModel,
  { seen, at, replica, mine = [] }: { seen: Counts; at: number; replica: string; mine?: readonly string[] | undefined },
): [name: string, n: number][] =>
  Object.entries(seen)
    .filter(([name]) => at >= model.bornAt || name === replica || mine.includes(name))
    .map(([name, n]) => [name, Math.min(n, addedBy(model, name))]);

type Ordered = { replica: string; op: Pick<Sent, 'at' | 'mine'>; seen: Counts };

/** How many of it an order may not take: adds that neither it nor any quantity or order before had seen. */
export const unseenInModel = (model: LineModel, { replica, op, seen }: Ordered): number => {
  const names = new Map(seenBy(model, { ...op, seen, replica }));
  return sumOver(model, (added, covered, bought, name) => added - Math.max(covered, bought, names.get(name) ?? 0));
};

/** All adds so far, by the name of who made them. */
export const addsIn = (model: LineModel): Counts =>
  Object.fromEntries(model.adds.map(({ replica }) => [replica, addedBy(model, replica)]));

/** An order of so many of this line settles what earlier ones took too much, then takes what it may. Gives how many. */
export const orderInModel = (
  model: LineModel,
  { replica, op, seen, quantity }: Ordered & { quantity: number },
): number => {
  const wanted = Math.min(quantity, quantityIn(model));
  if (wanted <= 0) return 0;
  // What was folded anybody may buy.
  model.bought.set(folded, addedBy(model, folded));
  const debt = Math.min(0, sellable(model));
  if (debt) setBase(model, (model.base?.v ?? 0) - debt, model.base?.orders ?? 0);
  for (const [name, n] of seenBy(model, { ...op, seen, replica }))
    model.bought.set(name, Math.max(model.bought.get(name) ?? 0, n));
  // Where it may take nothing it falls on another line, or on none.
  const taken = Math.min(wanted, Math.max(0, sellable(model)));
  if (taken) model.taken.push(taken);
  return taken;
};

/** The model after the change `op`. */
export const modelAfter = (
  before: LineModel | undefined,
  { replica, op, ack }: { replica: string; op: Sent; ack: readonly unknown[] },
): LineModel => {
  const model = before ?? emptyModel();
  if (op.t === 'add') model.adds.push({ replica, n: op.n ?? 0 });
  if (op.t !== 'set') return model;
  const isOlder = op.at < model.bornAt;
  for (const [seen, n] of seenBy(model, { ...op, seen: (op.seen ?? {}) as Counts, replica }))
    model.covered.set(seen, Math.max(model.covered.get(seen) ?? 0, n));
  // What was folded by then everybody has seen whose quantity may still be taken.
  if (op.at >= model.floor) model.covered.set(folded, addedBy(model, folded));
  const stamp = ack[1] as Stamp;
  const orders = isOlder ? 0 : Math.min(op.g ?? 0, model.taken.length);
  if (!model.base || compareStamps(stamp, model.base.stamp) > 0) model.base = { v: Number(op.v), stamp, orders };
  return model;
};
