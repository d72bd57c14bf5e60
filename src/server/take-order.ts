import type { OrderLine } from '../core/change.ts';
import { type Counts, orderFromCounter, quantityOf, unseenIn } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
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

type Order = {
  /** The order id's key. */
  readonly key: string;
  /** Names this report in the stamps that it makes. */
  readonly id: string;
  readonly bought: readonly OrderLine[];
  readonly viewOf: (key: string, line: { readonly born: number; readonly line: Line }) => OrderView;
  /** It took some before, on the word of a page: its marks are its own. */
  readonly isMore?: boolean;
};

/**
 * Takes out of the cart what an order bought; gives how much of each line. Adds that the order had not seen stay, and no
 * line is looked at for more than the order may take of it. `undefined` when a line says that this order took from it:
 * the order's own row was lost with a restored server.
 */
export const takeOrder = async (space: SpaceWriter, order: Order): Promise<Counts | undefined> => {
  const { key: orderKey, bought, isMore = false } = order;
  const lines = (await space.states('cart')).map(({ key, born, state }) => {
    const line = state as Line;
    return { key, born, line, ...order.viewOf(key, { born, line }) };
  });
  if (!isMore && lines.some(({ line }) => isMarked(line.d, orderKey))) return undefined;
  const stamp: Stamp = [space.nowMs, 0, `srv:${order.id}`, 0];
  const taken = matchOrder(
    lines.map(({ key, born, line, p, isSeen }) => ({
      key,
      sku: skuOf(line),
      properties: line.d['properties']?.[0],
      quantity: quantityOf(line.q) - unseenIn(line.q, p),
      since: born,
      isSeen,
      isParked: parkedFor(line) !== null,
    })),
    bought,
  );
  for (const { key, line, p } of lines) {
    const n = taken.get(key);
    if (!n) continue;
    const left: Line = { q: orderFromCounter(line.q, { p, bought: n }), d: marked(line.d, orderKey, stamp) };
    await space.put('cart', key, emptiedLine(left, order.id));
  }
  return Object.fromEntries(taken);
};

/** Details are whatever JSON a page stored: `String()` of an object with a `toString` member of its own throws. */
export const skuOf = ({ d }: Line): string => {
  const sku: Json | undefined = d['sku']?.[0];
  return typeof sku === 'string' ? sku : '';
};
