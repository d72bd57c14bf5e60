import { createOneTimer } from './one-timer.ts';
import type { Clock } from './ports.ts';
import type { ShopRecord } from './shop-record.ts';

/** How long a page's mark holds others off; it is renewed as long as the shop's `write` takes. */
export const busyMs = 1_000;

/**
 * Of two tabs that look at one record one may have decided what the other does not see yet: the shop is still being
 * asked, or a line of ours is not in every tab. A page leaves a mark when it decides, and nobody else does meanwhile.
 */
export const createShopMarks = (page: string, clock: Clock) => {
  const others = ({ busy = [] }: ShopRecord, sinceMs = clock.now()) =>
    busy.filter(([by, untilMs]) => by !== page && untilMs > sinceMs && untilMs <= clock.now() + busyMs);
  const renewal = createOneTimer(clock);
  const busy = (record: ShopRecord, ms = busyMs, sinceMs?: number): ShopRecord => ({
    ...record,
    busy: [...others(record, sinceMs), [page, clock.now() + ms]],
  });
  return {
    /** Whether another page is at it, or was since then. */
    isBusy: (record: ShopRecord, sinceMs?: number): boolean => others(record, sinceMs).length > 0,
    /** The record with this page's mark, for so long; others that ended since `sinceMs` (default: now) stay. */
    busy,
    /** While the shop takes over what it was asked. A page that dies meanwhile holds nobody off for long. */
    stayBusy(isStill: () => boolean, change: (act: (record: ShopRecord) => ShopRecord) => Promise<unknown>): void {
      const renew = (): void =>
        renewal.set(busyMs / 2, () => {
          void change(busy).then(
            () => void (isStill() && renew()),
            () => {},
          );
        });
      renew();
    },
    rest: renewal.cancel,
  };
};
