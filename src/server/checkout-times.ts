import { dayMs } from './retention-times.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';

/** So long a checkout is open: begun again with the same content it is the same one. */
export const checkoutOpenMs = dayMs;
/** An order of an older one is still of it: money was paid. */
export const checkoutKeptMs = 30 * dayMs;

export const isOpen = ({ status, openedAt }: CheckoutRow, { nowMs }: Pick<SpaceWriter, 'nowMs'>): boolean =>
  status === 'open' && openedAt + checkoutOpenMs > nowMs;
