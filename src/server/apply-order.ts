import type { OrderLine } from '../core/change.ts';
import type { Counts } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { boughtOf, completeCheckout, ofSpace, payedBy, viewOfCheckout } from './checkouts.ts';
import { seenOf } from './outdated.ts';
import { takePaid } from './owed-checkouts.ts';
import type { SpaceWriter } from './space-writer.ts';
import { maxOrders } from './store-orders.ts';

/** Unlike a change that comes again: another change had reported this order. */
const knownOrder = ['dup', 'known'] as const;

type OrderOp = Extract<KnownOp, { t: 'order' }>;

/** An order that a page reports: counts once for each order id, whatever device reports it. */
export const applyOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { replica, channel, device }: { readonly replica: string; readonly channel: string; readonly device?: string },
): Promise<readonly Json[]> => {
  const { orderId, checkoutId } = op;
  const known = await space.tx.order(space.id, orderId);
  const site = space.id.slice(0, space.id.indexOf('/'));
  const named = checkoutId === undefined ? undefined : await ofSpace(space, { site, id: checkoutId });
  if (known) {
    // Reported before by who knew of no checkout, or by another page: that it was a second one is said again. Of another
    // checkout it is not because a page says so.
    const isOf = known.checkout === undefined || known.checkout === named?.id;
    const paidBefore = known.duplicateOf ?? (named && isOf ? await completeCheckout(space, named, orderId) : undefined);
    return paidBefore && named ? ['dup', duplicate] : knownOrder;
  }
  if (!named && op.lines.length === 0) return ['rejected', 'checkout/unknown'];
  const bought = op.lines.length > 0 ? (op.lines as readonly OrderLine[]) : named ? boughtOf(named) : [];
  const checkout = named ?? (checkoutId === undefined ? await payedBy(space, { device, bought }) : undefined);
  const taken = await takePaid(space, checkout, {
    key: op.k,
    id: op.i,
    bought,
    viewOf: checkout
      ? viewOfCheckout(checkout)
      : (key, { born, line }) => {
          const seen = own(op.seen, key);
          const p = seenOf(space, { ...op, seen: seen ?? {}, born, replica });
          return { p: op.late && seen ? { ...p, ...broughtTo(line) } : p, isSeen: !!seen };
        },
  });
  const duplicateOf = checkout && (await completeCheckout(space, checkout, orderId));
  const row = { orderId, at: space.nowMs, lines: keptLines(bought as unknown as Json), channel };
  const of = { ...(checkout ? { checkout: checkout.id } : {}), ...(duplicateOf ? { duplicateOf } : {}) };
  // How much it took is lost: nobody may take more for it.
  await space.tx.putOrder(space.id, { ...row, ...of, by: taken ? 'page' : 'server', taken: taken ?? {} }, maxOrders);
  if (!taken) return knownOrder;
  return duplicateOf ? ['ok', duplicate] : ['ok'];
};

/** What guests have brought to a line: the name under which an order that was made as a guest, and found later, has seen it. */
const broughtTo = ({ q }: Line): Counts =>
  Object.fromEntries(Object.entries(q.p).filter(([share]) => share.startsWith('g:')));

/** Said only to who names a checkout: older devices know of none. */
const duplicate = 'order/duplicate-snapshot';

/** What was bought is kept for people to look at, in a few bytes: nothing else bounds what guests order. */
export const keptLines = (lines: Json): Json => (utf8Length(JSON.stringify(lines)) <= 2_048 ? lines : null);
