import type { OrderLine } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import { idToKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { OrderReply, OrderRequest } from '../protocol/rest.ts';
import { noteAccess } from './audit.ts';
import { boughtOf } from './checkouts.ts';
import { customerSpaceId, emptySpace, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { answerOnce, type Once } from './once.ts';
import type { Clock, Ids, Log } from './ports.ts';
import { takeShopOrder } from './shop-order.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace } from './space-writer.ts';
import type { SpaceRow, Store, WriteTx } from './store.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import type { OrderRow } from './store-orders.ts';

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
  ): Promise<Pick<OrderRow, 'checkout'> & { readonly reply: OrderReply; readonly news: SpaceNews }> => {
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
    const { checkout: of, ...reply } = await takeShopOrder(space, placed);
    const who = actor === 'webhook' ? ({ by: 'webhook', actor } as const) : ({ by: 'key', key: actor, actor } as const);
    const access = { ...who, channel: order.channel, act: 'order', collections: ['cart'] } as const;
    await noteAccess(tx, space.id, { ...access, nowMs: space.nowMs, id: ids.random() });
    const { row, changed } = await space.finish();
    const news = { before: before.version, row, rows: changed, incarnation: await incarnationOf(tx) };
    return { reply, news, ...(of === undefined ? {} : { checkout: of }) };
  };

  return {
    async complete({ site, actor, once }, order) {
      const rules = sites[site];
      if (!rules) throw new RelevoError('site/unknown');
      let twice: OrderRow['checkout'];
      const done = await store.write((tx) =>
        answerOnce(tx, { site, once, nowMs: clock.now() }, async () => {
          const { checkout, ...made } = await complete(tx, { site, rules, actor, order });
          twice = made.reply.duplicateOf === undefined ? undefined : checkout;
          return made;
        }),
      );
      if (done.news) announce(done.news);
      if (twice !== undefined) log.warn('order-duplicate', { site, code: 'order/duplicate-snapshot', detail: twice });
      return done.reply;
    },
  };
};

const toOrderLine = ({ sku, properties, quantity }: NonNullable<OrderRequest['lines']>[number]): OrderLine => ({
  sku,
  quantity,
  ...(properties ? { properties } : {}),
});

const refuseBadOrder = ({ orderId, lines }: { readonly orderId: string; readonly lines: readonly OrderLine[] }) => {
  const refused = checkChange({ t: 'order', orderId, lines, seen: {} });
  if (refused === 'change/too-large') throw new RelevoError('request/too-large', { detail: 'An order has 16 KiB.' });
  if (refused) throw new RelevoError('request/malformed', { detail: `The order: ${refused}.` });
};
