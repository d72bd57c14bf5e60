import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { type Applied, applyChanges, retiredReply } from './apply-changes.ts';
import type { ClaimAnswer } from './claim-merge.ts';
import type { CursorPlace } from './cursor-codec.ts';
import type { DataSet } from './data-set.ts';
import { answerDeviceWants, demandNotRevoked, isOfDevices, letBack, meetDevice } from './devices.ts';
import { type Caller, checkGuest, checkGuestId, emptySpace, guestClaimed, secretHash, spaceKey } from './identity.ts';
import { beginIncarnation, incarnationOf, isRemembered, remember, restoredHead } from './incarnation.ts';
import type { Clock, Ids, Log } from './ports.ts';
import { isLive, isNews, noteContact } from './replicas.ts';
import { isOfLostTime, joinOffers } from './rescue.ts';
import type { SiteRules } from './site.ts';
import { openSpace } from './space-writer.ts';
import type { ClaimRow, EntryRow, ReadTx, SpaceRow, Store, WriteTx } from './store.ts';
import { tidySpace } from './tidy-space.ts';
import { toldTwice } from './told-checkouts.ts';
import { mostGuests } from './twins.ts';
import { answerWants, isWriting } from './wants.ts';
import { within } from './within.ts';

/** One request on the way to its space. */
export type Task = {
  readonly request: SyncRequest;
  readonly caller: Caller;
  readonly site: SiteRules;
  readonly data: DataSet;
  readonly skipClaims: boolean;
  /** What became of the claim that came along. */
  readonly claimed?: ClaimAnswer | undefined;
  /** A beacon does not say where the device stands. */
  readonly isBeacon: boolean;
};
/** What a request's transaction did and read. */
export type Done = {
  readonly row: SpaceRow;
  readonly before: number;
  readonly from: number;
  /** Which incarnation of the data answered. */
  readonly incarnation: string;
  /** The device's cursor is of another incarnation: rows newer than this may be lost here. */
  readonly offer?: number;
  /** Some of what the device has not seen is forgotten: it gets everything anew. */
  readonly isHorizon: boolean;
  readonly applied: Applied;
  readonly changed: readonly EntryRow[];
  /** What was done of what it wants. Nothing while it has to learn first of what is lost or gone. */
  readonly want?: SyncReply['want'];
  readonly rows: readonly EntryRow[];
  readonly more: boolean;
  /** A waiting claim of the customer that is to be tried again first; nothing else was done. */
  readonly due?: ClaimRow;
  /** Who asks has to be written down; nothing else was done. */
  readonly isNews?: true;
  /**
   * The device's cursor is a proven one, and ahead of the space or of an incarnation that this data has never heard of;
   * nothing was done.
   */
  readonly isRollback?: true;
  readonly unheardOf?: string;
};

/** To write down who reads: a sign-in whose merge is postponed has 3 s for all of it. */
const noteMs = 400;

/** The part of a request that happens in its space, in one transaction: who may, what changed, and what is new for the device. */
export const createSyncStep = ({
  store,
  clock,
  ids,
  isDue,
  log,
}: {
  store: Store;
  clock: Clock;
  ids: Ids;
  log: Log;
  isDue: (row: ClaimRow) => boolean;
}): ((task: Task) => Promise<Done>) => {
  const attempt = (task: Task): Promise<Done> => {
    const { ops, offer, want } = task.request;
    const write = () => store.write((tx) => step(tx, { task, write: tx }));
    const read = (isNoted: boolean) => store.read((tx) => step(tx, { task, isNoted }));
    if (ops.length > 0 || offer !== undefined || isWriting(want) || isOfDevices(want)) return write();
    // Who reads is answered also by a store that cannot write: it is noted at the next request then.
    const error = () => new RelevoError('server/busy', { retryable: true });
    return read(false).then((done) =>
      done.isNews ? within(write(), { clock, ms: noteMs, error }).catch(() => read(true)) : done,
    );
  };

  const run = async (task: Task): Promise<Done> => {
    const done = await attempt(task);
    for (const detail of toldTwice(done.changed))
      log.warn('order-duplicate', { site: task.caller.site, code: 'order/duplicate-snapshot', detail });
    if (!done.isRollback) return done;
    await noteRollback(done);
    const again = await attempt(task);
    if (again.isRollback) throw new RelevoError('sync/cursor');
    return again;
  };

  /** Nobody said that the database was put back: a device that remembers more proves it. */
  const noteRollback = ({ incarnation, unheardOf }: Done) =>
    store.write(async (tx) => {
      if (unheardOf !== undefined) await remember(tx, unheardOf);
      if ((await incarnationOf(tx)) !== incarnation) return;
      log.warn('database-rolled-back', { detail: 'A device is ahead of the database: devices offer what they hold.' });
      await beginIncarnation(tx, { ids, nowMs: clock.now(), isKnownHead: false });
    });

  /** One transaction: who may, what changed, and the rows and the version of one moment. */
  const step = async (
    tx: ReadTx,
    { task, write, isNoted = false }: { task: Task; write?: WriteTx; isNoted?: boolean },
  ): Promise<Done> => {
    const { request, caller, data, skipClaims, isBeacon } = task;
    const id = spaceKey(caller);
    const asking = { ...caller, space: id, device: request.device, request, isBeacon };
    const isBack = caller.kind === 'customer' && (await demandNotRevoked(tx, asking));
    const found = await tx.space(id);
    let secret: string | null = null;
    let due: ClaimRow | undefined;
    if (caller.kind === 'guest') {
      secret = secretHash(ids, { key: data.key, space: id, secret: caller.secret });
      checkGuest(ids, { row: found, secret });
      const claim = await tx.claim(id);
      if (claim) throw await guestClaimed(tx, { claim, replica: request.r, ops: request.ops });
    } else if (!skipClaims) {
      due = (await tx.waitingClaims(id)).find(isDue);
    }
    const empty = emptySpace({ id, site: caller.site, kind: caller.kind, secret });
    const incarnation = await incarnationOf(tx);
    // A guest that was forgotten may come back from memory, and after that with its cursor: each life has an era of its own.
    const newEra = caller.kind === 'guest' ? Math.floor(clock.now() / 1_000) : 0;
    const place = placeOf(task, { era: found?.era ?? newEra, id, incarnation });
    const row = found ?? { ...empty, era: place.era };
    const { version: at, isPage, era } = place;
    // A guest that was idle for long is forgotten, and with it how far its space had come. One that was lost with a
    // database put back in silence looks the same.
    const isForgotten = caller.kind === 'guest' && !found && at > 0;
    // It was forgotten and began anew since: a copy of its device had come further than the one that came back first.
    const isOtherLife = caller.kind === 'guest' && found !== undefined && era !== row.era;
    // A later life than this one was lost with the database. Who found nothing proves nothing.
    const isPast = isOtherLife && (era < row.era || at === 0);
    const isAhead = (isOtherLife || at > row.version) && !isForgotten && !isPast;
    const isOther = place.of !== undefined || (request.inc !== undefined && request.inc !== incarnation);
    // Who has a cursor of this incarnation was told: one of 0.1.0 offers nothing, and needs another replica to go on.
    const isLate = write !== undefined && request.cur === null && (await isOfLostTime(tx, { space: id, request }));
    const start = { row, before: row.version, incarnation, applied: { acks: [] }, changed: [] };
    const none = { ...start, from: at, isHorizon: false, rows: [], more: false };
    if (isAhead && found) {
      // The era counts erasures: after one a space begins anew, and that is no rollback.
      if (era < row.era) throw new RelevoError('sync/cursor');
      return { ...none, isRollback: true };
    }
    // It was put back twice, the second time in silence: what was on its way before the first would pass for new.
    const { of, isProven } = place;
    if (of !== undefined && isProven && !(await isRemembered(tx, of)))
      return { ...none, isRollback: true, unheardOf: of };
    if (due) return { ...none, due };
    if (isBack) {
      // Its next request is an ordinary one: where this was not noted it would have to forget all once more.
      if (isNoted) throw new RelevoError('server/busy', { retryable: true });
      if (!write) return { ...none, isNews: true };
      await letBack(write, asking);
    }
    if (!write && !isNoted) {
      const isNotable = (found !== undefined || caller.kind === 'customer') && !isPage;
      const contact = { nowMs: clock.now(), limits: task.site.limits };
      if (isForgotten || (isNotable && isNews(await tx.replica(id, request.r), contact)))
        return { ...none, isNews: true };
    }
    // What was made on a view that is lost here comes after that view was offered.
    const isHeldBack = isOther || isAhead || isLate;
    // First it learns what is gone, then it says what it has to say: an add to a line that it still shows
    // would bring no details along. Who leaves says it at once; of a retired replica nothing is applied anyway,
    // and it must be told what of it was.
    const isOld = (seen: number) => seen > 0 && seen < row.gcVersion;
    // A beacon names no cursor: its changes tell on which view they were made.
    const isOldBeacon = task.isBeacon && request.ops.some((op) => isOld(op.at));
    const isBehind = !isHeldBack && (isPast || isOldBeacon || (!isPage && isOld(at))) && !request.want?.signout;
    const known = isBehind ? await tx.replica(id, request.r) : undefined;
    const isRetired = known !== undefined && !isLive(known);
    const heard = isBehind && !isRetired ? { ...task, request: { ...request, ops: [] } } : task;
    // It begins anew behind what it had, and in another era: a request from before is not ahead of its space.
    const anew = isForgotten ? { version: at + 1, era: Math.max(era + 1, newEra) } : undefined;
    const written = write
      ? await change(write, { row, task: heard, isKnown: found !== undefined, isHeldBack, isBehind, anew })
      : start;
    const offer =
      place.of !== undefined ? await restoredHead(tx, { space: id, of: place.of }) : isAhead || isLate ? 0 : undefined;
    const isHorizon =
      offer === undefined && (isForgotten || isPast || (at > 0 && !isPage && at < written.row.gcVersion));
    const from = offer !== undefined || isHorizon ? 0 : at;
    // One more than fits tells whether there is more.
    const limit = wireLimits.maxReplyRows + 1;
    const rows = from === 0 ? await tx.liveRows(id, limit) : await tx.rowsAfter(id, from, limit);
    const more = rows.length > wireLimits.maxReplyRows;
    return {
      ...start,
      ...written,
      from,
      isHorizon,
      rows: more ? rows.slice(0, -1) : rows,
      more,
      ...(offer === undefined ? {} : { offer }),
    };
  };

  type Where = { era: number; id: string; incarnation: string };

  const placeOf = ({ request, data }: Task, { era, id, incarnation }: Where): CursorPlace => {
    if (request.cur === null) return { version: 0, era, isPage: false };
    const place = data.cursors.read({ era, acl: 0, space: id, incarnation }, request.cur);
    return place.of === undefined ? place : { ...place, era };
  };

  type Change = {
    row: SpaceRow;
    task: Task;
    isKnown: boolean;
    isHeldBack: boolean;
    isBehind: boolean;
    anew: Pick<SpaceRow, 'version' | 'era'> | undefined;
  };

  const change = async (
    tx: WriteTx,
    { row, task, isKnown, isHeldBack, isBehind, anew }: Change,
  ): Promise<Pick<Done, 'row' | 'applied' | 'changed' | 'want'>> => {
    const { request, caller, site, isBeacon } = task;
    const now = clock.now();
    const { r: replica, device: deviceId, channel } = request;
    const space = openSpace(tx, { row: { ...row, ...anew }, site, nowMs: now });
    const ops = isHeldBack ? [] : request.ops;
    const before = await tx.replica(row.id, replica);
    // What a device says of versions before a restore says nothing of those after it.
    const low = isHeldBack ? 0 : lowOf(task, row.version, before?.low);
    if (isKnown && row.due <= space.nowMs) await tidySpace(space);
    if (!isHeldBack) await joinOffers(space, request.offer ?? []);
    const applied: Applied =
      !isHeldBack && before && !isLive(before) && ops.length === 0 && !request.want?.signout
        ? { acks: [], ...retiredReply }
        : await applyChanges(space, { replica, channel, device: deviceId, low, ops, bringing: bringingOf(task) });
    if (anew) space.forgetAll(anew.version);
    const isAnswered = !isHeldBack && !isBehind && !applied.fork && !applied.gap;
    const done = isAnswered
      ? await answerWants(space, { request, site: task.caller.site, ids, claimed: task.claimed })
      : undefined;
    const contact = { space: row.id, replica, device: deviceId, low, nowMs: space.nowMs, limits: site.limits };
    // What was held back still comes; its number tells that it counted already, but only under the same replica.
    const isLeaving = request.want?.signout === true && ops.length === request.ops.length;
    await noteContact(tx, { ...contact, before, applied, isBehind, isLeaving });
    // Who only looked at a space that is not there makes none; a customer's device is known all the same.
    const hasOps = ops.length > 0 || !!request.offer?.length;
    const isLooking = !isKnown && !anew && !hasOps && !request.want?.signout && !done?.begin;
    if (isLooking && caller.kind === 'guest') return { row, applied, want: done, changed: [] };
    const devices = { space: row.id, nowMs: now, most: site.limits.maxDevices };
    await meetDevice(tx, {
      ...devices,
      device: deviceId,
      channel,
      isLeaving: request.want?.signout === true,
      isLate: isBeacon || (before !== undefined && !isLive(before)),
    });
    const ofDevices = await answerDeviceWants(tx, { ...devices, want: request.want });
    const want = done || ofDevices ? { ...done, ...ofDevices } : undefined;
    return { applied, want, ...(isLooking ? { row, changed: [] } : await space.finish()) };
  };

  return run;
};

/** The guests whom the customer claims with this request, or will after it; only the first one's secret was looked at. */
const bringingOf = ({ request, caller: { site }, claimed }: Task): readonly string[] => {
  if (!claimed || !request.claim) return [];
  const { guest, also = [] } = request.claim;
  return [guest, ...also.slice(0, mostGuests)].map((one) => spaceKey({ site, id: checkGuestId(one) }));
};

/**
 * A device that begins gets everything there is with this answer; what it did before, it did on nothing. Of one that is
 * known it may be a late copy: it has seen no more for that.
 */
const lowOf = ({ request, isBeacon }: Task, head: number, known = head): number => {
  const begins = request.cur === null && !isBeacon && request.ops.every(({ at }) => at === 0);
  return Math.min(begins ? known : request.low, head);
};
