import type { Counts } from '../core/counter.ts';
import type { Json } from '../core/json.ts';

/** An order of a space. One row for each id, whoever reports it. */
export type OrderRow = {
  readonly orderId: string;
  /** A page says what it likes; the shop itself, by server key or signed webhook, is believed. */
  readonly by: 'page' | 'server';
  /** When it was first reported, epoch milliseconds. */
  readonly at: number;
  /** How much of each line it took, by line key. */
  readonly taken: Counts;
  /** What it took, by line key: a line may be of another space by now. Absent where that is long. */
  readonly goods?: { readonly [lineKey: string]: { readonly sku: string; readonly properties: Json } };
  /** What was bought; how long its text is where that is long. Null: a row of before that was kept. */
  readonly lines: Json;
  /** The checkout that it is of. */
  readonly checkout?: string;
  /** An order that had been placed of the same checkout before. */
  readonly duplicateOf?: string;
  readonly channel?: string;
  readonly actor?: string;
  /** A guest's page told of it, who is this customer by now: on a shared device that was anybody. */
  readonly copied?: true;
};

/** The shop itself has told of it. A row that was lost with a restored server, and found by its marks, has no actor. */
export const isOfShop = ({ by, actor }: OrderRow): boolean => by === 'server' && actor !== undefined;

export type OrderReads = {
  order(space: string, orderId: string): Promise<OrderRow | undefined>;
};

export type OrderWrites = {
  /** In place of what is there of that id. Keeps at most `most` orders of the space, the latest. */
  putOrder(space: string, row: OrderRow, most: number): Promise<void>;
  /** The orders of a space that took something are known in another one too, as `copied`; those that are there stay. */
  copyOrders(from: string, to: string): Promise<void>;
};

/** Orders that a space keeps at most: with the oldest goes only that they are known when they are reported again. */
export const maxOrders = 1_000;

/** What stands in the store under an order's id. Rows of 0.1.0 say the lines alone: nobody may take more for those. */
export const orderRowFrom = (orderId: string, body: Json): OrderRow => {
  const { by = 'server', at = 0, taken = {}, lines = null, ...more } = body as unknown as Partial<OrderRow>;
  return { ...more, orderId, by, at, taken, lines };
};
