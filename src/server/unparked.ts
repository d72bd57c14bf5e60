import { after } from '../core/after.ts';
import { type Counter, emptyCounter, quantityOf, setCounter } from '../core/counter.ts';
import { joinFieldMaps } from '../core/field-map.ts';
import { limits } from '../core/limits.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { besideOf, detailsOfWhole, parkedFor, placed } from '../core/parked-line.ts';
import type { Stamp } from '../core/stamp.ts';
import type { SpaceWriter } from './space-writer.ts';

/**
 * A line that a merge had set aside beside another one of the same things, and that is not set aside any more, becomes
 * part of that one: two in one cart a shop would take for one, and count twice. It counts there under a name of its own,
 * whoever took it back and however often they say so: two devices that add it would make twice as many.
 */
export const joinWhole = async (
  space: SpaceWriter,
  { key, line, stamp: [wallMs, counter] }: { readonly key: string; readonly line: Line; readonly stamp: Stamp },
): Promise<void> => {
  const to = besideOf(line.d);
  const n = quantityOf(line.q);
  if (to === undefined || to === key || n === 0 || parkedFor(line) !== null) return;
  const share = `a:${key}`;
  const stamp: Stamp = [wallMs, counter, `srv:${share}`, 0];
  const whole = (await space.state('cart', to)) as Line | undefined;
  const q: Counter = whole?.q ?? emptyCounter;
  const more = Math.max(0, Math.min(n - (own(q.p, share) ?? 0), limits.maxQuantity - quantityOf(q)));
  const p = { ...q.p, [share]: (own(q.p, share) ?? 0) + more };
  const details = detailsOfWhole(line.d);
  // What the line in the cart says of itself, its price for one, was told to the customer there.
  const d = quantityOf(q) > 0 ? { ...details, ...whole?.d } : joinFieldMaps(whole?.d ?? {}, details);
  await space.put('cart', to, { q: more > 0 ? { ...q, p } : q, d: placed(d, null, stamp) });
  await space.put('cart', key, { q: emptied(line.q, stamp), d: line.d });
};

const emptied = (q: Counter, stamp: Stamp): Counter =>
  setCounter(q, { v: 0, seen: q.p, g: q.o.length, h: after(q.b[1], stamp) });
