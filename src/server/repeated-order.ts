import type { OrderLine } from '../core/change.ts';
import type { Json } from '../core/json.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { completeCheckout, paidBy } from './checkout-orders.ts';
import { boughtOf, viewOfCheckout } from './checkouts.ts';
import { leftOfOrder } from './left-of-order.ts';
import { boughtIn, isOther, keptGoods, keptLines, takenLines } from './order-goods.ts';
import { takePaid } from './owed-checkouts.ts';
import { viewOfPage } from './page-view.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { maxOrders, type OrderRow } from './store-orders.ts';

export type OrderOp = Extract<KnownOp, { t: 'order' }>;

/** What a page is told of its report. `dup`, unlike a change that comes again: another one had reported this order. */
export const orderAnswer = (status: 'ok' | 'dup', duplicateOf: string | undefined): readonly Json[] => {
  if (duplicateOf !== undefined) return [status, 'order/duplicate-snapshot', duplicateOf];
  return status === 'dup' ? ['dup', 'known'] : ['ok'];
};

type Repeated = {
  readonly known: OrderRow;
  /** The checkout that the page names, where it is of this space. */
  readonly named: CheckoutRow | undefined;
  readonly device: string | undefined;
  readonly replica: string;
};

/**
 * A page reports an order that was reported before. It is of the checkout that was named first: one that opens an old
 * confirmation again completes no other. Who had reported it without a checkout learns of it now, if that had begun by
 * then. And of what a guest had reported, who is this customer by now, the rest is taken: on a shared device anybody can
 * have guessed the next order id, and the real order would be a no-op. Where no checkout tells what the real one is, it is
 * one that bought something else than was reported: the page of the same order, opened again, says the same.
 */
export const repeatedOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { known, named, device, replica }: Repeated,
): Promise<readonly Json[]> => {
  const { orderId } = op;
  const isGuess = known.by === 'page' && known.copied === true;
  const lines = op.lines as readonly OrderLine[];
  if (!named) {
    const isTag = isGuess && op.checkoutId === undefined;
    const checkout = isTag ? await paidBy(space, { device, bought: lines, status: 'open' }) : undefined;
    const isMore = isTag && leftOfOrder(lines, await takenLines(space, known)).length > 0;
    return isMore && (checkout || isOther(known, lines))
      ? takeRest(space, op, { known, checkout, bought: lines, replica })
      : orderAnswer('dup', undefined);
  }
  const isOf = known.checkout === named.id;
  const isSince = known.checkout === undefined && named.openedAt <= known.at;
  if (!isOf && !isSince && !isGuess) return orderAnswer('dup', undefined);
  if (!isOf && known.by === 'page')
    return takeRest(space, op, { known, checkout: named, bought: lines.length > 0 ? lines : boughtOf(named), replica });
  const { told } = await completeCheckout(space, named, { orderId, bought: boughtIn(known) });
  if (!isOf) await space.tx.putOrder(space.id, { ...known, checkout: named.id }, maxOrders);
  return orderAnswer('dup', told);
};

type Rest = {
  known: OrderRow;
  checkout: CheckoutRow | undefined;
  bought: readonly OrderLine[];
  replica: string;
};

/** What was bought, of a checkout or of what the page had seen, beyond what the order has taken already. */
const takeRest = async (
  space: SpaceWriter,
  op: OrderOp,
  { known, checkout, bought, replica }: Rest,
): Promise<readonly Json[]> => {
  const { orderId } = op;
  const rest = leftOfOrder(bought, await takenLines(space, known, checkout));
  const viewOf = checkout ? viewOfCheckout(checkout) : viewOfPage(space, op, replica);
  const how = { key: op.k, id: op.i, bought: rest, viewOf, isMore: true };
  const took = (rest.length > 0 && (await takePaid(space, checkout, how))) || {};
  const goods = await keptGoods(space, { before: known, took, checkout });
  const told = checkout && (await completeCheckout(space, checkout, { orderId, bought })).told;
  // What a guest said that it was of was a word about something else.
  const { copied: _, duplicateOf: __, checkout: ___, ...row } = known;
  const of = { ...(checkout ? { checkout: checkout.id } : {}), ...(told === undefined ? {} : { duplicateOf: told }) };
  await space.tx.putOrder(space.id, { ...row, ...goods, lines: keptLines(bought), ...of }, maxOrders);
  return orderAnswer(Object.keys(took).length > 0 ? 'ok' : 'dup', told);
};
