import type { OrderLine } from '../core/change.ts';
import { type Bought, isAllOf, paidTwice } from './checkout-parts.ts';
import { isOpen } from './checkout-times.ts';
import { putCheckout } from './checkouts.ts';
import { boughtIn, tookIn } from './order-goods.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { isOfShop } from './store-orders.ts';

/** Orders that a checkout remembers: more are not placed of one cart. */
const maxRemembered = 100;

/** Which order has paid before for some of what this one pays. */
export type PaidBefore = {
  /** As far as anybody has told: the customer hears of it. */
  readonly told?: string | undefined;
  /** As far as the shop itself has told. A page that makes an order up makes no order of the shop's a second one. */
  readonly ofShop?: string | undefined;
};

/** An order was placed of it. Says which had paid for the same before, if any: somebody paid twice, and should be told. */
export const completeCheckout = async (
  space: SpaceWriter,
  row: CheckoutRow,
  { orderId, bought }: { readonly orderId: string; readonly bought: readonly OrderLine[] | null },
): Promise<PaidBefore> => {
  const at = row.orders.indexOf(orderId);
  const before: (Bought & { readonly isShops: boolean; readonly isEarlier: boolean })[] = [];
  for (const [n, other] of row.orders.entries()) {
    if (other === orderId) continue;
    const order = await space.tx.order(space.id, other);
    const isShops = order !== undefined && isOfShop(order) && order.checkout === row.id;
    const said = order ? { bought: boughtIn(order), took: tookIn(order) } : { bought: null };
    before.push({ orderId: other, ...said, isShops, isEarlier: at < 0 || n < at });
  }
  const told = paidTwice(row, { bought, before: before.filter(({ isEarlier }) => isEarlier) });
  if (at < 0) {
    const { duplicateOf: _, ...rest } = row;
    const orders = [...row.orders, orderId].slice(-maxRemembered);
    await putCheckout(space, { ...rest, status: 'completed', orders, ...(told ? { duplicateOf: told } : {}) });
  }
  return { told, ofShop: paidTwice(row, { bought, before: before.filter(({ isShops }) => isShops) }) };
};

/**
 * The checkout that a device paid for, as far as what was bought tells: a tag of the page knows of none. `completed`: one
 * of the last day that was paid for already.
 */
export const paidBy = async (
  space: SpaceWriter,
  {
    device,
    bought,
    status,
  }: { device: string | undefined; bought: readonly OrderLine[]; status: 'open' | 'completed' },
): Promise<CheckoutRow | undefined> => {
  const skus = [...new Set(bought.map(({ sku }) => sku))];
  const most = (lines: readonly { readonly sku: string; readonly quantity: number }[], of: string) =>
    lines.reduce((sum, { sku, quantity }) => sum + (sku === of ? quantity : 0), 0);
  const covers = ({ lines }: CheckoutRow) => skus.every((sku) => most(bought, sku) <= most(Object.values(lines), sku));
  return (await space.tx.checkouts(space.id)).find(
    (row) => row.status === status && isOpen({ ...row, status: 'open' }, space) && row.device === device && covers(row),
  );
};

/** The one that is open and has exactly what was bought: the shop does not say which checkout it was. */
export const openWith = async (space: SpaceWriter, bought: readonly OrderLine[]): Promise<CheckoutRow | undefined> => {
  const all = (await space.tx.checkouts(space.id)).filter((row) => isOpen(row, space) && isAllOf(row, bought));
  return all.length === 1 ? all[0] : undefined;
};
