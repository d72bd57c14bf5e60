import type { OrderLine } from '../core/change.ts';
import { orderFromCounter, quantityOf } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
import { own } from '../core/own.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { seenOf } from './outdated.ts';
import type { SpaceWriter } from './space-writer.ts';

type OrderOp = Extract<KnownOp, { t: 'order' }>;

/**
 * Takes out of the cart what an order bought, once for each order id whatever device reports it.
 * Adds that the order had not seen stay.
 */
export const applyOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { replica }: { readonly replica: string },
): Promise<readonly Json[]> => {
  if (await space.tx.hasOrder(space.id, op.orderId)) return ['dup'];
  const lines = (await space.states('cart')).map(({ key, born, state }) => ({ key, born, line: state as Line }));
  const taken = matchOrder(
    lines.map(({ key, born, line }) => ({
      key,
      sku: textOf(line.d.sku?.[0]),
      properties: line.d.properties?.[0],
      quantity: quantityOf(line.q),
      since: born,
    })),
    op.lines as readonly OrderLine[],
  );
  for (const { key, born, line } of lines) {
    const bought = taken.get(key);
    if (!bought) continue;
    const p = seenOf(space, { seen: own(op.seen, key) ?? {}, at: op.at, born, replica });
    await space.put('cart', key, { ...line, q: orderFromCounter(line.q, { p, bought }) });
  }
  await space.tx.putOrder(space.id, op.orderId, { lines: op.lines as Json });
  return ['ok'];
};

/** Details are whatever JSON a page stored: `String()` of an object with a `toString` member of its own throws. */
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
