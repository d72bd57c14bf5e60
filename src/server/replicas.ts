import type { Applied } from './apply-changes.ts';
import { retentionTimes } from './retention-times.ts';
import type { SpaceLimits } from './site.ts';
import type { ReplicaRow, WriteTx } from './store.ts';

/** Stands for the replica that a device is about to choose: until it is heard of, what it has seen counts. */
const guardOf = (device: string): string => `next:${device}`;

export const isLive = (replica: ReplicaRow): boolean => replica.retiredAt === null;

type Contact = {
  readonly space: string;
  readonly replica: string;
  readonly device: string;
  readonly low: number;
  readonly nowMs: number;
  readonly limits: SpaceLimits;
};

/**
 * Whether a request that only reads must be written down: a device that only reads has to be known
 * with what it has seen, else a fold could hit it. Once an hour is enough, since `low` goes up.
 */
export const isNews = (replica: ReplicaRow | undefined, contact: Pick<Contact, 'nowMs' | 'limits'>): boolean =>
  !replica || !isLive(replica) || replica.seenAt + retentionTimes(contact.limits).seenMs <= contact.nowMs;

/** Writes down who was heard of and what it has seen. One more than a space may have retires the longest idle. */
const meetReplica = async (tx: WriteTx, contact: Contact): Promise<void> => {
  const { space, replica, device, low, nowMs, limits } = contact;
  const known = await tx.replica(space, replica);
  if (known && !isLive(known)) return;
  await tx.putReplica(space, { last: 0, ...known, id: replica, low, seenAt: nowMs, retiredAt: null });
  await tx.dropReplica(space, guardOf(device));
  const others = (await tx.replicas(space)).filter((row) => isLive(row) && row.id !== replica);
  const idlest = others.sort((a, b) => b.seenAt - a.seenAt || (a.id < b.id ? -1 : 1)).slice(limits.maxReplicas - 1);
  for (const row of idlest) await retire(tx, { space, row, nowMs });
};

/**
 * A request was answered: who sent it is known from now on, and what it has seen. One that had to learn first what is
 * gone says what it has to say with its next: until then its changes have waited.
 */
export const noteContact = async (
  tx: WriteTx,
  {
    before,
    applied: { fork, gap },
    isBehind,
    isLeaving,
    ...contact
  }: Contact & { before: ReplicaRow | undefined; applied: Applied; isBehind: boolean; isLeaving: boolean },
): Promise<void> => {
  if (fork || gap !== undefined || isBehind) return guardNext(tx, contact);
  if (isNews(before, contact)) await meetReplica(tx, contact);
  if (isLeaving) await retireNow(tx, { space: contact.space, id: contact.replica, nowMs: contact.nowMs });
};

/** After a fork, a gap or a retirement the device goes on under an id that the server does not know yet. */
const guardNext = (tx: WriteTx, { space, device, low, nowMs }: Omit<Contact, 'limits' | 'replica'>) =>
  tx.putReplica(space, { id: guardOf(device), last: 0, low, seenAt: nowMs, retiredAt: null });

export const retire = async (
  tx: WriteTx,
  { space, row, nowMs }: { space: string; row: ReplicaRow; nowMs: number },
): Promise<void> => {
  // A guard has no changes to remember.
  if (row.last === 0) await tx.dropReplica(space, row.id);
  else await tx.putReplica(space, { ...row, retiredAt: nowMs });
};

/** Retires a replica whose device has signed out and said all it had to say. */
const retireNow = async (tx: WriteTx, { space, id, nowMs }: { space: string; id: string; nowMs: number }) => {
  const row = await tx.replica(space, id);
  if (row && isLive(row)) await retire(tx, { space, row, nowMs });
};

/** When anything was heard under any of these names. */
export const lastHeardMs = (replicas: readonly ReplicaRow[]): number =>
  replicas.reduce((ms, { seenAt, retiredAt }) => Math.max(ms, seenAt, retiredAt ?? 0), 0);

/** What everybody who may still speak has seen. */
export const stableVersion = (replicas: readonly ReplicaRow[]): number =>
  replicas.filter(isLive).reduce((low, row) => Math.min(low, row.low), Number.MAX_SAFE_INTEGER);
