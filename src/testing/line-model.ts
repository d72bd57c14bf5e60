import type { Counts } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { compareStamps, type Stamp } from '../core/stamp.ts';
import type { Sent } from './sent-change.ts';

/** A line with every change of it apart. */
export type LineModel = {
  readonly adds: { replica: string; readonly n: number }[];
  readonly covered: Map<string, number>;
  base: { readonly v: number; readonly stamp: Stamp } | undefined;
  /** Who wrote before the line came again after it was forgotten has seen nothing of it. */
  bornAt: number;
  /** Who wrote before this version may not have seen all that was folded. */
  floor: number;
};

export const emptyModel = (bornAt = 0): LineModel => ({
  adds: [],
  covered: new Map(),
  base: undefined,
  bornAt,
  floor: 0,
});

/** How many there are, as far as no merge and no order had a part in it. */
export const quantityIn = ({ adds, covered, base }: LineModel): number =>
  (base?.v ?? 0) + adds.reduce((sum, { n }) => sum + n, 0) - [...covered.values()].reduce((sum, n) => sum + n, 0);

/** What was folded is nobody's any more: a replica may be named so again. */
const folded = '';

const addedBy = ({ adds }: LineModel, name: string) =>
  adds.reduce((sum, { replica, n }) => (replica === name ? sum + n : sum), 0);

/** A fold made one share of all that is in `before` and no more in `after`. */
export const foldModel = (model: LineModel, { before, after }: { before: Line; after: Line }): void => {
  if (after.q.floor <= before.q.floor) return;
  model.floor = after.q.floor;
  for (const name of Object.keys(before.q.p)) {
    if (after.q.p[name] !== undefined) continue;
    for (const add of model.adds) if (add.replica === name) add.replica = folded;
    model.covered.set(folded, (model.covered.get(folded) ?? 0) + (model.covered.get(name) ?? 0));
    model.covered.delete(name);
  }
};

/** The model after the change `op`. */
export const modelAfter = (
  before: LineModel | undefined,
  { replica, op, ack }: { replica: string; op: Sent; ack: readonly unknown[] },
): LineModel => {
  const model = before ?? emptyModel();
  if (op.t === 'add') model.adds.push({ replica, n: op.n ?? 0 });
  if (op.t !== 'set') return model;
  for (const [seen, n] of Object.entries((op.seen ?? {}) as Counts)) {
    if (op.at < model.bornAt && seen !== replica && !op.mine?.includes(seen)) continue;
    model.covered.set(seen, Math.max(model.covered.get(seen) ?? 0, Math.min(n, addedBy(model, seen))));
  }
  // What was folded by then everybody has seen whose quantity may still be taken.
  if (op.at >= model.floor) model.covered.set(folded, addedBy(model, folded));
  const stamp = ack[1] as Stamp;
  if (!model.base || compareStamps(stamp, model.base.stamp) > 0) model.base = { v: Number(op.v), stamp };
  return model;
};
