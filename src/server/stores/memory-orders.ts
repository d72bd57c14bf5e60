import type { OrderReads, OrderRow, OrderWrites } from '../store-orders.ts';
import { type MemoryRows, path } from './memory-rows.ts';

/** Orders by space and id. */
export const memoryOrders = (
  orders: Map<string, OrderRow>,
  { put, get, under }: MemoryRows,
): OrderReads & OrderWrites => ({
  order: async (space, orderId) => get(orders, path(space, orderId)),
  async putOrder(space, row, most) {
    put(orders, path(space, row.orderId), row);
    const latest = under(orders, space).sort(([, a], [, b]) => b.at - a.at || (a.orderId < b.orderId ? -1 : 1));
    for (const [at] of latest.slice(most)) put(orders, at, undefined);
  },
  async copyOrders(from, to) {
    for (const [, row] of under(orders, from)) {
      const copy = path(to, row.orderId);
      if (Object.keys(row.taken).length > 0 && get(orders, copy) === undefined)
        put(orders, copy, { ...row, copied: true });
    }
  },
});
