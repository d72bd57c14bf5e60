import { after } from './after.ts';
import type { FieldMap } from './field-map.ts';
import type { Json } from './json.ts';
import type { Line } from './line.ts';
import { own } from './own.ts';
import { type Stamp, zeroStamp } from './stamp.ts';

/** Why a line is set aside; `null` when it is in the cart. */
export const parkedFor = ({ d }: Pick<Line, 'd'>): Json => own(d, 'parked')?.[0] || null;

/** Details of a line that is set aside for `reason`, or in the cart for `null`, later than whatever was said of that before. */
export const placed = (d: FieldMap, reason: Json, stamp: Stamp): FieldMap =>
  parkedFor({ d }) === reason ? d : { ...d, parked: [reason, after(own(d, 'parked')?.[1] ?? zeroStamp, stamp)] };
