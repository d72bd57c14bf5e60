import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import type { RetentionTimes } from '../server/retention-times.ts';
import type { EntryRow } from '../server/store.ts';
import type { Dropped } from './server-disk.ts';
import type { Watch } from './watch.ts';

type Known = {
  readonly watch: Watch;
  readonly now: () => number;
  readonly times: RetentionTimes;
  /** Customers by their spaces. */
  readonly spaces: ReadonlyMap<string, string>;
  readonly rows: Map<string, Map<string, EntryRow>>;
  readonly effects: Map<string, string>;
  readonly orders: Set<string>;
  readonly lines: { left(space: string): void; forgotten(space: string, entry: EntryRow): void };
  /** Replicas of which nothing is remembered any more, with their spaces. */
  readonly forgotten: Set<string>;
};

/** The server forgot something for good; none of it too early. */
export const noteForgotten = (
  { space, entry, replica, isAll }: Dropped,
  { watch, now, times, spaces, rows, effects, orders, lines, forgotten }: Known,
): void => {
  if (replica) forgotten.add(`${space} ${replica.id}`);
  if (replica && replica.last > 0)
    watch.check(
      'forgotten',
      replica.retiredAt !== null && replica.retiredAt + times.ringMs <= now(),
      () => `${space} forgets ${JSON.stringify(replica)} at ${now()}`,
    );
  if (isAll) {
    watch.check('forgotten', !spaces.has(space), () => `${space} is forgotten whole`);
    rows.delete(space);
    // What its device sends again counts in the space that begins anew.
    for (const [id, at] of effects) if (at.startsWith(`${space} `)) effects.delete(id);
    for (const id of orders) if (id.startsWith(`${space} `)) orders.delete(id);
    lines.left(space);
  }
  if (!entry) return;
  const kept = rows.get(space)?.get(`${entry.collection}\n${entry.key}`);
  const isLine = entry.collection === 'cart' && kept?.state;
  watch.check(
    'forgotten',
    !!kept && kept.touched + times.deletedMs <= now() && !(isLine && quantityOf((kept.state as unknown as Line).q)),
    () => `${space} forgets ${JSON.stringify(kept)} at ${now()}`,
  );
  rows.get(space)?.delete(`${entry.collection}\n${entry.key}`);
  lines.forgotten(space, entry);
};
