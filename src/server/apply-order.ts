import type { OrderLine } from '../core/change.ts';
import { orderFromCounter, quantityOf, unseenIn } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
import { own } from '../core/own.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { Stamp } from '../core/stamp.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { emptiedLine } from './emptied-line.ts';
import { seenOf } from './outdated.ts';
import type { SpaceWriter } from './space-writer.ts';

/** Unlike a change that comes again: another change had reported this order. */
const knownOrder = ['dup', 'known'] as const;

type OrderOp = Extract<KnownOp, { t: 'order' }>;

/**
 * Takes out of the cart what an order bought, once for each order id whatever device reports it.
 * Adds that the order had not seen stay, and no line is looked at for more than the order may take of it.
 */
export const applyOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { replica }: { readonly replica: string },
): Promise<readonly Json[]> => {
  if (await space.tx.hasOrder(space.id, op.orderId)) return knownOrder;
  const mark = orderMark(op.k);
  const lines = (await space.states('cart')).map(({ key, born, state }) => {
    const seen = own(op.seen, key);
    const p = seenOf(space, { ...op, seen: seen ?? {}, born, replica });
    return { key, born, line: state as Line, p, isSeen: !!seen };
  });
  // A line that a device offered after a restore knows what was taken from it.
  if (lines.some(({ line }) => own(line.d, mark))) {
    await space.tx.putOrder(space.id, op.orderId, { lines: op.lines as Json });
    return knownOrder;
  }
  const stamp: Stamp = [space.nowMs, 0, `srv:${op.i}`, 0];
  const taken = matchOrder(
    lines.map(({ key, born, line, p, isSeen }) => ({
      key,
      sku: textOf(line.d.sku?.[0]),
      properties: line.d.properties?.[0],
      quantity: quantityOf(line.q) - unseenIn(line.q, p),
      since: born,
      isSeen,
      isParked: parkedFor(line) !== null,
    })),
    op.lines as readonly OrderLine[],
  );
  for (const { key, line, p } of lines) {
    const bought = taken.get(key);
    if (!bought) continue;
    const left: Line = { q: orderFromCounter(line.q, { p, bought }), d: { ...line.d, [mark]: [null, stamp] } };
    await space.put('cart', key, emptiedLine(left, op.i));
  }
  await space.tx.putOrder(space.id, op.orderId, { lines: op.lines as Json });
  return ['ok'];
};

/** The detail of a line by which it says that this order took from it: the order's id is lost with a restored server. It has no value, so that no page shows it. */
const orderMark = (key: string): string => `o:${key.slice(-120)}`;

/** Details are whatever JSON a page stored: `String()` of an object with a `toString` member of its own throws. */
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
