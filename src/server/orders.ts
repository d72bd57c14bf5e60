import type { OrderLine } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import { idToKey } from '../core/key.ts';
import type { Line } from '../core/line.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { OrderReply, OrderRequest } from '../protocol/rest.ts';
import { noteAccess } from './audit.ts';
import { completeCheckout, openWith } from './checkout-orders.ts';
import { boughtOf, viewOfCheckout } from './checkouts.ts';
import { customerSpaceId, emptySpace, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { leftOfOrder } from './left-of-order.ts';
import { answerOnce, type Once } from './once.ts';
import { boughtIn, keptGoods, keptLines, takenLines } from './order-goods.ts';
import { takePaid } from './owed-checkouts.ts';
import type { Clock, Ids, Log } from './ports.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace, type SpaceWriter } from './space-writer.ts';
import type { SpaceRow, Store, WriteTx } from './store.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { maxOrders, type OrderRow } from './store-orders.ts';

export type Orders = {
  /**
   * The shop says that an order was placed, by a server key or a signed webhook: what it bought leaves the cart, once
   * for each order id, on all devices.
   * @throws `checkout/unknown`, `request/malformed`, `request/too-large`, `request/idempotency`
   */
  complete(
    by: { readonly site: string; readonly actor: string; readonly once?: Once },
    order: OrderRequest,
  ): Promise<OrderReply>;
};

export const createOrders = ({
  store,
  clock,
  ids,
  sites,
  log,
  announce,
}: {
  store: Store;
  clock: Pick<Clock, 'now'>;
  ids: Ids;
  sites: Readonly<Record<string, SiteRules>>;
  log: Log;
  announce(news: SpaceNews): void;
}): Orders => {
  type Task = {
    readonly site: string;
    readonly rules: SiteRules;
    readonly actor: string;
    readonly order: OrderRequest;
  };

  /** Whose order it is: who named both a customer and a checkout must have both right, and learns of neither else. */
  const placeOf = async (tx: WriteTx, { site, order }: Task): Promise<{ row: SpaceRow; checkout?: CheckoutRow }> => {
    const { customerId: customer, checkoutId } = order;
    const mine = customer === undefined ? undefined : spaceKey({ site, id: customerSpaceId(ids, { site, customer }) });
    if (checkoutId === undefined) {
      if (mine === undefined)
        throw new RelevoError('request/malformed', { detail: 'customerId or checkoutId: whose order it is.' });
      // One that Relevo does not know yet may sign in tomorrow, and open the thank-you page again.
      return { row: (await tx.space(mine)) ?? emptySpace({ id: mine, site, kind: 'customer', secret: null }) };
    }
    const checkout = await tx.checkout(site, checkoutId);
    const row =
      checkout && (mine === undefined || mine === checkout.space) ? await tx.space(checkout.space) : undefined;
    if (!row) throw new RelevoError('checkout/unknown');
    return { row, ...(checkout ? { checkout } : {}) };
  };

  const complete = async (
    tx: WriteTx,
    task: Task,
  ): Promise<{ readonly reply: OrderReply; readonly news: SpaceNews }> => {
    const { actor, order, rules } = task;
    const { row: before, checkout } = await placeOf(tx, task);
    const space = openSpace(tx, { row: before, site: rules, nowMs: clock.now() });
    const said = order.lines?.map(toOrderLine) ?? [];
    if (said.length === 0 && !checkout)
      throw new RelevoError('request/malformed', { detail: 'lines: what was bought.' });
    refuseBadOrder({ orderId: order.orderId, lines: said });
    // What a checkout had in it is no word of the sender's, however much that is.
    const lines = said.length > 0 || !checkout ? said : boughtOf(checkout);
    const key = idToKey(ids.sha256, order.orderId);
    const placed = { ...order, lines, key, id: ids.random(), site: task.site, actor, checkout };
    const reply = await takeFor(space, placed);
    const who = actor === 'webhook' ? ({ by: 'webhook', actor } as const) : ({ by: 'key', key: actor, actor } as const);
    const access = { ...who, channel: order.channel, act: 'order', collections: ['cart'] } as const;
    await noteAccess(tx, space.id, { ...access, nowMs: space.nowMs, id: ids.random() });
    const { row, changed } = await space.finish();
    return { reply, news: { before: before.version, row, rows: changed, incarnation: await incarnationOf(tx) } };
  };

  return {
    async complete({ site, actor, once }, order) {
      const rules = sites[site];
      if (!rules) throw new RelevoError('site/unknown');
      const done = await store.write((tx) =>
        answerOnce(tx, { site, once, nowMs: clock.now() }, () => complete(tx, { site, rules, actor, order })),
      );
      if (done.news) announce(done.news);
      if (done.reply.duplicateOf !== undefined) log.warn('order-duplicate', { site, code: 'order/duplicate-snapshot' });
      return done.reply;
    },
  };
};

type Placed = OrderRequest & {
  readonly site: string;
  readonly lines: readonly OrderLine[];
  readonly key: string;
  readonly id: string;
  readonly actor: string;
  readonly checkout: CheckoutRow | undefined;
};

const toOrderLine = ({ sku, properties, quantity }: NonNullable<OrderRequest['lines']>[number]): OrderLine => ({
  sku,
  quantity,
  ...(properties ? { properties } : {}),
});

const refuseBadOrder = ({ orderId, lines }: Pick<Placed, 'orderId' | 'lines'>) => {
  const refused = checkChange({ t: 'order', orderId, lines, seen: {} });
  if (refused === 'change/too-large') throw new RelevoError('request/too-large', { detail: 'An order has 16 KiB.' });
  if (refused) throw new RelevoError('request/malformed', { detail: `The order: ${refused}.` });
};

/** What the shop says is taken in full; of an order that pages alone have reported, what they did not take. */
const takeFor = async (space: SpaceWriter, order: Placed): Promise<OrderReply> => {
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
  return toReply({ status: took === undefined ? 'known' : 'completed', orderId, all, left, duplicateOf });
};

/** The same answer: what this report says besides was not done. But it may be the first to name the checkout. */
const sayAgain = async (
  space: SpaceWriter,
  { orderId, lines, checkout }: Placed,
  known: OrderRow,
): Promise<OrderReply> => {
  let { duplicateOf } = known;
  const bought = boughtIn(known);
  if (checkout && known.checkout === undefined) {
    duplicateOf = (await completeCheckout(space, checkout, { orderId, bought })).ofShop;
    const of = { checkout: checkout.id, ...(duplicateOf === undefined ? {} : { duplicateOf }) };
    await space.tx.putOrder(space.id, { ...known, ...of }, maxOrders);
  }
  const all = await takenLines(space, known, checkout);
  const isKept = Array.isArray(known.lines);
  return toReply({ status: 'known', orderId, all, left: leftOfOrder((isKept && bought) || lines, all), duplicateOf });
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
