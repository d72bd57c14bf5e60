import { quantityOf } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { parkedFor } from '../core/parked-line.ts';
import type { CheckoutRow } from './store-checkouts.ts';
import { skuOf } from './take-order.ts';

/** A line as a checkout that begins has it; none of what is empty or set aside. */
export const frozen = (key: string, line: Line): [string, CheckoutRow['lines'][string]][] => {
  const quantity = quantityOf(line.q);
  if (quantity === 0 || parkedFor(line) !== null) return [];
  return [[key, { p: line.q.p, quantity, sku: skuOf(line), properties: line.d['properties']?.[0] ?? {} }]];
};
