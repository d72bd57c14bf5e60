import { after } from '../core/after.ts';
import { type Counter, emptyCounter, quantityOf, setCounter } from '../core/counter.ts';
import { joinFieldMaps } from '../core/field-map.ts';
import { isKey } from '../core/key.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { besideOf, detailsOfWhole, displacedKey, parkedFor, placed, takenShare } from '../core/parked-line.ts';
import type { Stamp } from '../core/stamp.ts';
import type { SpaceWriter } from './space-writer.ts';
import { besideLine } from './stored-receipt.ts';

/**
 * A line that a merge has set aside beside another one of the same things is never in the cart itself: two in one cart a
 * shop would take for one, and count twice. Who takes it back moves what it holds into that one. The line stays aside,
 * with nothing left, so that what others say of it who have not heard is not bought unawares.
 *
 * @param before.was the line before somebody said that it is not set aside any more
 */
export const takeBack = async (
  space: SpaceWriter,
  { key, line, was, stamp }: { readonly key: string; readonly line: Line; readonly was: Line; readonly stamp: Stamp },
): Promise<void> => {
  const to = besideOf(line.d);
  if (to === undefined || to === key || parkedFor(line) !== null) return;
  const aside = { ...line, d: placed(line.d, parkedFor(was) ?? 'merge/checkout', stamp) };
  await space.put('cart', key, aside);
  const n = quantityOf(line.q);
  if (n === 0) return;
  const whole = (await space.state('cart', to)) as Line | undefined;
  if (whole && parkedFor(whole) !== null && quantityOf(whole.q) > 0)
    await displace(space, { key: to, whole, place: displacedKey(key), stamp });
  await moveInto(space, { key, n, stamp, place: null });
};

/** What was set aside itself is not taken back with what stood beside it: it stands beside that now. */
const displace = async (
  space: SpaceWriter,
  { key, whole, place, stamp }: { key: string; whole: Line; place: string; stamp: Stamp },
) => {
  if (!isKey(place)) return;
  const there = (await space.state('cart', place)) as Line | undefined;
  const { from, to } = moved({ key, from: whole.q, to: there?.q ?? emptyCounter, n: quantityOf(whole.q), stamp });
  const d = placed({ ...whole.d, ...there?.d }, parkedFor(whole), stamp);
  await space.put('cart', place, besideLine({ q: to, d }, { key, stamp }));
  await space.put('cart', key, { q: from, d: whole.d });
};

/** So many of a line that stands aside into the one beside which it is, which then is where `place` says, or where it was. */
export const moveInto = async (
  space: SpaceWriter,
  { key, n, stamp, place }: { readonly key: string; readonly n: number; readonly stamp: Stamp; readonly place?: null },
): Promise<void> => {
  const aside = (await space.state('cart', key)) as Line | undefined;
  const to = besideOf(aside?.d ?? {});
  if (!aside || to === undefined || to === key) return;
  const whole = (await space.state('cart', to)) as Line | undefined;
  const had = quantityOf(whole?.q ?? emptyCounter);
  const counts = moved({ key, from: aside.q, to: whole?.q ?? emptyCounter, n, stamp });
  const details = detailsOfWhole(aside.d);
  // What the line in the cart says of itself, its price for one, was told to the customer there.
  const d = had > 0 ? { ...details, ...whole?.d } : joinFieldMaps(whole?.d ?? {}, details);
  await space.put('cart', to, { q: counts.to, d: place === null ? placed(d, null, stamp) : d });
  await space.put('cart', key, { q: counts.from, d: aside.d });
};

/**
 * Both lines say how many came over in all, the one that gave without counting it: whoever moves them, however often they
 * say so, and whichever of the two a restored server has lost, they are there once.
 */
const moved = ({
  key,
  from,
  to,
  n,
  stamp: [wallMs, counter],
}: {
  key: string;
  from: Counter;
  to: Counter;
  n: number;
  stamp: Stamp;
}): { from: Counter; to: Counter } => {
  const share = takenShare(key);
  // Of a line that was folded since, the other one knows.
  const before = own(from.p, share) ?? (from.floor > 0 ? (own(to.p, share) ?? 0) : 0);
  const all = before + n;
  const h = after(from.b[1], [wallMs, counter, `srv:${share}`, 0]);
  const left = setCounter(from, { v: quantityOf(from) - n, seen: from.p, g: from.o.length, h });
  return {
    from: { ...left, p: { ...left.p, [share]: all }, s: { ...left.s, [share]: all } },
    to: { ...to, p: { ...to.p, [share]: Math.max(own(to.p, share) ?? before, all) } },
  };
};
