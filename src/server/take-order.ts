import type { OrderLine } from '../core/change.ts';
import { type Counts, orderFromCounter, quantityOf, unseenIn } from '../core/counter.ts';
import type { FieldMap } from '../core/field-map.ts';
import { forkOf } from '../core/fork.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
import { own } from '../core/own.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { Stamp } from '../core/stamp.ts';
import { emptiedLine } from './emptied-line.ts';
import { isMarked, marked } from './order-marks.ts';
import type { SpaceWriter } from './space-writer.ts';

/** A line as whoever reports an order had it. */
export type OrderView = {
  /** The adds that the order had seen: no others are its to take. */
  readonly p: Counts;
  /** It was in the cart that was paid for. */
  readonly isSeen: boolean;
};

export type Order = {
  /** The order id's key. */
  readonly key: string;
  /** Names this report in the stamps that it makes. */
  readonly id: string;
  readonly bought: readonly OrderLine[];
  readonly viewOf: (key: string, line: { readonly born: number; readonly line: Line }) => OrderView;
  /** It took some before, on the word of a page: its marks are its own. */
  readonly isMore?: boolean;
  /** A guest whose lines were paid for as well: their merge into this space is owed. */
  readonly owed?: { readonly from: SpaceWriter; readonly p: { readonly [lineKey: string]: Counts } } | undefined;
};

type Held = OrderView & { readonly key: string; readonly born: number; readonly line: Line };

/** How many of it the order may take. */
const within = ({ line, p }: Held): number => quantityOf(line.q) - unseenIn(line.q, p);

/**
 * Takes out of the cart what an order bought; gives how much of each line. Adds that the order had not seen stay, and no
 * line is looked at for more than the order may take of it. `undefined` when a line says that this order took from it:
 * the order's own row was lost with a restored server.
 */
export const takeOrder = async (space: SpaceWriter, order: Order): Promise<Counts | undefined> => {
  const { key: orderKey, bought, isMore = false } = order;
  const lines = (await space.states('cart')).map(({ key, born, state }): Held => {
    const line = state as Line;
    return { key, born, line, ...order.viewOf(key, { born, line }) };
  });
  const { from, p: owedP = {} } = order.owed ?? {};
  const owed = ((await from?.states('cart')) ?? []).flatMap(({ key, born, state }): Held[] => {
    const p = own(owedP, key);
    return p ? [{ key, born, line: state as Line, p, isSeen: true }] : [];
  });
  if (!isMore && lines.some(({ line }) => isMarked(line.d, orderKey))) return undefined;
  const stamp: Stamp = [space.nowMs, 0, `srv:${order.id}`, 0];
  const taken = matchOrder(
    asOne(lines, owed).map(({ held, quantity }) => ({
      key: held.key,
      sku: skuOf(held.line),
      properties: held.line.d['properties']?.[0],
      quantity,
      since: held.born,
      isSeen: held.isSeen,
      isParked: parkedFor(held.line) !== null,
    })),
    bought,
  );
  const take = async (to: SpaceWriter, { key, line, p }: Held) => {
    const n = taken.get(key);
    if (!n) return;
    const d = to === from ? lessOfCopy(line.d, n) : line.d;
    const left: Line = { q: orderFromCounter(line.q, { p, bought: n }), d: marked(d, orderKey, stamp) };
    await to.put('cart', key, emptiedLine(left, order.id));
  };
  for (const held of lines) await take(space, held);
  if (from) for (const held of owed) await take(from, held);
  return Object.fromEntries(taken);
};

/**
 * What was paid for of a copy is gone from the line that it is a copy of, too: it is nothing that the guest took away. The
 * merge would take it out of that once more, where another device may have added to it since.
 */
const lessOfCopy = (d: FieldMap, taken: number): FieldMap => {
  const fork = forkOf(d);
  return fork ? { ...d, fork: [{ of: fork.of, n: Math.max(0, fork.n - taken) }, fork.at] } : d;
};

/** A line that guest and customer both have is the same wish, as in the cart that showed them: of it the larger was paid for. */
const asOne = (lines: readonly Held[], owed: readonly Held[]): { held: Held; quantity: number }[] => {
  const byKey = new Map(lines.map((held) => [held.key, { held, quantity: within(held) }]));
  for (const held of owed) {
    const mine = byKey.get(held.key);
    const quantity = within(held);
    if (!mine || quantity > mine.quantity) byKey.set(held.key, { held, quantity });
  }
  return [...byKey.values()];
};

/** Details are whatever JSON a page stored: `String()` of an object with a `toString` member of its own throws. */
export const skuOf = ({ d }: Line): string => {
  const sku: Json | undefined = d['sku']?.[0];
  return typeof sku === 'string' ? sku : '';
};
