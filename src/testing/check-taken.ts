import { type Counts, quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import type { EntryRow } from '../server/store.ts';
import type { Sent } from './sent-change.ts';
import type { Watch } from './watch.ts';

/** An order of one product that had seen all adds takes what it bought, or what there was. */
export const checkTaken = (
  watch: Watch,
  {
    at,
    row,
    before,
    order,
  }: { readonly at: string; readonly row: EntryRow; readonly before: EntryRow; readonly order: Sent },
): void => {
  const { q } = before.state as unknown as Line;
  const seen = (order.seen as Readonly<Record<string, Counts>> | undefined)?.[row.key];
  const [line, ...others] = order.lines ?? [];
  if (!seen || !line || others.length > 0 || !Object.entries(q.p).every(([replica, n]) => (seen[replica] ?? 0) >= n))
    return;
  const had = quantityOf(q);
  const left = quantityOf((row.state as unknown as Line).q);
  const wanted = had - Math.min(had, line.quantity);
  watch.check('order', left === wanted, () => `${at}: ${had}, ${line.quantity} bought, ${left} left`);
};
