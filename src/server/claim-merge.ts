import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Ack } from '../protocol/messages.ts';
import { applyChanges, type Batch } from './apply-changes.ts';
import { carriedIn, keptCarried, notedIn } from './carried.ts';
import { moveCheckouts } from './checkouts.ts';
import type { DataSet } from './data-set.ts';
import { type Caller, checkGuest, emptySpace, guestClaimed, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { mergeGuest } from './merge.ts';
import { withoutMarks } from './order-marks.ts';
import type { Clock, Ids, MergeDecision } from './ports.ts';
import type { SiteRules } from './site.ts';
import { openSpace, type SpaceWriter } from './space-writer.ts';
import type { AppliedRow, ClaimRow, EntryRow, ReadTx, SpaceRow, WriteTx } from './store.ts';
import { putReceiptRow, toReceipt } from './stored-receipt.ts';

export type Customer = Extract<Caller, { kind: 'customer' }>;

export type ClaimAnswer = {
  readonly status: 'merged' | 'waiting';
  readonly receipt?: Receipt;
  readonly acks: readonly Ack[];
  /** What the merge changed in the customer's space, for the live channel. */
  readonly changed?: { readonly before: number; readonly row: SpaceRow; readonly rows: readonly EntryRow[] };
};

/** One try of a claim. */
export type Try = {
  readonly customer: Customer;
  readonly site: SiteRules;
  readonly guest: string;
  readonly secret: string | null;
  readonly batch: Batch | undefined;
  /** On what occasion they sign in, where the request says it. */
  readonly during: string | undefined;
  /** How far the device had seen the guest. */
  readonly at: { readonly cur: string; readonly cursors: DataSet['cursors'] } | undefined;
  /**
   * Refuses a device that may hand nobody over. It looks in the transactions of the claim: a look before them would have
   * a wait of its own, on top of all the time that a merge may take.
   */
  readonly demand: ((tx: ReadTx) => Promise<unknown>) | undefined;
  /** This try has been written down already. */
  readonly hasTurn: boolean;
};

export const guestKeyOf = ({ customer, guest }: Try): string => spaceKey({ site: customer.site, id: guest });

/** The steps of a claim, each in a transaction of the caller's. */
export const createClaimMerge = ({
  clock,
  ids,
  isDue,
}: {
  clock: Clock;
  ids: Ids;
  isDue: (row: ClaimRow) => boolean;
}) => {
  /** The guest's claim row, after the proofs. */
  const look = async (tx: ReadTx, task: Try): Promise<ClaimRow | undefined> => {
    const { customer, secret, batch, at } = task;
    const key = guestKeyOf(task);
    await task.demand?.(tx);
    if (secret !== null) checkGuest(ids, { row: await tx.space(key), secret });
    const row = await tx.claim(key);
    if (row && row.space !== spaceKey(customer))
      throw await guestClaimed(tx, { claim: row, replica: batch?.replica ?? '', ops: batch?.ops ?? [] });
    if (!row && at) await checkRestored(tx, key, at);
    return row;
  };

  const merged = async (tx: ReadTx, { row, task }: { row: ClaimRow; task: Try }): Promise<ClaimAnswer> => {
    const receipt = row.receipt === null ? undefined : await tx.receipt(row.space, row.receipt);
    const acks: Ack[] = [];
    const ops = task.batch?.ops ?? [];
    // A page over a store that failed had another number for it.
    const doubtful = ops.filter((op) => op.again).map(({ i }) => i);
    const twins = doubtful.length ? await tx.appliedAs(row.guest, doubtful) : new Map<string, AppliedRow>();
    for (const op of ops) {
      const found = await tx.applied(row.guest, task.batch?.replica ?? '', op.q);
      const known = found?.opId === op.i ? found : (twins.get(op.i) ?? found);
      if (known?.opId !== op.i) acks.push([op.i, 'rejected', 'auth/guest-claimed']);
      else acks.push((known.ack[0] === 'ok' ? [op.i, 'dup', ...known.ack.slice(1)] : [op.i, ...known.ack]) as Ack);
    }
    return { status: 'merged', acks, ...(receipt === undefined ? {} : { receipt: toReceipt(receipt) }) };
  };

  /** What the guest did last, in the guest's space. */
  const applyLast = async (
    tx: WriteTx,
    { task, row }: { task: Try; row: ClaimRow | undefined },
  ): Promise<{ from: SpaceWriter; acks: readonly Ack[] }> => {
    const { customer, site, batch } = task;
    const claimant = spaceKey(customer);
    const nowMs = clock.now();
    const from = openSpace(tx, { row: await guestRow(tx, task), site, nowMs });
    for (const { atMs, ...carried } of carriedIn(row?.carried ?? null)) {
      // An age that was said once grows by itself.
      const ops = carried.ops.map((op) => (op.as === undefined ? { ...op, a: op.a + nowMs - atMs } : op));
      await applyChanges(from, { ...carried, ops, claimant });
    }
    const { acks } = batch ? await applyChanges(from, { ...batch, claimant }) : { acks: [] };
    await from.finish();
    return { from, acks };
  };

  /** Binds the guest, with what its device said last, to a customer whose merge is still to come. */
  const prepare = async (tx: WriteTx, task: Try): Promise<ClaimAnswer> => {
    const row = await look(tx, task);
    if (row?.status === 'merged') return merged(tx, { row, task });
    const { acks } = await applyLast(tx, { task, row });
    const noted = notedIn(row?.carried ?? null, task.during);
    const since = noted.since ?? (await tx.space(spaceKey(task.customer)))?.version ?? 0;
    await tx.putClaim({
      guest: guestKeyOf(task),
      space: spaceKey(task.customer),
      status: 'waiting',
      receipt: null,
      carried: keptCarried([], { ...noted, since }),
      triedAt: row && !isDue(row) ? row.triedAt : clock.now(),
    });
    return { status: 'waiting', acks, ...(await bindCheckouts(tx, task)) };
  };

  /** What the guest was about to pay they pay as the customer whom they have become, however long the merge takes. */
  const bindCheckouts = async (tx: WriteTx, task: Try): Promise<Pick<ClaimAnswer, 'changed'>> => {
    const from = guestKeyOf(task);
    if ((await tx.checkouts(from)).length === 0) return {};
    const before = await customerRow(tx, task);
    const to = openSpace(tx, { row: before, site: task.site, nowMs: clock.now() });
    await moveCheckouts(to, { from, isOwed: true });
    const { row, changed } = await to.finish();
    return { changed: { before: before.version, row, rows: changed } };
  };

  const merge = async (tx: WriteTx, task: Try, decision?: MergeDecision): Promise<ClaimAnswer> => {
    const { customer, site, guest } = task;
    const customerKey = spaceKey(customer);
    const guestKey = guestKeyOf(task);
    // Both spaces are locked in the order of their ids, so that two merges cannot wait for each other.
    for (const id of [customerKey, guestKey].sort()) await tx.space(id);
    const row = await look(tx, task);
    if (row?.status === 'merged') return merged(tx, { row, task });

    const nowMs = clock.now();
    const { acks } = await applyLast(tx, { task, row });
    const entries = (await tx.entries(guestKey)).map(unmarked);
    const before = await customerRow(tx, task);
    const to = openSpace(tx, { row: before, site, nowMs });
    const receiptId = ids.random();
    const noted = notedIn(row?.carried ?? null, task.during);
    const how = { guest, entries, receiptId, sha256: ids.sha256, ...noted, decision };
    const stored = entries.length > 0 ? ((await mergeGuest(to, how)) as unknown as Json) : undefined;
    if (stored) await putReceiptRow(to, stored);
    await moveCheckouts(to, { from: guestKey });
    const { row: after, changed } = await to.finish();
    if (stored) await tx.putReceipt(customerKey, receiptId, stored);
    // Its confirmation page may be opened again by the customer whom the guest has become.
    await tx.copyOrders(guestKey, customerKey);
    await tx.putClaim({
      guest: guestKey,
      space: customerKey,
      status: 'merged',
      receipt: stored ? receiptId : null,
      carried: null,
      triedAt: nowMs,
    });
    return {
      status: 'merged',
      acks,
      ...(stored ? { receipt: toReceipt(stored) } : {}),
      changed: { before: before.version, row: after, rows: changed },
    };
  };

  return { look, merged, prepare, merge };
};

/** A guest is not merged before its device has offered what a restored server lost of it. */
const checkRestored = async (tx: ReadTx, key: string, { cur, cursors }: NonNullable<Try['at']>) => {
  const { era = 0, acl = 0, version = 0 } = (await tx.space(key)) ?? {};
  const place = cursors.read({ space: key, incarnation: await incarnationOf(tx), era, acl }, cur);
  const isLaterLife = place.version > 0 && place.era > era;
  if (place.of !== undefined || place.version > version || isLaterLife) throw new RelevoError('sync/cursor');
};

/** Which of a guest's orders are the customer's is told by the orders themselves: a guest may be anybody who had the device. */
const unmarked = (row: EntryRow): EntryRow => {
  const line = row.state as unknown as Line;
  return row.collection === 'cart' ? { ...row, state: { ...line, d: withoutMarks(line.d) } as unknown as Json } : row;
};

const customerRow = async (tx: ReadTx, { customer }: Try): Promise<SpaceRow> => {
  const id = spaceKey(customer);
  return (await tx.space(id)) ?? emptySpace({ id, site: customer.site, kind: 'customer', secret: null });
};

const guestRow = async (tx: ReadTx, task: Try): Promise<SpaceRow> => {
  const id = guestKeyOf(task);
  return (await tx.space(id)) ?? emptySpace({ id, site: task.customer.site, kind: 'guest', secret: task.secret });
};
