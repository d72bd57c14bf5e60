import type { Json } from '../core/json.ts';
import { without } from '../core/without.ts';
import type { CartLine, ShopItem, ShopWrite } from './api.ts';

/** One line of the shop's own cart, as far as it is known. */
type AgreedLine = { readonly q: number; readonly sku: string; readonly properties: { readonly [name: string]: Json } };
/** What the shop's own cart is known to hold, by line key. */
export type Agreed = { readonly [key: string]: AgreedLine };
/**
 * What `write` asked for and the shop has not reported yet, oldest first: how many more (or fewer, below 0), until
 * when, and so on in pairs. A line may be asked for and taken back before the first report comes.
 */
export type Echoes = { readonly [key: string]: readonly number[] };

/** `['shop']`: what both sides last agreed on. Of the device, not of a customer: a browser has one cart of the shop. */
export type ShopRecord = {
  readonly agreed: Agreed;
  readonly echoes: Echoes;
  /**
   * How this shop repeats what `write` asks of it: before `write` returns, some time later, or not at
   * all. Unknown until the first one: then a later one is waited for, a little while.
   */
  readonly habit?: 'at once' | 'later' | 'never';
  /** Asks in a row that no report followed. One may be a page that was left too soon. */
  readonly misses?: number;
  /** What the last few orders took, by their id. */
  readonly bought?: { readonly [orderId: string]: Agreed };
  /**
   * Which pages decided that one side takes over what the other has, and until when that may be in this record and not
   * there yet.
   */
  readonly busy?: readonly (readonly [page: string, untilMs: number])[];
};

export const emptyRecord: ShopRecord = { agreed: {}, echoes: {} };

export type Item = { readonly sku: string; readonly properties?: { readonly [name: string]: Json } | undefined };

const agreedLine = ({ sku, properties }: Item, q: number): AgreedLine => ({
  q,
  sku,
  properties: properties || {},
});

/** The shop has so many more of a line. */
const agreeOn = (agreed: Agreed, key: string, item: Item, more: number): Agreed => {
  const q = (agreed[key]?.q ?? 0) + more;
  const others = without(agreed, [key]);
  return q > 0 ? { ...others, [key]: agreedLine(item, q) } : others;
};

export const agreeing =
  (key: string, item: Item, more: number) =>
  (record: ShopRecord): ShopRecord => ({ ...record, agreed: agreeOn(record.agreed, key, item, more) });

/** The shop has these lines and no others. */
export const agreeOnAll = (record: ShopRecord, now: readonly KeyedItem[]): { agreed: Agreed; isSame: boolean } => ({
  agreed: Object.fromEntries(now.map(({ item, key }) => [key, agreedLine(item, item.quantity)])),
  isSame:
    Object.keys(record.agreed).length === now.length &&
    now.every(({ item, key }) => record.agreed[key]?.q === item.quantity),
});

/** So many of a device may be on their way to the server at once. */
const fewOrders = 8;

type KeyedItem = { readonly key: string; readonly item: ShopItem };

/** The shop's own code put items into its cart, took them out, or told of its whole cart. */
export const changedByShop = (
  record: ShopRecord,
  type: string,
  items: readonly KeyedItem[],
  orderId = '',
): ShopRecord => {
  const sign = type === 'add' || type === 'cart' ? 1 : -1;
  const agreed = items.reduce(
    (all, { key, item }) => agreeOn(all, key, item, sign * item.quantity),
    type === 'cart' ? {} : record.agreed,
  );
  if (type !== 'purchase') return { ...record, agreed };
  const bought = items.flatMap(({ key }) => {
    const line = record.agreed[key];
    const q = (line?.q ?? 0) - (agreed[key]?.q ?? 0);
    return line && q ? [[key, { ...line, q }]] : [];
  });
  const earlier = Object.entries(record.bought ?? {}).filter(([id]) => id !== orderId);
  const orders = [...earlier, [orderId, Object.fromEntries(bought)]].slice(-fewOrders);
  return { ...record, agreed, bought: Object.fromEntries(orders) };
};

/** This order took nothing. */
export const withBought = ({ bought = {}, ...record }: ShopRecord, orderId: string): ShopRecord => ({
  ...record,
  agreed: Object.entries(bought[orderId] ?? {}).reduce(
    (all, [key, line]) => agreeOn(all, key, line, line.q),
    record.agreed,
  ),
  bought: without(bought, [orderId]),
});

/**
 * The shop's cart without what orders may have left there that the server has not answered: their page may have been loaded
 * again, and that is nobody's act.
 */
export const withoutOpen = (
  items: readonly KeyedItem[],
  { agreed, bought = {} }: ShopRecord,
  open: readonly string[],
): KeyedItem[] =>
  items
    .map(({ key, item }) => {
      const left = open.reduce((sum, id) => sum + (bought[id]?.[key]?.q ?? 0), 0);
      const quantity = Math.max(item.quantity - left, Math.min(item.quantity, agreed[key]?.q ?? 0));
      return { key, item: { ...item, quantity } };
    })
    .filter(({ item }) => item.quantity);

/** What the shop has to take over. */
export const differences = (lines: readonly CartLine[], agreed: Agreed): Omit<ShopWrite, 'cause' | 'lines'> => {
  const shown = new Set(lines.map(({ key }) => key));
  return {
    added: lines.filter(({ key }) => !agreed[key]),
    changed: lines
      .filter(({ key, quantity }) => agreed[key] && agreed[key].q !== quantity)
      .map((line) => ({ ...line, previousQuantity: agreed[line.key]?.q ?? 0 })),
    removed: Object.entries(agreed)
      .filter(([key]) => !shown.has(key))
      .map(([key, { sku, properties, q }]) => ({ key, sku, properties, previousQuantity: q })),
  };
};

/** How long a shop may take to report, as if it were the customer's act, what `write` asked of it. */
const waitMs = { unknown: 3_000, later: 10_000 };
/** A shop that so many asks in a row brought no report from repeats nothing. */
const silentAfter = 3;

/** One that ends later than any may was written by a clock that was wrong. */
const isAwaited = (untilMs: number, nowMs: number): boolean => untilMs >= nowMs && untilMs <= nowMs + waitMs.later;

type Pair = readonly [n: number, untilMs: number];
const pairsOf = (numbers: readonly number[] = []): Pair[] =>
  numbers.flatMap((n, at) => (at % 2 ? [] : [[n, numbers[at + 1] ?? 0] as const]));

/**
 * The record after `write` was asked to bring the shop to `lines`: agreed at once, repeats awaited as the shop's habit is.
 * `movedMs`: so far was the clock set since this page asked before, and what is awaited by the clock of then still is.
 */
export const askShop = (record: ShopRecord, lines: readonly CartLine[], nowMs: number, movedMs: number): ShopRecord => {
  const agreed = Object.fromEntries(lines.map((line) => [line.key, agreedLine(line, line.quantity)]));
  const isMissed = Object.values(record.echoes).some((open) => pairsOf(open).some(([, until]) => until < nowMs));
  const misses = (record.misses ?? 0) + Number(isMissed);
  const habit = record.habit ?? (misses >= silentAfter ? 'never' : undefined);
  if (habit === 'at once' || habit === 'never') {
    const { misses: _, ...rest } = record;
    return { ...rest, agreed, echoes: {}, habit };
  }
  const until = nowMs + (habit ? waitMs.later : waitMs.unknown);
  const keys = new Set([...Object.keys(agreed), ...Object.keys(record.agreed), ...Object.keys(record.echoes)]);
  const echoes = [...keys].flatMap((key): [string, readonly number[]][] => {
    const more = (agreed[key]?.q ?? 0) - (record.agreed[key]?.q ?? 0);
    const open = pairsOf(record.echoes[key])
      .map(([n, end]): Pair => [n, isAwaited(end, nowMs) ? end : end + movedMs])
      .filter(([, end]) => isAwaited(end, nowMs));
    const next = more ? [...open, [more, until]] : open;
    return next.length ? [[key, next.flat()]] : [];
  });
  return { ...record, agreed, echoes: Object.fromEntries(echoes), misses };
};

/** How many of the shop's `more` only repeat what was asked of it, and the record without them. */
export const takeEcho = (
  record: ShopRecord,
  key: string,
  more: number,
  nowMs: number,
): readonly [ShopRecord, number] => {
  let rest = more;
  const left = pairsOf(record.echoes[key]).flatMap(([open, until]) => {
    if (!isAwaited(until, nowMs) || Math.sign(open) !== Math.sign(rest)) return [open, until];
    const taken = Math.sign(open) * Math.min(Math.abs(rest), Math.abs(open));
    rest -= taken;
    return open === taken ? [] : [open - taken, until];
  });
  if (rest === more) return [record, 0];
  const others = without(record.echoes, [key]);
  const echoes = left.length ? { ...others, [key]: left } : others;
  return [{ ...record, echoes, habit: 'later', misses: 0 }, more - rest];
};
