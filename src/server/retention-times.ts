import type { SpaceLimits } from './site.ts';

export const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** How long things live, in milliseconds; the finer times follow from a site's limits. */
export const retentionTimes = (limits: SpaceLimits) => {
  const idleMs = limits.replicaIdleDays * dayMs;
  const oldAddMs = limits.oldAddDays * dayMs;
  return {
    idleMs,
    oldAddMs,
    deletedMs: limits.deletedDays * dayMs,
    guestIdleMs: limits.guestIdleDays * dayMs,
    mergeShareMs: limits.mergeShareDays * dayMs,
    /** What a replica is known by is written anew so often when it only reads. */
    seenMs: Math.min(hourMs, idleMs / 40),
    /** A space in which something waits is looked at so often. */
    tidyMs: Math.min(dayMs, idleMs / 20),
    /** An entry rests so long before it is folded: a tab in the background may still show what was before. */
    restMs: Math.min(dayMs, idleMs / 20),
    /** What a retired replica sent is remembered until nothing of it can count any more. */
    ringMs: Math.max(idleMs, oldAddMs),
  };
};

export type RetentionTimes = ReturnType<typeof retentionTimes>;
