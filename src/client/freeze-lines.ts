import { emptyCounter } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { zeroStamp } from '../core/stamp.ts';
import type { CartLine } from './api.ts';
import type { Model, Pending } from './model.ts';
import { withoutOthers } from './sticky-lines.ts';

const freezeLines = (lines: readonly CartLine[]) =>
  lines.map(({ key, quantity, channel: _, updatedAt: __, merging: ___, ...details }): [string, Line] => [
    key,
    {
      q: { ...emptyCounter, b: [quantity, zeroStamp, 0] },
      d: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, [value as Json, zeroStamp]])),
    },
  ]);

/**
 * What a guest shows, frozen for as long as the server owes the merge. What they did since their claim was sent goes on as
 * the customer's, and shows on top of it.
 *
 * @param carried Ids of the guest's changes that went with the claim.
 * @param customer Id of the customer's space.
 */
export const freezeGuest = ({
  lines,
  model,
  carried,
  customer,
}: {
  lines(isLate: (one: Pending) => boolean): readonly CartLine[];
  model: Model;
  carried: ReadonlySet<string> | undefined;
  customer: string;
}) => {
  const isLate = ({ isAfter, held, entry: { c, q, i } }: Pending) =>
    !isAfter && !held && c === 'cart' && !q && !carried?.has(i);
  const pending = model.pending.filter((one) => !isLate(one));
  return freezeLines(withoutOthers(lines(isLate), { model: { line: model.line, pending }, customer }));
};
