import type { CheckoutReads, CheckoutRow, CheckoutWrites } from '../store-checkouts.ts';
import { type MemoryRows, path } from './memory-rows.ts';

/** Checkouts by site and id. */
export const memoryCheckouts = (
  checkouts: Map<string, CheckoutRow>,
  { put, get }: Pick<MemoryRows, 'put' | 'get'>,
): CheckoutReads & CheckoutWrites & { dropCheckouts(space: string): void } => {
  const of = (space: string) => [...checkouts].filter(([, row]) => row.space === space);
  return {
    checkout: async (site, id) => get(checkouts, path(site, id)),
    checkouts: async (space) =>
      of(space)
        .map(([, row]) => row)
        .sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1)),
    async putCheckout(row, sinceMs) {
      put(checkouts, path(row.site, row.id), row);
      for (const [at, { openedAt }] of of(row.space)) if (openedAt < sinceMs) put(checkouts, at, undefined);
    },
    dropCheckout: async (site, id) => put(checkouts, path(site, id), undefined),
    dropCheckouts(space) {
      for (const [at] of of(space)) put(checkouts, at, undefined);
    },
  };
};
