import { baseSum, type Counter } from './counter.ts';
import { own } from './own.ts';
import { isMergeShare } from './parked-line.ts';
import { without } from './without.ts';

/**
 * A counter in fewer words, once all who may still speak of it have seen it: what orders took and
 * covered, and the shares of replicas that are gone, become part of the base. The quantity stays; so
 * does the effect of every later act of somebody who saw `version`. Older sets are refused by `floor`.
 *
 * @param fold.version the version the entry has; everybody who is not gone has seen it
 * @param fold.isGone whether nothing can come any more under a replica's name
 * @returns the same object when there is nothing to do
 */
export const foldCounter = (
  counter: Counter,
  fold: { readonly version: number; readonly isGone: (replica: string) => boolean },
): Counter => {
  const shares = Object.entries(counter.p).filter(([replica]) => fold.isGone(replica));
  const gone = shares.map(([replica]) => replica);
  if (gone.length === 0 && !hasOrders(counter)) return counter;
  // What a merge brought can be taken back for a while. Worked into the base with what orders covered, it could not.
  const mayGo = (share: string) => isMergeShare(share) && !fold.isGone(share) && isCovered(counter, share);
  if (Object.keys(counter.p).some(mayGo)) return counter;
  const compact = compactCounter(counter);
  const [v, h, g] = compact.b;
  return {
    ...compact,
    p: without(compact.p, gone),
    s: without(compact.s, gone),
    b: [shares.reduce((sum, [replica, added]) => sum + added - (own(compact.s, replica) ?? 0), v), h, g],
    floor: Math.max(counter.floor, fold.version),
  };
};

const isCovered = ({ s, w }: Counter, share: string): boolean => (own(w, share) ?? 0) > (own(s, share) ?? 0);

const hasOrders = ({ w, o }: Counter): boolean => Object.keys(w).length > 0 || o.some((taken) => taken > 0);

/** The list of orders keeps its length: sets say how many they had seen. */
const compactCounter = (counter: Counter): Counter => {
  const s: Record<string, number> = { ...counter.s };
  for (const [replica, p] of Object.entries(counter.p)) {
    const seen = Math.max(own(s, replica) ?? 0, Math.min(p, own(counter.w, replica) ?? 0));
    if (seen > 0) s[replica] = seen;
  }
  const first = Math.max(0, baseSum(counter));
  return { ...counter, s, b: [first, counter.b[1], counter.o.length], w: {}, o: counter.o.map(() => 0) };
};
