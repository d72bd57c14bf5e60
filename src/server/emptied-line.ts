import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { besideOf } from '../core/parked-line.ts';

/**
 * A line of which nothing is left is not set aside any more: a device of 0.1.0 that adds it again says nothing of where
 * it was, and its customer would look for it in the cart. Whatever sets the line aside later still does.
 * One that stands beside another of the same things nobody adds to, and it is never in the cart itself.
 */
export const emptiedLine = (line: Line, by: string): Line => {
  const parked = own(line.d, 'parked');
  if (!parked || parked[0] === null || quantityOf(line.q) > 0 || besideOf(line.d) !== undefined) return line;
  const [wallMs, counter] = parked[1];
  return { ...line, d: { ...line.d, parked: [null, [wallMs, counter + 1, `srv:${by}`, 0]] } };
};
