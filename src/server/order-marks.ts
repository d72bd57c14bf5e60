import type { FieldMap } from '../core/field-map.ts';
import { own } from '../core/own.ts';
import type { Stamp } from '../core/stamp.ts';

/**
 * A line says which orders took from it, in details that have no value, so that no page shows them: the ids of orders are
 * lost with a restored server, the lines come back from devices.
 */
const prefix = 'o:';

/** The name of an order's mark. @param key the order id's key */
const markOf = (key: string): string => `${prefix}${key.slice(-120)}`;

/** Anybody can guess the next order id of a shop: a mark that a page wrote would make that order a known one. */
export const isOrderMark = (field: string): boolean => field.startsWith(prefix);

export const isMarked = (d: FieldMap, key: string): boolean => own(d, markOf(key)) !== undefined;

export const marked = (d: FieldMap, key: string, stamp: Stamp): FieldMap => ({ ...d, [markOf(key)]: [null, stamp] });

/** Details without the marks from before a time, epoch milliseconds: nobody reports so old an order again. */
export const withoutMarks = (d: FieldMap, beforeMs: number = Number.POSITIVE_INFINITY): FieldMap =>
  Object.fromEntries(Object.entries(d).filter(([field, [, stamp]]) => !isOrderMark(field) || stamp[0] >= beforeMs));
