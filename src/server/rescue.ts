import { collectionShape, isKeptForLater } from '../core/collection.ts';
import { emptyEntry, joinEntries, type Kind } from '../core/entry.ts';
import type { FieldMap } from '../core/field-map.ts';
import { isKey } from '../core/key.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import type { Register } from '../core/register.ts';
import { compareStamps, type Stamp, zeroStamp } from '../core/stamp.ts';
import type { SyncRequest } from '../protocol/messages.ts';
import { hasConsent, refuseConsent, withdrawConsent } from './consent.ts';
import { evictViews } from './evict-views.ts';
import { counterOf, refuseGrowth } from './growth-limits.ts';
import { offeredParser } from './offered-state.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { ReadTx } from './store.ts';

type Offered = NonNullable<SyncRequest['offer']>[number];

/**
 * Joins what a device had confirmed before the server was restored. A join takes the larger of each
 * part, so that any devices may offer in any order, and as often as they like. What is not valid, what
 * only the server writes, what no consent covers and what does not fit is left out and stays lost.
 */
export const joinOffers = async (space: SpaceWriter, rows: readonly Offered[]): Promise<void> => {
  if (rows.length === 0) return;
  const lost = new Set<string>();
  const parse = offeredParser(space.nowMs);
  // What was consented to decides about the rest.
  const isFirst = ([collection]: Offered) => collection === 'consent';
  for (const row of [...rows.filter(isFirst), ...rows.filter((row) => !isFirst(row))])
    for (const replica of await joinOffer(space, { row, parse })) lost.add(replica);
  for (const replica of lost) await close(space, replica);
  await evictViews(space);
};

/** Gives the replicas of which something came back. */
const joinOffer = async (
  space: SpaceWriter,
  { row: [collection, key, version, raw], parse }: { row: Offered; parse: ReturnType<typeof offeredParser> },
): Promise<readonly string[]> => {
  if (!isKey(collection) || !isKey(key) || isKeptForLater(collection)) return [];
  const { kind, purpose } = collectionShape(collection, space.site.collections);
  if (kind === 'auth' || !(await hasConsent(space, purpose))) return [];
  const offered = parse(kind, raw);
  if (offered === undefined) return [];
  if (collection === 'consent' && refuseConsent(key, (offered as Register).v)) return [];
  const found = await space.state(collection, key);
  // Deleted and forgotten since: the device did not hear of it, and may not bring it back.
  if (!found && version <= space.gcVersion) return [];
  const state = found ?? emptyEntry(kind);
  const next = joinEntries(kind, state as never, offered as never) as AnyState;
  // Most devices hold the same: what is known already makes no new version.
  if (found && JSON.stringify(found) === JSON.stringify(next)) return [];
  if (refuseGrowth(space, { kind, state, next, isNew: found === undefined })) return [];
  // A view of what was folded is at least as new as the fold: else no quantity set on it would count.
  space.reach(counterOf(kind, next)?.floor ?? 0);
  await space.put(collection, key, next);
  if (collection === 'consent') await withdrawConsent(space, key);
  return writersOf(kind, { state, offered });
};

/** Who wrote what `offered` has beyond `state`. */
const writersOf = (kind: Kind, { state, offered }: { state: AnyState; offered: AnyState }): readonly string[] => {
  const [had, has] = [counterOf(kind, state), counterOf(kind, offered)];
  const adders = Object.entries(has?.p ?? {}).filter(([replica, n]) => n > (own(had?.p ?? {}, replica) ?? 0));
  const [before, after] = [stampsOf(kind, state), stampsOf(kind, offered)];
  const setters = Object.entries(after).filter(
    ([part, stamp]) => compareStamps(stamp, own(before, part) ?? zeroStamp) > 0,
  );
  return [...adders.map(([replica]) => replica), ...setters.map(([, stamp]) => stamp[2])];
};

/** The stamps in a state, by the part that they are of. */
const stampsOf = (kind: Kind, state: AnyState): { readonly [part: string]: Stamp } => {
  if (kind === 'reg') return { v: (state as Register).h };
  const map = kind === 'map' ? (state as FieldMap) : kind === 'line' ? (state as Line).d : {};
  const stamps = Object.entries(map).map(([field, [, stamp]]) => [`field ${field}`, stamp] as const);
  const counter = counterOf(kind, state);
  return Object.fromEntries(counter ? [...stamps, ['base', counter.b[1]] as const] : stamps);
};

/** Larger than any number of a device. */
const closed = 1_000_000_000;

/**
 * A replica of which something was lost gives no more numbers here: its device takes another. What it
 * may have sent before says so; a request that was on its way all the time does not.
 */
const close = async ({ tx, id, nowMs }: SpaceWriter, replica: string): Promise<void> => {
  if (replica === '' || replica.includes(':')) return;
  const known = await tx.replica(id, replica);
  if (known?.last !== closed)
    await tx.putReplica(id, { low: 0, retiredAt: null, ...known, id: replica, last: closed, seenAt: nowMs });
};

export const isClosed = (last: number): boolean => last === closed;

/** Changes of a closed replica that do not know of the restore. They are held back, and their device is told. */
export const isOfLostTime = async (
  tx: ReadTx,
  { space, request: { r, ops } }: { space: string; request: SyncRequest },
): Promise<boolean> => ops.some(({ as }) => as === undefined) && isClosed((await tx.replica(space, r))?.last ?? 0);
