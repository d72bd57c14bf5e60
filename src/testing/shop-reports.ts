import type { Relevo } from '../client/api.ts';
import type { Step } from './script.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

/** What is known of the reports of a device's shop that ours may not be able to follow: see `pendingInvariants`. */
export const createShopReports = () => ({
  /** Items that a page reported which was not told who is there: it holds them until then. */
  held: new Set<string>(),
  /** When it last held an order so: the next page may begin without the store where that is kept. */
  heldOrderMs: undefined as number | undefined,
  /** A guest who keeps to the device has ordered: what a shop that is read has of it is taken for what the order left there. */
  isUnanswered: false,
  /** Items that any page reported. */
  told: new Set<string>(),
  hasOrdered: false,
  /** Orders whose page was loaded again: only the server says so. */
  again: new Set<string>(),
  /** Our cart and the shop's may differ until the shop is read. */
  isAstray: false,
  /** When somebody left last who was not told what became of such an order, or the shop cleared what was not shown. */
  untoldAtMs: Number.NEGATIVE_INFINITY,
  /** A page ended, and with it what it knew of the shop; without a word, perhaps between the shop's cart and ours. */
  hasLeft: false,
  isLeft: false,
});

const cartSteps = new Set<Step['do']>(['add', 'set', 'remove', 'clear', 'order', 'shop']);

/** What a page holds comes behind what is done with the same item meanwhile, by our own API or on another page. */
export const noteReport = (
  { tabs, shop, spec, state: { reports, session, isSlow } }: SimDevice,
  { relevo: { status, cart }, isFrozen }: { relevo: Relevo; isFrozen: boolean },
  step: Step,
  nowMs: number,
): void => {
  if (!cartSteps.has(step.do)) return;
  const { isReady } = status;
  const sku = 'sku' in step ? step.sku : '';
  const moreThanHere = (item: string, quantity = 0) => quantity > (cart.find({ sku: item })?.quantity ?? 0);
  const isMissed = (item: string) => moreThanHere(item, shop?.cart.get(item));
  // A page that stood still, or whose store is slow, has not heard yet of what another one shows, or showed when it ended.
  const isElsewhere = ({ page }: SimTab) =>
    page.relevo.cart.lines.some((line) => isMissed(line.sku) && moreThanHere(line.sku, line.quantity));
  const isBehind = () => !isReady || ((isFrozen || isSlow) && !spec.sdk && tabs.some(isElsewhere));
  // It clears what it shows, and the shop all.
  if (step.do === 'clear' && isBehind()) Object.assign(reports, { isAstray: true, untoldAtMs: nowMs });
  // An order that is told again shows as if it had taken its lines until the server has answered.
  const isFewer = step.do === 'shop' ? step.n < 0 : ['set', 'remove', 'clear'].includes(step.do);
  reports.isAstray ||= isFewer && reports.again.size > 0;
  // While its store hangs a report does not show yet: what is cleared comes after it.
  reports.isAstray ||= step.do === 'clear' && [...reports.told].some(isMissed);
  if (step.do === 'shop') reports.told.add(sku);
  if (!isReady && step.do === 'order') reports.heldOrderMs = nowMs;
  reports.hasOrdered ||= step.do === 'order';
  // An order does not see what is told just before it; of a guest who keeps to the device the server says nothing to it.
  reports.isAstray ||= step.do === 'order' && reports.held.has(sku);
  reports.isUnanswered ||= step.do === 'order' && spec.guest === 'local' && !session.who;
  if (!isReady && (step.do === 'shop' || step.do === 'order')) return void reports.held.add(sku);
  const isHeld = step.do === 'clear' ? reports.held.size > 0 : reports.held.has(sku);
  reports.isAstray ||= isHeld && tabs.some(({ page }) => !page.relevo.status.isReady);
  // Whether an order was reported before is looked up there; what comes to the cart meanwhile comes before it.
  reports.isAstray ||= step.do === 'order' && isSlow;
};

/** Whoever leaves does not hear any more that an order was known: the shop took nothing for it. */
export const noteLeaving = (
  { disk, tabs, state: { reports } }: Pick<SimDevice, 'disk' | 'tabs' | 'state'>,
  atMs: number,
): void => {
  const rows = disk.rowsNow().filter(([[table]]) => table === 'out' || table === 'capture');
  const waiting = JSON.stringify(rows);
  // What waits in a page's memory, or is on its way to a slow disk, is not on it.
  const isUnseen = tabs.some(({ page: { relevo } }) => {
    const { pending, degraded } = relevo.status;
    return pending > (degraded ? 0 : rows.length);
  });
  if (![...reports.again].some((order) => isUnseen || waiting.includes(`"${order}"`))) return;
  Object.assign(reports, { isAstray: true, untoldAtMs: atMs });
};
