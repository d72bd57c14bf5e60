import type { OrderRow } from '../server/store-orders.ts';
import type { Commit } from './server-disk.ts';

type Placed = readonly [space: string, row: OrderRow];

/** The orders that a commit stores: one that is told twice in it stands there twice. */
export const createPlacedOrders = () => {
  let placed: readonly Placed[] = [];
  /** Of those the ones that no report was found for. */
  let unread: Placed[] = [];
  const isOf =
    (space: string, orderId: string) =>
    ([at, row]: Placed): boolean =>
      at === space && row.orderId === orderId;

  return {
    begins({ redo }: Commit) {
      placed = redo.flatMap(([method, [space, row]]) =>
        method === 'putOrder' ? [[String(space), row as OrderRow] as const] : [],
      );
      unread = [...placed];
    },
    all: (): readonly Placed[] => placed,
    /** What this commit says of an order: told twice in it, each time by a row. */
    rowOf: (space: string, orderId: string): OrderRow | undefined =>
      (unread.find(isOf(space, orderId)) ?? placed.findLast(isOf(space, orderId)))?.[1],
    unreadOf: (space: string, orderId: string): OrderRow | undefined => unread.find(isOf(space, orderId))?.[1],
    isLast: (space: string, row: OrderRow): boolean => placed.findLast(isOf(space, row.orderId))?.[1] === row,
    /** A report was found for it: says which stand before it, and had none. */
    read(row: OrderRow | undefined): readonly Placed[] {
      const at = unread.findIndex(([, one]) => one === row);
      const earlier = unread.slice(0, Math.max(0, at));
      unread = unread.filter(([, one], n) => n > at && one !== row);
      return earlier;
    },
  };
};
