import type { OrderLine } from '../core/change.ts';
import { checkChange } from '../core/check-change.ts';
import type { Counts } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import { idToKey } from '../core/key.ts';
import type { Line } from '../core/line.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { OrderReply, OrderRequest } from '../protocol/rest.ts';
import { keptLines } from './apply-order.ts';
import { noteAccess } from './audit.ts';
import { boughtOf, completeCheckout, viewOfCheckout } from './checkouts.ts';
import { customerSpaceId, emptySpace, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { leftOfOrder, type TakenLine } from './left-of-order.ts';
import { answerOnce, type Once } from './once.ts';
import type { Clock, Ids, Log } from './ports.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace, type SpaceWriter } from './space-writer.ts';
import type { SpaceRow, Store, WriteTx } from './store.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { maxOrders, type OrderRow } from './store-orders.ts';
import { skuOf, takeOrder } from './take-order.ts';

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
    const lines = order.lines?.length ? order.lines.map(toOrderLine) : checkout ? boughtOf(checkout) : [];
    if (lines.length === 0) throw new RelevoError('request/malformed', { detail: 'lines: what was bought.' });
    const placed = { ...order, lines, key: idToKey(ids.sha256, order.orderId), id: ids.random(), actor, checkout };
    refuseBadOrder(placed);
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
  const { orderId, lines, channel, checkout, key, id, actor } = order;
  const known = await space.tx.order(space.id, orderId);
  const before = known?.taken ?? {};
  const isSettled = known?.by === 'server';
  // Without a checkout nobody knows what the order had seen: all that has arrived.
  const arrived = (_: string, { line }: { readonly line: Line }) => ({ p: line.q.p, isSeen: false });
  const viewOf = checkout ? viewOfCheckout(checkout) : arrived;
  const bought = known ? leftOfOrder(lines, await linesOf(space, before)) : lines;
  const took = isSettled ? {} : await takeOrder(space, { key, id, bought, viewOf, isMore: known !== undefined });
  const taken = sum(before, took ?? {});
  const paidBefore = checkout && (await completeCheckout(space, checkout, orderId));
  const duplicateOf = known?.duplicateOf ?? paidBefore;
  const of = { ...(checkout ? { checkout: checkout.id } : {}), ...(duplicateOf === undefined ? {} : { duplicateOf }) };
  if (!isSettled) {
    const row: OrderRow = {
      orderId,
      by: 'server',
      at: known?.at ?? space.nowMs,
      taken,
      lines: keptLines(lines as Json),
    };
    await space.tx.putOrder(space.id, { ...row, ...of, channel, actor }, maxOrders);
  }
  const all = await linesOf(space, taken);
  return {
    status: isSettled || took === undefined ? 'known' : 'completed',
    orderId,
    taken: all.map(({ key: line, sku, quantity }) => ({ key: line, sku, quantity })),
    // How much it took is lost with what the lines alone tell of.
    left: took === undefined ? [] : [...leftOfOrder(lines, all)],
    ...(duplicateOf === undefined ? {} : { duplicateOf, code: 'order/duplicate-snapshot' as const }),
  };
};

const linesOf = async (
  space: SpaceWriter,
  taken: Counts,
): Promise<readonly (TakenLine & { readonly key: string })[]> => {
  const byKey = new Map((await space.states('cart')).map(({ key, state }) => [key, state as Line]));
  return Object.entries(taken).map(([key, quantity]) => {
    // One that was forgotten since stands for nothing that could still be told apart.
    const line = byKey.get(key);
    return { key, quantity, sku: line ? skuOf(line) : '', properties: line?.d['properties']?.[0] };
  });
};

const sum = (a: Counts, b: Counts): Counts => {
  const all: Record<string, number> = { ...a };
  for (const [key, n] of Object.entries(b)) all[key] = (all[key] ?? 0) + n;
  return all;
};
