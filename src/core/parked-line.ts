import { after } from './after.ts';
import type { FieldMap } from './field-map.ts';
import type { Json } from './json.ts';
import type { Line } from './line.ts';
import { own } from './own.ts';
import { type Stamp, zeroStamp } from './stamp.ts';
import { without } from './without.ts';

/** Why a line is set aside; `null` when it is in the cart. */
export const parkedFor = ({ d }: Pick<Line, 'd'>): Json => own(d, 'parked')?.[0] || null;

/** Beside which line of the same things a merge has set this one aside. */
export const besideOf = (d: FieldMap): string | undefined => {
  const key = own(d, 'beside')?.[0];
  return typeof key === 'string' ? key : undefined;
};

/** The name under which counts what was taken back of the line with this key. */
export const takenShare = (key: string): string => `a:${key}`;

/** The name under which counts what comes back when the merge with this receipt is undone. */
export const undoneShare = (receiptId: string): string => `u:${receiptId}`;

/** Whether it names the share of a merge, of one that was undone, or of what either had taken back from aside. */
export const isMergeShare = (name: string): boolean => /^[agu]:/.test(name);

/** The key of what was set aside itself when the line with this key, which stood beside it, was taken back. */
export const displacedKey = (key: string): string => `a:${key}`;

/** What a line that was set aside says of the one beside which it was. */
export const detailsOfWhole = (d: FieldMap): FieldMap => without(d, ['beside', 'parked', 'fork']);

/** Details of a line that is set aside for `reason`, or in the cart for `null`, later than whatever was said of that before. */
export const placed = (d: FieldMap, reason: Json, stamp: Stamp): FieldMap =>
  parkedFor({ d }) === reason ? d : { ...d, parked: [reason, after(own(d, 'parked')?.[1] ?? zeroStamp, stamp)] };
