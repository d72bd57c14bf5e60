import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Ack, Op, SyncRequest } from '../protocol/messages.ts';
import { applyChanges, type Batch } from './apply-changes.ts';
import { moveCheckouts } from './checkouts.ts';
import type { DataSet } from './data-set.ts';
import {
  type Caller,
  type Carried,
  checkGuest,
  checkGuestId,
  emptySpace,
  guestClaimed,
  secretHash,
  spaceKey,
} from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { mergeGuest } from './merge.ts';
import { withoutMarks } from './order-marks.ts';
import type { Clock, Hooks, Ids, Log } from './ports.ts';
import type { SiteRules } from './site.ts';
import { openSpace } from './space-writer.ts';
import type { AppliedRow, ClaimRow, EntryRow, ReadTx, SpaceRow, Store, WriteTx } from './store.ts';
import { within } from './within.ts';

export type ClaimAnswer = {
  readonly status: 'merged' | 'waiting';
  readonly receipt?: Receipt;
  readonly acks: readonly Ack[];
  /** What the merge changed in the customer's space, for the live channel. */
  readonly changed?: { readonly before: number; readonly row: SpaceRow; readonly rows: readonly EntryRow[] };
};

type Customer = Extract<Caller, { kind: 'customer' }>;
type WireClaim = NonNullable<SyncRequest['claim']>;

export type Claims = {
  /** A device hands its guest over to the customer who signed in. Answers within 3 s, whatever the merge does. */
  claim(customer: Customer, options: { claim: WireClaim; channel: string; site: SiteRules }): Promise<ClaimAnswer>;
  /** Tries again a claim that waits, at most once a minute. */
  retry(customer: Customer, options: { row: ClaimRow; site: SiteRules }): Promise<ClaimAnswer | undefined>;
  isDue(row: ClaimRow): boolean;
};

export const claimTiming = {
  /** Hook and merge together; with {@link claimTiming.postponeMs} it stays below the 3 s a sign-in may take. */
  mergeMs: 2_000,
  /** To write down that the claim waits. */
  postponeMs: 500,
  retryMs: 60_000,
} as const;

/** Changes that a waiting claim may hold. */
const maxCarried = 1_000;

export const createClaims = (ports: {
  store: Store;
  clock: Clock;
  ids: Ids;
  hooks: Hooks;
  log: Log;
  dataSet: () => Promise<DataSet>;
}): Claims => {
  const { store, clock, ids, hooks, log } = ports;
  const isDue = (row: ClaimRow) => row.triedAt + claimTiming.retryMs <= clock.now();
  const postponed = () => new RelevoError('merge/postponed', { retryable: true });

  type Try = {
    readonly customer: Customer;
    readonly site: SiteRules;
    readonly guest: string;
    readonly secret: string | null;
    readonly batch: Batch | undefined;
    /** How far the device had seen the guest. */
    readonly at: { readonly cur: string; readonly cursors: DataSet['cursors'] } | undefined;
    /** This try has been written down already. */
    readonly hasTurn: boolean;
  };

  /** Writes a try down before it is made, so that the devices of a customer make one a minute together. */
  const takeTurn = (guest: string): Promise<boolean> =>
    store.write(async (tx) => {
      const row = await tx.claim(guest);
      if (row?.status !== 'waiting' || !isDue(row)) return false;
      await tx.putClaim({ ...row, triedAt: clock.now() });
      return true;
    });

  const attempt = async (task: Try, isAbandoned: () => boolean): Promise<ClaimAnswer> => {
    const { customer, guest } = task;
    const guestKey = spaceKey({ site: customer.site, id: guest });
    const found = await store.read(async (tx) => {
      const settled = await look(tx, task);
      return { settled, cart: settled ? [] : await tx.entries(guestKey, 'cart') };
    });
    if (found.settled?.status === 'merged') return answer(task);
    if (found.settled && !task.hasTurn && !(await takeTurn(found.settled.guest))) return answer(task);
    const cart = Object.fromEntries(found.cart.map(({ key, state }) => [key, state]));
    await hooks.beforeMerge?.({ site: customer.site, customer: customer.customer, guest, cart });
    // The sign-in was answered meanwhile: the claim waits for its retry, which asks the hook again.
    if (isAbandoned()) throw new RelevoError('merge/postponed');
    return store.write((tx) => merge(tx, task));
  };

  /** The guest's claim row, after the proofs. */
  const look = async (tx: ReadTx, { customer, guest, secret, batch, at }: Try): Promise<ClaimRow | undefined> => {
    const key = spaceKey({ site: customer.site, id: guest });
    if (secret !== null) checkGuest(ids, { row: await tx.space(key), secret });
    const row = await tx.claim(key);
    if (row && row.space !== spaceKey(customer))
      throw await guestClaimed(tx, { claim: row, replica: batch?.replica ?? '', ops: batch?.ops ?? [] });
    if (!row && at) await checkRestored(tx, key, at);
    return row;
  };

  /** A guest is not merged before its device has offered what a restored server lost of it. */
  const checkRestored = async (tx: ReadTx, key: string, { cur, cursors }: NonNullable<Try['at']>) => {
    const { era = 0, acl = 0, version = 0 } = (await tx.space(key)) ?? {};
    const place = cursors.read({ space: key, incarnation: await incarnationOf(tx), era, acl }, cur);
    const isLaterLife = place.version > 0 && place.era > era;
    if (place.of !== undefined || place.version > version || isLaterLife) throw new RelevoError('sync/cursor');
  };

  /** What is known without another try. */
  const answer = (task: Try): Promise<ClaimAnswer> =>
    store.write(async (tx) => {
      const row = await look(tx, task);
      return row?.status === 'merged' ? merged(tx, { row, task }) : postpone(tx, task);
    });

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
    // Receipts are written by `merge` alone.
    return { status: 'merged', acks, ...(receipt === undefined ? {} : { receipt: receipt as unknown as Receipt }) };
  };

  const merge = async (tx: WriteTx, task: Try): Promise<ClaimAnswer> => {
    const { customer, site, guest } = task;
    const customerKey = spaceKey(customer);
    const guestKey = spaceKey({ site: customer.site, id: guest });
    // Both spaces are locked in the order of their ids, so that two merges cannot wait for each other.
    for (const id of [customerKey, guestKey].sort()) await tx.space(id);
    const row = await look(tx, task);
    if (row?.status === 'merged') return merged(tx, { row, task });

    const nowMs = clock.now();
    const from = openSpace(tx, { row: await guestRow(tx, task), site, nowMs });
    for (const { atMs, ...batch } of (row?.carried ?? []) as unknown as Carried) {
      // An age that was said once grows by itself.
      const ops = batch.ops.map((op) => (op.as === undefined ? { ...op, a: op.a + nowMs - atMs } : op));
      await applyChanges(from, { ...batch, ops, claimant: customerKey });
    }
    const { acks } = task.batch ? await applyChanges(from, { ...task.batch, claimant: customerKey }) : { acks: [] };
    await from.finish();
    const entries = (await tx.entries(guestKey)).map(unmarked);
    const before =
      (await tx.space(customerKey)) ??
      emptySpace({ id: customerKey, site: customer.site, kind: 'customer', secret: null });
    const to = openSpace(tx, { row: before, site, nowMs });
    const receipt = entries.length > 0 ? await mergeGuest(to, { guest, entries, receiptId: ids.random() }) : undefined;
    await moveCheckouts(to, guestKey);
    const { row: after, changed } = await to.finish();
    if (receipt) await tx.putReceipt(customerKey, receipt.id, receipt as unknown as Json);
    // Its confirmation page may be opened again by the customer whom the guest has become.
    await tx.copyOrders(guestKey, customerKey);
    await tx.putClaim({
      guest: guestKey,
      space: customerKey,
      status: 'merged',
      receipt: receipt?.id ?? null,
      carried: null,
      triedAt: nowMs,
    });
    return {
      status: 'merged',
      acks,
      ...(receipt ? { receipt } : {}),
      changed: { before: before.version, row: after, rows: changed },
    };
  };

  const guestRow = async (tx: ReadTx, { customer, guest, secret }: Try): Promise<SpaceRow> => {
    const id = spaceKey({ site: customer.site, id: guest });
    return (await tx.space(id)) ?? emptySpace({ id, site: customer.site, kind: 'guest', secret });
  };

  /** Keeps what the claim carried, so that the device may forget it. */
  const postpone = async (tx: WriteTx, task: Try): Promise<ClaimAnswer> => {
    const row = await look(tx, task);
    if (row?.status === 'merged') return merged(tx, { row, task });
    const { batch, customer } = task;
    const carried = (row?.carried ?? []) as unknown as Carried;
    const known = new Set(carried.flatMap(({ ops }) => ops.map(({ i }) => i)));
    const fresh: Op[] = (batch?.ops ?? [])
      .filter(({ i }) => !known.has(i))
      .slice(0, Math.max(0, maxCarried - known.size));
    const kept = batch && fresh.length > 0 ? [...carried, { ...batch, ops: fresh, atMs: clock.now() }] : carried;
    const guest = await guestRow(tx, task);
    await tx.putSpace(guest);
    await tx.putClaim({
      guest: guest.id,
      space: spaceKey(customer),
      status: 'waiting',
      receipt: null,
      carried: kept as unknown as Json,
      triedAt: row?.triedAt ?? clock.now(),
    });
    const held = new Set([...known, ...fresh.map(({ i }) => i)]);
    return { status: 'waiting', acks: (batch?.ops ?? []).filter(({ i }) => held.has(i)).map(({ i }) => [i, 'ok']) };
  };

  const inTime = async (task: Try): Promise<ClaimAnswer> => {
    let abandoned = false;
    try {
      return await within(
        attempt(task, () => abandoned),
        { clock, ms: claimTiming.mergeMs, error: postponed },
      );
    } catch (error) {
      abandoned = true;
      if (!isRefusal(error)) log.warn('merge-postponed', { site: task.customer.site, code: 'merge/postponed' });
      throw error;
    }
  };

  return {
    isDue,
    async claim(customer, { claim, channel, site }) {
      const guest = checkGuestId(claim.guest);
      const { key, cursors } = await ports.dataSet();
      const secret = secretHash(ids, {
        key,
        space: spaceKey({ site: customer.site, id: guest }),
        secret: claim.secret,
      });
      const batch = { replica: claim.r, channel, low: 0, ops: claim.ops };
      const task: Try = {
        customer,
        site,
        guest,
        secret,
        batch,
        at: claim.cur === undefined ? undefined : { cur: claim.cur, cursors },
        hasTurn: false,
      };
      try {
        return await inTime(task);
      } catch (error) {
        if (isRefusal(error)) throw error;
      }
      try {
        return await within(
          store.write((tx) => postpone(tx, task)),
          { clock, ms: claimTiming.postponeMs, error: postponed },
        );
      } catch (error) {
        if (isRefusal(error)) throw error;
        // The store did not even take the note: nothing is acknowledged, the device carries it all again.
        return { status: 'waiting', acks: [] };
      }
    },
    async retry(customer, { row, site }) {
      const guest = row.guest.slice(customer.site.length + 1);
      try {
        if (!(await takeTurn(row.guest))) return undefined;
        return await inTime({ customer, site, guest, secret: null, batch: undefined, at: undefined, hasTurn: true });
      } catch {
        return undefined;
      }
    },
  };
};

/** Which of a guest's orders are the customer's is told by the orders themselves: a guest may be anybody who had the device. */
const unmarked = (row: EntryRow): EntryRow => {
  const line = row.state as unknown as Line;
  return row.collection === 'cart' ? { ...row, state: { ...line, d: withoutMarks(line.d) } as unknown as Json } : row;
};

/** Only a refusal of the guest itself ends a claim; whatever else went wrong may go right later. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RelevoError && (error.code.startsWith('auth/') || error.code === 'sync/cursor');
