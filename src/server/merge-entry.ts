import { after } from '../core/after.ts';
import { collectionShape } from '../core/collection.ts';
import { joinEntries, type Kind } from '../core/entry.ts';
import type { FieldMap } from '../core/field-map.ts';
import type { Flag } from '../core/flag.ts';
import { isKey } from '../core/key.ts';
import { own } from '../core/own.ts';
import type { Register } from '../core/register.ts';
import { compareStamps, type Stamp, zeroStamp } from '../core/stamp.ts';
import { hasConsent } from './consent.ts';
import { isNeverMerged } from './never-merged.ts';
import type { EntryPolicy } from './site.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { EntryRow } from './store.ts';

type EntryMerge = { readonly entry: EntryRow; readonly stamp: Stamp; readonly policy: EntryPolicy };

/** An entry of a guest's that is no line of the cart, into the customer's space. */
export const mergeEntry = async (space: SpaceWriter, { entry, stamp, policy }: EntryMerge): Promise<void> => {
  const { collection, key } = entry;
  const { kind, purpose } = collectionShape(collection, space.site.collections);
  if (policy === 'none' || kind === 'auth' || !(await hasConsent(space, purpose))) return;
  const guest = mergeable(collection, key, entry.state as unknown as AnyState);
  if (!guest) return;
  const mine = await space.state(collection, key);
  if (mine === undefined) {
    if (space.bytes < space.site.limits.maxSpaceBytes) await space.put(collection, key, guest);
    return;
  }
  if (policy === 'both' && kind === 'reg') await keepOlder(space, { entry, mine: mine as Register, stamp });
  const merged = joinBy(policy)(kind, mine, { guest, stamp });
  if (JSON.stringify(merged) !== JSON.stringify(mine)) await space.put(collection, key, merged);
};

/** What of it may become somebody else's. */
const mergeable = (collection: string, key: string, state: AnyState): AnyState | undefined => {
  if (collection === 'preferences') return isNeverMerged(key) ? undefined : state;
  if (collection !== 'identity') return state;
  const fields = Object.entries(state as FieldMap).filter(([name]) => !isNeverMerged(name));
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
};

type Join = (kind: Kind, mine: AnyState, by: { readonly guest: AnyState; readonly stamp: Stamp }) => AnyState;

/** What the one side has; of the other what the one has not. */
const byPrecedence =
  (first: 'customer' | 'guest'): Join =>
  (kind, mine, { guest, stamp }) => {
    const isTaken = (a: unknown, b: unknown) => (first === 'customer' ? a == null && b != null : b != null);
    if (kind === 'reg') {
      const [a, b] = [mine as Register, guest as Register];
      return isTaken(a.v, b.v) ? { v: b.v, h: after(a.h, stamp) } : a;
    }
    if (kind === 'map') {
      const a = mine as FieldMap;
      const taken = Object.entries(guest as FieldMap).filter(([field, [v]]) => isTaken(own(a, field)?.[0], v));
      return {
        ...a,
        ...Object.fromEntries(taken.map(([field, [v]]) => [field, [v, after(own(a, field)?.[1] ?? zeroStamp, stamp)]])),
      };
    }
    if (kind !== 'flag' || first === 'customer') return mine;
    const { n } = mine as Flag;
    return n % 2 === (guest as Flag).n % 2 ? mine : { n: n + 1 };
  };

const byTime: Join = (kind, mine, { guest }) => joinEntries(kind, mine as never, guest as never) as AnyState;

const joinBy = (policy: EntryPolicy): Join =>
  policy === 'customer' || policy === 'guest' ? byPrecedence(policy) : byTime;

/** Of two drafts the newer goes on, the older stays beside it. */
const keepOlder = async (
  space: SpaceWriter,
  { entry, mine, stamp }: { entry: EntryRow; mine: Register; stamp: Stamp },
) => {
  const guest = entry.state as unknown as Register;
  const aside = `${entry.key}~${stamp[2].slice('srv:'.length)}`;
  if (mine.v === null || guest.v === null || JSON.stringify(mine.v) === JSON.stringify(guest.v) || !isKey(aside))
    return;
  await space.put(entry.collection, aside, compareStamps(mine.h, guest.h) < 0 ? mine : guest);
};
