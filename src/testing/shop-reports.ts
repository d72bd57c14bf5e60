import type { Relevo } from '../client/api.ts';
import type { Step } from './script.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

/** What is known of the reports of a device's shop that ours may not be able to follow: see `pendingInvariants`. */
export const createShopReports = () => ({
  /** Items that a page reported which was not told who is there: it holds them until then. */
  held: new Set<string>(),
  /** Items that any page reported. */
  told: new Set<string>(),
  /** Orders whose page was loaded again: only the server says so. */
  again: new Set<string>(),
  /** Our cart and the shop's may differ until the shop is read. */
  isAstray: false,
  /** A page ended, perhaps between the shop's cart and ours, and with it what it knew of the shop. */
  isLeft: false,
});

const cartSteps = new Set<Step['do']>(['add', 'set', 'remove', 'clear', 'order', 'shop']);

/** What a page holds comes behind what is done with the same item meanwhile, by our own API or on another page. */
export const noteReport = (
  { tabs, shop, state: { reports } }: SimDevice,
  { status: { isReady }, cart }: Relevo,
  step: Step,
): void => {
  if (!cartSteps.has(step.do)) return;
  const sku = 'sku' in step ? step.sku : '';
  // It clears what it shows, and the shop all.
  reports.isAstray ||= !isReady && step.do === 'clear';
  // While its store hangs a report does not show yet: what is cleared comes after it.
  const isMissed = (sku: string) => (shop?.cart.get(sku) ?? 0) > (cart.find({ sku })?.quantity ?? 0);
  reports.isAstray ||= step.do === 'clear' && [...reports.told].some(isMissed);
  if (step.do === 'shop') reports.told.add(sku);
  if (!isReady && (step.do === 'shop' || step.do === 'order')) return void reports.held.add(sku);
  const isHeld = step.do === 'clear' ? reports.held.size > 0 : reports.held.has(sku);
  reports.isAstray ||= isHeld && tabs.some(({ page }) => !page.relevo.status.isReady);
};

/**
 * Whoever leaves does not hear any more that an order was known: the shop took nothing for it. The next page may read the
 * shop before it hears.
 */
export const noteLeaving = ({
  disk,
  tabs,
  state: { reports },
}: Pick<SimDevice, 'disk' | 'state'> & { readonly tabs: readonly SimTab[] }): void => {
  const waiting = JSON.stringify(disk.rowsNow().filter(([[table]]) => table === 'out' || table === 'capture'));
  // A page in memory, or one that its store did not tell yet what the answer has changed there.
  const isUnheard = tabs.some(({ page: { relevo } }) => relevo.status.degraded || relevo.status.pending);
  reports.isAstray ||= [...reports.again].some((order) => isUnheard || waiting.includes(`"${order}"`));
};
