import type { OrderLine } from '../core/change.ts';
import type { Json } from '../core/json.ts';
import { own } from '../core/own.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { seenOf } from './outdated.ts';
import type { SpaceWriter } from './space-writer.ts';
import { maxOrders } from './store-orders.ts';
import { takeOrder } from './take-order.ts';

/** Unlike a change that comes again: another change had reported this order. */
const knownOrder = ['dup', 'known'] as const;

type OrderOp = Extract<KnownOp, { t: 'order' }>;

/** An order that a page reports: counts once for each order id, whatever device reports it. */
export const applyOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { replica, channel }: { readonly replica: string; readonly channel: string },
): Promise<readonly Json[]> => {
  const { orderId } = op;
  if (await space.tx.order(space.id, orderId)) return knownOrder;
  const taken = await takeOrder(space, {
    key: op.k,
    id: op.i,
    bought: op.lines as readonly OrderLine[],
    viewOf(key, { born }) {
      const seen = own(op.seen, key);
      return { p: seenOf(space, { ...op, seen: seen ?? {}, born, replica }), isSeen: !!seen };
    },
  });
  const row = { orderId, at: space.nowMs, lines: keptLines(op.lines as Json), channel };
  // How much it took is lost: nobody may take more for it.
  await space.tx.putOrder(space.id, { ...row, by: taken ? 'page' : 'server', taken: taken ?? {} }, maxOrders);
  return taken ? ['ok'] : knownOrder;
};

/** What was bought is kept for people to look at, in a few bytes: nothing else bounds what guests order. */
export const keptLines = (lines: Json): Json => (utf8Length(JSON.stringify(lines)) <= 2_048 ? lines : null);
