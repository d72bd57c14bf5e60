import type { OrderLine } from '../core/change.ts';
import type { Line } from '../core/line.ts';
import type { OrderReply, OrderRequest } from '../protocol/rest.ts';
import { completeCheckout, openWith } from './checkout-orders.ts';
import { viewOfCheckout } from './checkouts.ts';
import { leftOfOrder } from './left-of-order.ts';
import { boughtIn, keptGoods, keptLines, takenLines } from './order-goods.ts';
import { takePaid } from './owed-checkouts.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { maxOrders, type OrderRow } from './store-orders.ts';

/** What the shop says was placed, with what is known beside. */
export type Placed = OrderRequest & {
  readonly site: string;
  readonly lines: readonly OrderLine[];
  readonly key: string;
  readonly id: string;
  readonly actor: string;
  readonly checkout: CheckoutRow | undefined;
};

type Taken = OrderReply & Pick<OrderRow, 'checkout'>;

/**
 * What the shop says is taken in full; of an order that pages alone have reported, what they did not take. Gives the
 * answer, and the checkout that it is of.
 */
export const takeShopOrder = async (space: SpaceWriter, order: Placed): Promise<Taken> => {
  const known = await space.tx.order(space.id, order.orderId);
  if (known?.by === 'server') return sayAgain(space, order, known);
  const { orderId, lines, channel, key, id, actor } = order;
  // A page of their own named it; what a guest said before they signed in may have been anybody's word.
  const linked = known?.copied ? undefined : known?.checkout;
  const checkout = order.checkout ?? (linked === undefined ? await openWith(space, lines) : undefined);
  // Without a checkout nobody knows what the order had seen: all that has arrived.
  const arrived = (_: string, { line }: { readonly line: Line }) => ({ p: line.q.p, isSeen: false });
  const viewOf = checkout ? viewOfCheckout(checkout) : arrived;
  const bought = known ? leftOfOrder(lines, await takenLines(space, known, checkout)) : lines;
  const took = await takePaid(space, checkout, { key, id, bought, viewOf, isMore: known !== undefined });
  const goods = await keptGoods(space, { before: known, took: took ?? {}, checkout });
  const of = checkout ?? (linked === undefined ? undefined : await space.tx.checkout(order.site, linked));
  const duplicateOf = of && (await completeCheckout(space, of, { orderId, bought: lines })).ofShop;
  const row = { orderId, by: 'server', at: known?.at ?? space.nowMs, ...goods, lines: keptLines(lines) } as const;
  const link = { ...(of ? { checkout: of.id } : {}), ...(duplicateOf === undefined ? {} : { duplicateOf }) };
  await space.tx.putOrder(space.id, { ...row, ...link, channel, actor }, maxOrders);
  const all = await takenLines(space, goods, checkout);
  // How much it took is lost with what the lines alone tell of.
  const left = took === undefined ? [] : leftOfOrder(lines, all);
  const reply = toReply({ status: took === undefined ? 'known' : 'completed', orderId, all, left, duplicateOf });
  return { ...reply, ...(of ? { checkout: of.id } : {}) };
};

/** The same answer: what this report says besides was not done. But it may be the first to name the checkout. */
const sayAgain = async (space: SpaceWriter, { orderId, lines, checkout }: Placed, known: OrderRow): Promise<Taken> => {
  let { duplicateOf } = known;
  const bought = boughtIn(known);
  if (checkout && known.checkout === undefined) {
    duplicateOf = (await completeCheckout(space, checkout, { orderId, bought })).ofShop;
    const of = { checkout: checkout.id, ...(duplicateOf === undefined ? {} : { duplicateOf }) };
    await space.tx.putOrder(space.id, { ...known, ...of }, maxOrders);
  }
  const all = await takenLines(space, known, checkout);
  const isKept = Array.isArray(known.lines);
  const of = known.checkout ?? checkout?.id;
  const reply = toReply({
    status: 'known',
    orderId,
    all,
    left: leftOfOrder((isKept && bought) || lines, all),
    duplicateOf,
  });
  return { ...reply, ...(of === undefined ? {} : { checkout: of }) };
};

const toReply = ({
  status,
  orderId,
  all,
  left,
  duplicateOf,
}: {
  status: OrderReply['status'];
  orderId: string;
  all: Awaited<ReturnType<typeof takenLines>>;
  left: readonly OrderLine[];
  duplicateOf: string | undefined;
}): OrderReply => ({
  status,
  orderId,
  taken: all.map(({ key, sku, quantity }) => ({ key, sku, quantity })),
  left: [...left],
  ...(duplicateOf === undefined ? {} : { duplicateOf, code: 'order/duplicate-snapshot' as const }),
});
