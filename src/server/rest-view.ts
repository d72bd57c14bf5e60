import { quantityOf } from '../core/counter.ts';
import type { Kind } from '../core/entry.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import type { Json } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { Line } from '../core/line.ts';
import type { Register } from '../core/register.ts';
import { type EntriesReply, shownDetails } from '../protocol/rest.ts';
import { isOrderMark } from './order-marks.ts';
import type { EntryRow } from './store.ts';

type Shown = EntriesReply['entries'][number];

/** A collection as other channels see it: what is there, the oldest first, without how it came about. */
export const entriesView = (kind: Kind, rows: readonly EntryRow[]): Shown[] =>
  [...rows].sort((a, b) => a.born - b.born).flatMap((row) => view(kind, row) ?? []);

const view = (kind: Kind, { key, state, wall }: EntryRow): Shown | undefined => {
  if (kind === 'line') return lineView(key, state as unknown as Line, wall);
  if (kind === 'flag') return (state as unknown as Flag).n % 2 === 1 ? { key } : undefined;
  if (kind === 'map') return { key, fields: valuesOf(state as unknown as FieldMap), updatedAt: wall };
  const { v } = state as unknown as Register;
  return v === null ? undefined : { key, value: v, updatedAt: wall };
};

const lineView = (key: string, { q, d }: Line, updatedAt: number): Shown | undefined => {
  const quantity = Math.min(quantityOf(q), limits.maxQuantity);
  return quantity > 0 ? { properties: {}, ...detailsOf(d), key, quantity, updatedAt } : undefined;
};

/** Details are whatever JSON a page stored: what is not what it should be is left out. */
const detailsOf = (map: FieldMap): { readonly [field: string]: Json } =>
  Object.fromEntries(
    Object.entries(valuesOf(map)).filter(
      ([field, value]) => !isDetail(field) || shownDetails[field].safeParse(value).success,
    ),
  );

const isDetail = (field: string): field is keyof typeof shownDetails => Object.hasOwn(shownDetails, field);

const valuesOf = (map: FieldMap): { readonly [field: string]: Json } =>
  Object.fromEntries(
    Object.entries(map).flatMap(([field, [value]]) => (value === null || isOrderMark(field) ? [] : [[field, value]])),
  );
