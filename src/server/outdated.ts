import { type Counter, type Counts, quantityOf } from '../core/counter.ts';
import { own } from '../core/own.ts';
import { compareStamps, type Stamp, zeroStamp } from '../core/stamp.ts';
import type { KnownOp } from '../protocol/messages.ts';
import { retentionTimes } from './retention-times.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';

/** What is left of a change that comes late: how it is answered at once, or how it is applied. */
type Late = {
  readonly outcome?: 'superseded' | 'expired';
  readonly op: KnownOp;
  /** A stamp that it must come after. */
  readonly base: Stamp;
  readonly isParked?: true;
};

type Arrived = {
  readonly op: KnownOp;
  readonly counter: Counter | undefined;
  /** The entry as it is, if it is there. */
  readonly found: AnyState | undefined;
  readonly replica: string;
  readonly unheardMs: number;
};

/** Why a line is set aside whose add came too late to count. */
const expired = 'change/expired';

/**
 * What a change may still do that was made on a view from before things were folded or forgotten.
 *
 * - A quantity that had not seen what was folded is superseded: its `seen` names shares that are gone.
 * - What is set on an entry that is not there, by somebody who may have seen it before it was deleted
 *   and forgotten, is superseded: it would bring the entry back. No decision is ever forgotten, so a denial brings none back.
 * - An add that comes after a month is not counted. What is in the cart stays as it is; a line that
 *   is not there comes back set aside, for the customer to see and to take.
 */
export const outdated = async (space: SpaceWriter, arrived: Arrived): Promise<Late> => {
  const { op, counter, found, replica, unheardMs } = arrived;
  const times = retentionTimes(space.site.limits);
  if (op.t === 'set' && counter && op.at < counter.floor) return { outcome: 'superseded', op, base: zeroStamp };
  const isWrite = op.t === 'set' || op.t === 'put' || op.t === 'patch';
  // A device that begins has seen nothing that was deleted; one that has waited so long as well may not speak.
  const saidMs = ageMs(op, space.nowMs);
  const isFresh = (op.at === 0 && saidMs < times.deletedMs) || isDenial(op);
  if (isWrite && !found && op.at < space.gcVersion && !isFresh) return { outcome: 'superseded', op, base: zeroStamp };
  if (op.t === 'set') {
    const born = await space.bornAt(op.c, op.k);
    const seen = seenOf(space, { ...op, born, replica });
    // Orders it had seen on an earlier entry are none of this one. Where it had seen none, or has seen the last quantity of
    // this one since, which its device set, they are its own, made before it.
    const isSame = !op.bh || (counter && compareStamps(op.bh, counter.b[1]) === 0);
    // One that has seen nothing of this entry was on an earlier one with them.
    const isOfThis = isSame && Object.keys(seen).length > 0;
    return { op: seen === op.seen ? op : { ...op, seen, g: isOfThis ? op.g : 0 }, base: zeroStamp };
  }
  // A clock may be wrong by years; what the server has heard of since cannot have waited longer than that. One that was
  // numbered under another replica can: what was heard of this one says nothing of it.
  const waitedMs = op.again ? saidMs : Math.min(saidMs, unheardMs);
  if (op.t !== 'add' || waitedMs <= times.oldAddMs) return { op, base: zeroStamp };
  if (!counter || quantityOf(counter) > 0) return { outcome: 'expired', op, base: zeroStamp };
  const line = found as (AnyState & { d?: Record<string, [unknown, Stamp]> }) | undefined;
  // Made where the line was in sight, and so without its details: there is nothing to show.
  if (!line && !op.f?.sku) return { outcome: 'expired', op, base: zeroStamp };
  // Later than what unparked the line before: else it would come back into the cart itself.
  const base = own(line?.d ?? {}, 'parked')?.[1] ?? zeroStamp;
  return { op: { ...op, f: { ...op.f, parked: expired } }, base, isParked: true };
};

/** As in a merge: what somebody has refused stays refused. */
export const isDenial = (op: KnownOp): boolean => op.c === 'consent' && op.t === 'put' && op.v === 'denied';

/** How old a change is by what its device says. An age that was said once, at a time of this server's, has grown since. */
const ageMs = ({ a, as = Number.POSITIVE_INFINITY }: KnownOp, nowMs: number): number => a + Math.max(0, nowMs - as);

/**
 * What a change really has seen of an entry's shares. One that was made before the entry appeared has
 * seen those of an earlier entry of that key, which was forgotten; its device's own were made before it in any case.
 */
export const seenOf = (
  { gcVersion }: Pick<SpaceWriter, 'gcVersion'>,
  {
    seen,
    at,
    born,
    replica,
    mine = [],
  }: { seen: Counts; at: number; born: number; replica: string; mine?: readonly string[] | undefined },
): Counts => {
  if (gcVersion === 0 || at >= born) return seen;
  return Object.fromEntries(Object.entries(seen).filter(([name]) => name === replica || mine.includes(name)));
};
