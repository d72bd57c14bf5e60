import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import type { End } from './quiet.ts';
import type { SimDevice } from './sim-device.ts';

/** What a device that just came shows of each customer is what the server holds. */
export const checkTruth = ({ watch, ledger }: End, witnesses: ReadonlyMap<string, SimDevice>) => {
  for (const [customer, { tabs }] of witnesses) {
    const relevo = tabs[0]?.page.relevo;
    const table = ledger.rows.get(ledger.spaceOf(customer));
    if (!relevo || !table) continue;
    const held = [...table.values()]
      .filter(({ collection, state }) => collection === 'cart' && state !== null)
      .map(({ key, state }) => [key, Math.min(999, quantityOf((state as unknown as Line).q))] as const)
      .filter(([, quantity]) => quantity > 0)
      .sort();
    const shown = [...relevo.cart.lines, ...relevo.cart.parked].map(({ key, quantity }) => [key, quantity]).sort();
    watch.check(
      'truth',
      JSON.stringify(held) === JSON.stringify(shown),
      () => `${customer}: ${JSON.stringify([held, shown])}`,
    );
    const consent = table.get('consent\npersonalization')?.state as { v?: unknown } | null | undefined;
    const views = [...table.values()].filter(({ collection, state }) => collection === 'browsing' && state !== null);
    watch.check('consented', consent?.v === 'granted' || !views.length, () => `${customer} has ${views.length} views`);
  }
};
