import type { Counts } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { compareStamps, type Stamp } from '../core/stamp.ts';
import type { Sent } from './sent-change.ts';

/** A line with every change of it apart. */
export type LineModel = {
  readonly adds: { readonly replica: string; readonly n: number }[];
  readonly covered: Map<string, number>;
  base: { readonly v: number; readonly stamp: Stamp } | undefined;
  /** Who wrote before the line came again after it was forgotten has seen nothing of it. */
  bornAt: number;
};

export const emptyModel = (bornAt = 0): LineModel => ({ adds: [], covered: new Map(), base: undefined, bornAt });

/** How many there are, as far as no merge and no order had a part in it. */
export const quantityIn = ({ adds, covered, base }: LineModel): number =>
  (base?.v ?? 0) + adds.reduce((sum, { n }) => sum + n, 0) - [...covered.values()].reduce((sum, n) => sum + n, 0);

/** The model after the change `op`; `row` is the line as the disk had it before. */
export const modelAfter = (
  before: LineModel | undefined,
  { replica, op, ack, row }: { replica: string; op: Sent; ack: readonly unknown[]; row: Line | null | undefined },
): LineModel => {
  const model = before ?? emptyModel();
  const addedBy = (name: string) => model.adds.reduce((sum, add) => (add.replica === name ? sum + add.n : sum), 0);
  if (op.t === 'add') model.adds.push({ replica, n: op.n ?? 0 });
  if (op.t !== 'set') return model;
  for (const [seen, n] of Object.entries((op.seen ?? {}) as Counts)) {
    if (op.at < model.bornAt && seen !== replica && !op.mine?.includes(seen)) continue;
    model.covered.set(seen, Math.max(model.covered.get(seen) ?? 0, Math.min(n, addedBy(seen))));
  }
  // What was folded by then everybody has seen whose quantity is still taken.
  for (const { replica: name } of row?.q.floor ? model.adds : [])
    if (name !== replica && row?.q.p[name] === undefined) model.covered.set(name, addedBy(name));
  const stamp = ack[1] as Stamp;
  if (!model.base || compareStamps(stamp, model.base.stamp) > 0) model.base = { v: Number(op.v), stamp };
  return model;
};
