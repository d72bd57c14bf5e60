import { baseSum, type Counter, quantityOf } from './counter.ts';
import type { FieldMap } from './field-map.ts';
import type { Line } from './line.ts';
import { own } from './own.ts';
import { compareStamps, type Stamp, zeroStamp } from './stamp.ts';

/** A guest's line that is a copy of one of a customer's, left on the device at their sign-out. */
export type Fork = {
  /** Id of the customer's space. */
  readonly of: string;
  /** How many there were, of which none is left once all was paid for. */
  readonly n: number;
};

/** Of which line a detail says that this is a copy. A page may have stored anything under the name. */
export const parseFork = (detail: unknown): Fork | undefined => {
  const { of, n } = (detail ?? {}) as { readonly [member in keyof Fork]?: unknown };
  return typeof of === 'string' && Number.isSafeInteger(n) && (n as number) >= 0 ? { of, n: n as number } : undefined;
};

/** Of which line details are a copy, and since when. */
export const forkOf = (d: FieldMap): (Fork & { readonly at: Stamp }) | undefined => {
  const detail = own(d, 'fork');
  if (!detail) return undefined;
  const fork = parseFork(detail[0]);
  return fork && { ...fork, at: detail[1] };
};

/**
 * How many of a line are still those that were copied, at most: what somebody set it to, or an order left of it, is all that
 * there can be, and what was added since is the guest's. Of a set or an order that had not seen the copy it is not known
 * what it was about: then all of it may be.
 */
export const leftOfCopy = (counter: Counter, { n }: Fork): number => {
  const { p, s, w, b, o } = counter;
  if (compareStamps(b[1], zeroStamp) === 0 && o.length === 0) return n;
  const seen = Object.keys(p).reduce((sum, replica) => sum + Math.max(own(s, replica) ?? 0, own(w, replica) ?? 0), 0);
  return Math.min(n, Math.max(0, baseSum(counter)) + Math.max(0, n - seen));
};

/** Of a line that is a copy of another customer's than this one: how many there are that are not. */
export const beyondCopyOfOthers = ({ q, d }: Line, customer: string): number | undefined => {
  const fork = forkOf(d);
  const isOthers = fork !== undefined && fork.of !== customer;
  return isOthers ? quantityOf(q) - leftOfCopy(q, fork) : undefined;
};
