import { emptyCounter } from '../core/counter.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { zeroStamp } from '../core/stamp.ts';
import type { CartLine } from './api.ts';

/** What a guest shows, frozen for as long as the server owes the merge. */
export const freezeLines = (lines: readonly CartLine[]) =>
  lines.map(({ key, quantity, channel: _, updatedAt: __, merging: ___, ...details }): [string, Line] => [
    key,
    {
      q: { ...emptyCounter, b: [quantity, zeroStamp, 0] },
      d: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, [value as Json, zeroStamp]])),
    },
  ]);
