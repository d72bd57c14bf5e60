import { RelevoError } from '../core/relevo-error.ts';
import type { SyncRequest } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { type Applied, applyChanges } from './apply-changes.ts';
import type { DataSet } from './data-set.ts';
import { type Caller, checkGuest, emptySpace, guestClaimed, secretHash, spaceKey } from './identity.ts';
import type { Clock, Ids } from './ports.ts';
import type { SiteRules } from './site.ts';
import { openSpace } from './space-writer.ts';
import type { ClaimRow, EntryRow, ReadTx, SpaceRow, Store, WriteTx } from './store.ts';

/** One request on the way to its space. */
export type Task = { request: SyncRequest; caller: Caller; site: SiteRules; data: DataSet; skipClaims: boolean };
/** What a request's transaction did and read. */
export type Done = {
  readonly row: SpaceRow;
  readonly before: number;
  readonly from: number;
  readonly isRestored: boolean;
  readonly applied: Applied;
  readonly changed: readonly EntryRow[];
  readonly rows: readonly EntryRow[];
  readonly more: boolean;
  /** A waiting claim of the customer that is to be tried again first; nothing else was done. */
  readonly due?: ClaimRow;
};

/** A device's row is renewed so often, not at every write. */
const deviceSeenMs = 3_600_000;

/** The part of a request that happens in its space, in one transaction: who may, what changed, and what is new for the device. */
export const createSyncStep = ({
  store,
  clock,
  ids,
  isDue,
}: {
  store: Store;
  clock: Clock;
  ids: Ids;
  isDue: (row: ClaimRow) => boolean;
}): ((task: Task) => Promise<Done>) => {
  const run = (task: Task): Promise<Done> => {
    const { request } = task;
    const isWrite = request.ops.length > 0 || request.want?.signout === true;
    return isWrite ? store.write((tx) => step(tx, task, tx)) : store.read((tx) => step(tx, task));
  };

  /** One transaction: who may, what changed, and the rows and the version of one moment. */
  const step = async (tx: ReadTx, task: Task, write?: WriteTx): Promise<Done> => {
    const { request, caller, data, skipClaims } = task;
    const id = spaceKey(caller);
    const found = await tx.space(id);
    let secret: string | null = null;
    let due: ClaimRow | undefined;
    if (caller.kind === 'guest') {
      secret = secretHash(ids, { key: data.key, space: id, secret: caller.secret });
      checkGuest(ids, { row: found, secret });
      const claim = await tx.claim(id);
      if (claim) throw await guestClaimed(tx, { claim, replica: request.r });
    } else if (!skipClaims) {
      due = (await tx.waitingClaims(id)).find(isDue);
    }
    const row = found ?? emptySpace({ id, site: caller.site, kind: caller.kind, secret });
    const seen =
      request.cur === null
        ? { version: 0 }
        : data.cursors.read({ ...row, space: id, incarnation: data.incarnation }, request.cur);
    const from = seen === 'restored' ? 0 : seen.version;
    if (from > row.version) throw new RelevoError('sync/cursor');
    const start = {
      row,
      before: row.version,
      from,
      isRestored: seen === 'restored',
      applied: { acks: [] },
      changed: [],
    };
    if (due) return { ...start, rows: [], more: false, due };
    const written = write ? await change(write, { row, task }) : start;
    // One more than fits tells whether there is more.
    const limit = wireLimits.maxReplyRows + 1;
    const rows = from === 0 ? await tx.liveRows(id, limit) : await tx.rowsAfter(id, from, limit);
    const more = rows.length > wireLimits.maxReplyRows;
    return { ...start, ...written, rows: more ? rows.slice(0, -1) : rows, more };
  };

  const change = async (tx: WriteTx, { row, task }: { row: SpaceRow; task: Task }) => {
    const { request, site } = task;
    const now = clock.now();
    const space = openSpace(tx, { row, site, nowMs: now });
    const { r: replica, channel, low, ops } = request;
    const applied = await applyChanges(space, { replica, channel, low, ops });
    const device = await tx.device(row.id, request.device);
    const signedOutAt = request.want?.signout ? now : (device?.signedOutAt ?? 0);
    if (!device || device.signedOutAt !== signedOutAt || device.seenAt + deviceSeenMs < now) {
      await tx.putDevice(row.id, { id: request.device, seenAt: now, signedOutAt }, site.limits.maxDevices);
    }
    return { applied, ...(await space.finish()) };
  };

  return run;
};
