import type { SimDevice, SimTab } from './sim-device.ts';
import type { Watch } from './watch.ts';

/**
 * A page that was killed may have been between its shop's cart and ours: the shop is handed a line again, unless it can be
 * read. So it is by a page in memory beside or after another, and by one whose store was lost: its own cart may have been
 * cleared with it. An order that is held in a store which opens late comes behind what is done meanwhile. The next page
 * reads what became of an order whose customer left untold. The rules of 0.1.0 are those of then.
 */
const isShopSafe = ({ shop, spec, tabs, state: { isApart, lostAtMs, opensLate, reports } }: SimDevice): boolean =>
  !spec.sdk &&
  !isApart &&
  (reports.heldOrderMs === undefined || opensLate.untilMs < reports.heldOrderMs) &&
  (shop?.kind === 'readable'
    ? !reports.isUnanswered && tabs.every(({ loading }) => loading.fromMs > reports.untoldAtMs)
    : !reports.isAstray && !reports.isLeft && lostAtMs < 0);

/**
 * The shop's own cart is ours, where nothing that is pending came between the two. `hasOlder`: a device of 0.1.0 that adds
 * to a line which the server has no more names no article, and such a line is not handed over. Nobody else may make one.
 */
export const checkShop = (watch: Watch, device: SimDevice, { page: { relevo } }: SimTab, hasOlder: boolean): void => {
  const { shop, index } = device;
  if (!shop || !isShopSafe(device)) return;
  const ours = new Map<string, number>();
  for (const { sku, quantity } of relevo.cart.lines)
    if (sku || !hasOlder) ours.set(sku, (ours.get(sku) ?? 0) + quantity);
  const text = (cart: ReadonlyMap<string, number>) => JSON.stringify([...cart].sort());
  watch.check(
    'shop',
    text(shop.cart) === text(ours),
    () => `device ${index}, ${shop.kind}: ${text(shop.cart)}, ours ${text(ours)}`,
  );
};
