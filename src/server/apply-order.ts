import type { OrderLine } from '../core/change.ts';
import type { Json } from '../core/json.ts';
import { completeCheckout, paidBy } from './checkout-orders.ts';
import { boughtOf, viewOfCheckout } from './checkouts.ts';
import { partsOfSpaceKey } from './identity.ts';
import { leftOfOrder } from './left-of-order.ts';
import { keptGoods, keptLines, takenLines } from './order-goods.ts';
import { takePaid } from './owed-checkouts.ts';
import { viewOfPage } from './page-view.ts';
import { type OrderOp, orderAnswer, repeatedOrder } from './repeated-order.ts';
import type { SpaceWriter } from './space-writer.ts';
import { maxOrders } from './store-orders.ts';

type Reporter = {
  readonly replica: string;
  readonly channel: string;
  readonly device?: string;
  /** The customer whom the guest of this space has become, or becomes. */
  readonly claimant?: string;
};

/** An order that a page reports: counts once for each order id, whatever device reports it. */
export const applyOrder = async (
  space: SpaceWriter,
  op: OrderOp,
  { replica, channel, device, claimant }: Reporter,
): Promise<readonly Json[]> => {
  const { orderId, checkoutId } = op;
  const known = await space.tx.order(space.id, orderId);
  const { site } = partsOfSpaceKey(space.id);
  const there = checkoutId === undefined ? undefined : await space.tx.checkout(site, checkoutId);
  const named = there?.space === space.id ? there : undefined;
  if (known) return repeatedOrder(space, op, { known, named, device, replica });
  // Whoever has a shared device next has not bought what somebody else did. One that nobody has is of long ago.
  if (there && !named && there.space !== claimant) return ['rejected', 'checkout/unknown'];
  if (!named && op.lines.length === 0) return ['rejected', 'checkout/unknown'];
  const bought = op.lines.length > 0 ? (op.lines as readonly OrderLine[]) : named ? boughtOf(named) : [];
  const isUnnamed = checkoutId === undefined;
  const checkout = named ?? (isUnnamed ? await paidBy(space, { device, bought, status: 'open' }) : undefined);
  const took = await takePaid(space, checkout, {
    key: op.k,
    id: op.i,
    bought,
    viewOf: checkout ? viewOfCheckout(checkout) : viewOfPage(space, op, replica),
  });
  const goods = await keptGoods(space, { took: took ?? {}, checkout });
  // What no line of the cart has was paid for before, if it was in what this device paid for last.
  const isLeft = took && isUnnamed && !checkout && leftOfOrder(bought, await takenLines(space, goods)).length > 0;
  const of = isLeft ? await paidBy(space, { device, bought, status: 'completed' }) : checkout;
  const told = of && (await completeCheckout(space, of, { orderId, bought })).told;
  const row = { orderId, at: space.nowMs, lines: keptLines(bought), channel, ...goods };
  const link = { ...(of ? { checkout: of.id } : {}), ...(told === undefined ? {} : { duplicateOf: told }) };
  // How much it took is lost: nobody may take more for it.
  await space.tx.putOrder(space.id, { ...row, ...link, by: took ? 'page' : 'server' }, maxOrders);
  return orderAnswer(took ? 'ok' : 'dup', told);
};
