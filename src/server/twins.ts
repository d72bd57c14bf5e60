import type { Op } from '../protocol/messages.ts';
import type { SpaceWriter } from './space-writer.ts';
import type { AppliedRow } from './store.ts';

/** Stands among the replicas, retired, for the changes that came marked: they are found by their ids under it. */
const marked = 'again:';

/** A customer has been so many guests lately: an account of a till is many more in its life, and what waited is of the last. */
export const mostGuests = 20;

/**
 * What was applied by the ids of these changes before, under whatever number. `claimant`: the customer whom the guest
 * becomes. Of two pages in memory each may have placed what was nobody's, one with the customer and one with the guest.
 * `bringing`: the guests whom these come along with, also where the store could not note that they are claimed.
 */
export const findTwins = async (
  { tx, id, kind }: SpaceWriter,
  {
    ops,
    claimant,
    bringing = [],
  }: {
    readonly ops: readonly Op[];
    readonly claimant?: string | undefined;
    readonly bringing?: readonly string[] | undefined;
  },
): Promise<Map<string, AppliedRow>> => {
  const idsOf = (some: readonly Op[]) => some.map(({ i }) => i);
  const doubtful = ops.filter(({ again, as }) => again || as !== undefined);
  const found = new Map<string, AppliedRow>();
  for (const space of claimant ? [claimant, id] : [id])
    if (await tx.replica(space, marked))
      for (const [op, row] of await tx.appliedAs(space, idsOf(ops), marked)) found.set(op, row);
  if (!doubtful.length) return found;
  // A customer may have it from one of the guests they were: a page in memory signed in beside a store that knew more.
  const customer = kind === 'customer' ? id : claimant;
  const others = customer ? [customer, ...(await tx.guestsOf(customer, mostGuests))] : [];
  for (const space of [id, ...others, ...bringing])
    for (const [op, row] of await tx.appliedAs(space, idsOf(doubtful))) found.set(op, row);
  return found;
};

/**
 * A marked change may overtake its first copy: a request that is slow while its store is emptied and another tab sends
 * what it knows. The copy has a number of its own and no mark.
 */
export const rememberMarked = async ({ tx, id, nowMs }: SpaceWriter, rows: readonly AppliedRow[]): Promise<void> => {
  if (!rows.length) return;
  let last = (await tx.replica(id, marked))?.last ?? 0;
  for (const row of rows) await tx.putApplied(id, marked, { ...row, q: ++last });
  await tx.putReplica(id, { id: marked, last, low: 0, seenAt: nowMs, retiredAt: nowMs });
};
