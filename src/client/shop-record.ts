import type { Json } from '../core/json.ts';
import type { CartLine, ShopWrite } from './api.ts';

/** One line of the shop's own cart, as far as it is known. */
type AgreedLine = { readonly q: number; readonly sku: string; readonly properties: { readonly [name: string]: Json } };
/** What the shop's own cart is known to hold, by line key. */
export type Agreed = { readonly [key: string]: AgreedLine };
/** What `write` asked for and the shop has not reported yet: how many more (or fewer, below 0), until when. */
export type Echoes = { readonly [key: string]: readonly [n: number, untilMs: number] };

/** `['shop']`: what both sides last agreed on. Of the device, not of a customer: a browser has one cart of the shop. */
export type ShopRecord = {
  readonly agreed: Agreed;
  readonly echoes: Echoes;
  /**
   * How this shop repeats what `write` asks of it: before `write` returns, some time later, or not at
   * all. Unknown until the first one: then a later one is waited for, a little while.
   */
  readonly habit?: 'at once' | 'later' | 'never';
};

export const emptyRecord: ShopRecord = { agreed: {}, echoes: {} };

export const without = <T>(record: { readonly [key: string]: T }, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

type Item = { readonly sku: string; readonly properties?: { readonly [name: string]: Json } };

export const agreedLine = ({ sku, properties }: Item, q: number): AgreedLine => ({
  q,
  sku,
  properties: properties ?? {},
});

/** The shop has so many more of a line. */
export const agreeOn = (agreed: Agreed, key: string, item: Item, more: number): Agreed => {
  const q = (agreed[key]?.q ?? 0) + more;
  const others = without(agreed, [key]);
  return q > 0 ? { ...others, [key]: agreedLine(item, q) } : others;
};

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

/** The record after `write` was asked to bring the shop to `lines`: agreed at once, repeats awaited as the shop's habit is. */
export const askShop = (record: ShopRecord, lines: readonly CartLine[], nowMs: number): ShopRecord => {
  const agreed = Object.fromEntries(lines.map((line) => [line.key, agreedLine(line, line.quantity)]));
  const isSilent = Object.values(record.echoes).some(([, until]) => until < nowMs);
  const habit = record.habit ?? (isSilent ? 'never' : undefined);
  if (habit === 'at once' || habit === 'never') return { agreed, echoes: {}, habit };
  const keys = new Set([...Object.keys(agreed), ...Object.keys(record.agreed)]);
  const echoes = [...keys].flatMap((key): [string, [number, number]][] => {
    const more = (agreed[key]?.q ?? 0) - (record.agreed[key]?.q ?? 0);
    return more ? [[key, [more, nowMs + (habit ? waitMs.later : waitMs.unknown)]]] : [];
  });
  return { ...record, agreed, echoes: { ...record.echoes, ...Object.fromEntries(echoes) } };
};

/** How many of the shop's `more` only repeat what was asked of it, and the record without them. */
export const takeEcho = (
  record: ShopRecord,
  key: string,
  more: number,
  nowMs: number,
): readonly [ShopRecord, number] => {
  const [open = 0, until = 0] = record.echoes[key] ?? [];
  if (!open || until < nowMs || Math.sign(open) !== Math.sign(more)) return [record, 0];
  const echoed = Math.sign(more) * Math.min(Math.abs(more), Math.abs(open));
  const others = without(record.echoes, [key]);
  const echoes = open === echoed ? others : { ...others, [key]: [open - echoed, until] as const };
  return [{ ...record, echoes, habit: 'later' }, echoed];
};
