import type { Json } from './json.ts';
import { compareStamps, type Stamp, zeroStamp } from './stamp.ts';

/** A value and the stamp it was written under; `v: null` is a deleted one. Kinds `reg` and `auth`. */
export type Register = { readonly v: Json; readonly h: Stamp };

export const emptyRegister: Register = { v: null, h: zeroStamp };

/** The larger stamp wins. Equal stamps with other values do not occur; the text decides, so that the join commutes. */
export const joinRegisters = (a: Register, b: Register): Register => {
  const order = compareStamps(a.h, b.h);
  if (order) return order > 0 ? a : b;
  return JSON.stringify(a.v) >= JSON.stringify(b.v) ? a : b;
};
