import { collectionShape, receiptsName } from '../core/collection.ts';
import { foldCounter } from '../core/compact-counter.ts';
import type { Line } from '../core/line.ts';
import { isSpent } from '../core/spent-entry.ts';
import { auditKeptMs } from './audit.ts';
import { forgetCheckouts } from './few-checkouts.ts';
import { counterOf } from './growth-limits.ts';
import { partsOfSpaceKey, spaceKey } from './identity.ts';
import { withoutMarks } from './order-marks.ts';
import { isLive, lastHeardMs, retire, stableVersion } from './replicas.ts';
import { type RetentionTimes, retentionTimes } from './retention-times.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { EntryRow, ReplicaRow } from './store.ts';
import { forgetTold } from './told-checkouts.ts';

/** Entries looked at, and changed, in one transaction at most. */
const most = { read: 5_000, changed: 50 } as const;

/**
 * Keeps a space from growing for ever: retires replicas that were not heard of, works into the base
 * what nobody alive can still speak of, forgets what was deleted long ago, and what retired replicas
 * had sent. Says when to look again.
 */
export const tidySpace = async (space: SpaceWriter): Promise<void> => {
  const { tx, nowMs } = space;
  const times = retentionTimes(space.site.limits);
  const replicas = await retireIdle(space, times);
  // Changes that a waiting claim carries come from devices that are not heard of any more.
  const isClaimed = (await tx.claim(space.id)) !== undefined;
  const stable = isClaimed ? -1 : stableVersion(replicas);
  const rows = await tx.rowsAfter(space.id, 0, most.read);
  const spokenFor = new Set<string>();
  const look = createAgenda(nowMs);
  look.at(await forgetTold(space));
  look.at(await forgetCheckouts(space));
  look.at(((await tx.forgetAudit(space.id, nowMs - auditKeptMs)) ?? nowMs) + auditKeptMs);
  const isGone = await goneShares(space, { replicas, rows, times, look });
  let changed = 0;
  await forgetReceipts(space, { rows, times, look });

  for (const row of rows) {
    const kind = collectionShape(row.collection, space.site.collections).kind;
    const state = row.state as unknown as AnyState | null;
    const counter = counterOf(kind, state);
    const keep = () => {
      for (const replica of Object.keys(counter?.p ?? {})) spokenFor.add(replica);
    };
    const isOver = state === null || isSpent(kind, state);
    const folded = isOver || !counter ? counter : foldCounter(counter, { version: row.version, isGone });
    if (!isOver && folded === counter) {
      keep();
      continue;
    }
    const restMs = isOver ? times.deletedMs : times.restMs;
    if (!look.at(row.touched + restMs) || row.version > stable || changed >= most.changed) {
      if (row.touched + restMs <= nowMs) look.at(changed >= most.changed ? nowMs + 1 : nowMs + times.tidyMs);
      keep();
      continue;
    }
    changed++;
    if (isOver) await space.forget(row);
    else if (folded) {
      // Whoever might report so old an order again is taken for gone as well.
      const line = () => ({ q: folded, d: withoutMarks((state as Line).d, nowMs - times.idleMs) });
      await space.put(row.collection, row.key, kind === 'line' ? line() : folded);
      for (const replica of Object.keys(folded.p)) spokenFor.add(replica);
    }
  }

  for (const row of replicas) {
    if (isLive(row)) look.at(row.seenAt + times.idleMs);
    else if (look.at((row.retiredAt ?? 0) + times.ringMs)) {
      if (spokenFor.has(row.id) || rows.length === most.read) look.at(nowMs + times.tidyMs);
      else await tx.dropReplica(space.id, row.id);
    }
  }
  if (space.kind === 'guest' && look.at(lastHeardMs(replicas) + times.guestIdleMs)) look.at(nowMs + times.tidyMs);
  space.lookAgain(look.nextMs);
};

/** Gathers when something is next to be done; `at` says whether that time has come. */
const createAgenda = (nowMs: number) => {
  let nextMs = Number.MAX_SAFE_INTEGER;
  return {
    at(ms: number): boolean {
      if (ms <= nowMs) return true;
      nextMs = Math.min(nextMs, Math.ceil(ms));
      return false;
    },
    get nextMs() {
      return nextMs;
    },
  };
};

const retireIdle = async (
  { tx, id, nowMs }: SpaceWriter,
  { idleMs }: RetentionTimes,
): Promise<readonly ReplicaRow[]> => {
  for (const row of await tx.replicas(id))
    if (isLive(row) && row.seenAt + idleMs <= nowMs) await retire(tx, { space: id, row, nowMs });
  return tx.replicas(id);
};

/** What cannot be undone any more is no news either. */
const forgetReceipts = async (
  space: SpaceWriter,
  { rows, times, look }: { rows: readonly EntryRow[]; times: RetentionTimes; look: { at(ms: number): boolean } },
) => {
  for (const { collection, key, state } of rows) {
    if (collection !== receiptsName || state === null) continue;
    const { atMs = 0 } = (state as { v: { atMs?: number } }).v;
    if (look.at(atMs + times.mergeShareMs)) await space.remove(receiptsName, key);
  }
};

/** Which shares of counters nobody adds to any more: of retired replicas, and of merges that cannot be undone any more. */
const goneShares = async (
  space: SpaceWriter,
  {
    replicas,
    rows,
    times,
    look,
  }: {
    replicas: readonly ReplicaRow[];
    rows: readonly EntryRow[];
    times: RetentionTimes;
    look: { at(ms: number): boolean };
  },
): Promise<(replica: string) => boolean> => {
  const gone = new Set(replicas.filter((row) => !isLive(row)).map(({ id }) => id));
  for (const row of rows) {
    const counter = counterOf(
      collectionShape(row.collection, space.site.collections).kind,
      row.state as unknown as AnyState | null,
    );
    for (const share of Object.keys(counter?.p ?? {})) {
      if (!/^[aghu]:/.test(share) || gone.has(share)) continue;
      if (look.at((await receivedAt(space, share, row)) + times.mergeShareMs)) gone.add(share);
    }
  }
  return (replica) => gone.has(replica);
};

/** When a merge, a handoff or an undo gave its share; what was taken back counts from when its line rests. */
const receivedAt = async ({ tx, id, nowMs }: SpaceWriter, share: string, row: EntryRow): Promise<number> => {
  const name = share.slice(2);
  if (share.startsWith('u:'))
    return ((await tx.receipt(id, name)) as { atMs?: number } | undefined)?.atMs ?? row.touched;
  if (/^[ah]:/.test(share)) return row.touched;
  const claim = await tx.claim(spaceKey({ ...partsOfSpaceKey(id), id: name }));
  return claim?.status === 'merged' ? claim.triedAt : claim ? nowMs : row.touched;
};
