import type { OrderLine } from '../core/change.ts';
import type { Counts } from '../core/counter.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { TakenLine } from './left-of-order.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import type { OrderRow } from './store-orders.ts';
import { skuOf } from './take-order.ts';

type Goods = NonNullable<OrderRow['goods']>;

/** What was bought is kept for people to look at, in a few bytes: nothing else bounds what guests order. */
const maxLinesBytes = 2_048;
const maxGoodsBytes = 4_096;

export const keptLines = (bought: readonly OrderLine[]): Json =>
  utf8Length(JSON.stringify(bought)) <= maxLinesBytes ? (bought as unknown as Json) : textOf(bought).length;

const textOf = (bought: readonly OrderLine[]): string =>
  JSON.stringify((bought as unknown as readonly Json[]).map(canonicalJson).sort());

/** It bought something else than was reported under its id. Of what is long its length alone is known. */
export const isOther = ({ lines }: OrderRow, bought: readonly OrderLine[]): boolean =>
  Array.isArray(lines)
    ? textOf(lines as unknown as readonly OrderLine[]) !== textOf(bought)
    : keptLines(bought) !== lines;

/** What an order took, with the names of it: the lines may be of another space by the time when it is asked for. */
export const keptGoods = async (
  space: SpaceWriter,
  { before, took, checkout }: { before?: OrderRow | undefined; took: Counts; checkout?: CheckoutRow | undefined },
): Promise<Pick<OrderRow, 'taken' | 'goods'>> => {
  const taken: Record<string, number> = { ...before?.taken };
  for (const [key, n] of Object.entries(took)) taken[key] = (taken[key] ?? 0) + n;
  const named = before?.goods ?? {};
  const unnamed = Object.keys(taken).filter((key) => !own(named, key));
  const goods: Goods = { ...named, ...(await namesOf(space, unnamed, checkout)) };
  const isKept = Object.keys(goods).length > 0 && utf8Length(JSON.stringify(goods)) <= maxGoodsBytes;
  return { taken, ...(isKept ? { goods } : {}) };
};

const namesOf = async (
  space: SpaceWriter,
  keys: readonly string[],
  checkout: CheckoutRow | undefined,
): Promise<Goods> => {
  if (keys.length === 0) return {};
  const byKey = new Map((await space.states('cart')).map(({ key, state }) => [key, state as Line]));
  return Object.fromEntries(
    keys.flatMap((key) => {
      const line = byKey.get(key);
      const { sku, properties = {} } = line
        ? { sku: skuOf(line), properties: line.d['properties']?.[0] }
        : (own(checkout?.lines ?? {}, key) ?? {});
      return sku === undefined ? [] : [[key, { sku, properties }]];
    }),
  );
};

/** What an order took, as it may be compared with what was bought. */
export const takenLines = async (
  space: SpaceWriter,
  { taken, goods = {} }: Pick<OrderRow, 'taken' | 'goods'>,
  checkout?: CheckoutRow,
): Promise<readonly (TakenLine & { readonly key: string })[]> => {
  const missing = Object.keys(taken).filter((key) => !own(goods, key));
  const found = await namesOf(space, missing, checkout);
  return Object.entries(taken).map(([key, quantity]) => {
    // One that was forgotten since stands for nothing that could still be told apart.
    const { sku = '', properties } = own(goods, key) ?? own(found, key) ?? {};
    return { key, quantity, sku, properties };
  });
};

/** What an order took, as far as its names are kept. */
export const tookIn = ({ taken, goods = {} }: OrderRow): readonly OrderLine[] =>
  Object.entries(taken).flatMap(([key, quantity]): OrderLine[] => {
    const { sku, properties } = own(goods, key) ?? {};
    return sku === undefined ? [] : [{ sku, quantity, ...(isObject(properties) ? { properties } : {}) }];
  });

/** What is known of what an order bought. */
export const boughtIn = (order: OrderRow): readonly OrderLine[] | null => {
  if (Array.isArray(order.lines)) return order.lines as unknown as readonly OrderLine[];
  const took = tookIn(order);
  return took.length > 0 ? took : null;
};

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
