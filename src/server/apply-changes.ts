import type { Change, Fields } from '../core/change.ts';
import { collectionShape, isKeptForLater } from '../core/collection.ts';
import type { Counter } from '../core/counter.ts';
import { changeEntry, type EntryState, emptyEntry, fitsKind, seenStamp } from '../core/entry.ts';
import type { ErrorCode } from '../core/error-registry.ts';
import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { own } from '../core/own.ts';
import { laterStamp, type Stamp, stampChange, zeroStamp } from '../core/stamp.ts';
import type { Ack, KnownOp, Op } from '../protocol/messages.ts';
import { parseOp } from '../protocol/parse.ts';
import { applyOrder } from './apply-order.ts';
import { createBrought } from './brought.ts';
import { hasConsent, refuseConsent, settleConsent } from './consent.ts';
import { emptiedLine } from './emptied-line.ts';
import { evictViews } from './evict-views.ts';
import { counterOf, refuseGrowth } from './growth-limits.ts';
import { isOrderMark } from './order-marks.ts';
import { isDenial, outdated } from './outdated.ts';
import { isLive } from './replicas.ts';
import type { AnyState, SpaceWriter } from './space-writer.ts';
import type { AppliedRow } from './store.ts';
import { findTwins, rememberMarked } from './twins.ts';
import { takeBack } from './unparked.ts';

export type Batch = {
  readonly replica: string;
  readonly channel: string;
  /** The device that sent it. */
  readonly device?: string;
  /** Who made it, where that is not the customer. */
  readonly actor?: string;
  readonly low: number;
  readonly ops: readonly Op[];
  /** The customer who claims the guest that it is of. */
  readonly claimant?: string;
  /** The guests whom the customer claims with it, or will after it. */
  readonly bringing?: readonly string[];
};

export type Applied = {
  readonly acks: readonly Ack[];
  readonly fork?: true;
  readonly gap?: number;
  readonly retired?: true;
};

/** Devices of releases before this answer exists do the same after a fork. */
export const retiredReply = { fork: true, retired: true } as const;

/** What a change answers after its id: status, then count or stamp or code. */
type Outcome = readonly Json[];

/**
 * Applies a replica's batch to a space. Numbers go up by one without a gap and each is remembered in
 * the same transaction as its effect, so that a change sent twice counts once. A refused change is
 * acknowledged and uses up its number: it never blocks those behind it.
 */
export const applyChanges = async (space: SpaceWriter, batch: Batch): Promise<Applied> => {
  if (batch.ops.length === 0) return { acks: [] };
  const applied = await applyBatch(space, batch);
  // No device reads on as a guest who is claimed: what it dropped comes to it with the customer's rows.
  if (batch.claimant === undefined) await settleAgain(space, batch.ops, applied.acks);
  return applied;
};

/** A denial whose answer was lost still stands on its device, which drops what later grants brought: that comes again. */
const settleAgain = async (space: SpaceWriter, ops: readonly Op[], acks: readonly Ack[]): Promise<void> => {
  const twice = new Set(acks.filter(([, status]) => status === 'dup').map(([id]) => id));
  const denied = ops.filter(({ i, c, v }) => twice.has(i) && c === 'consent' && v === 'denied');
  for (const purpose of new Set(denied.map(({ k }) => k))) await settleConsent(space, { purpose, v: 'denied' });
};

const applyBatch = async (space: SpaceWriter, batch: Batch): Promise<Applied> => {
  const { tx } = space;
  const before = await tx.replica(space.id, batch.replica);
  if (before && !isLive(before)) return { acks: await knownAcks(space, batch.ops), ...retiredReply };
  let last = before?.last ?? 0;
  const acks: Ack[] = [];
  const marked: AppliedRow[] = [];
  /** The stamp that later changes of the batch must come after, by entry: the device made them later. */
  const raised = new Map<string, Stamp>();
  const raise = (op: Op, outcome: Outcome) => {
    const stamp = outcome.findLast((part) => Array.isArray(part)) as Stamp | undefined;
    if (stamp) raised.set(`${op.c}\n${op.k}`, laterStamp(stamp, raised.get(`${op.c}\n${op.k}`) ?? zeroStamp));
  };
  const done = async (end: Omit<Applied, 'acks'>): Promise<Applied> => {
    if (last !== before?.last) {
      const { replica: id, low } = batch;
      await tx.putReplica(space.id, { id, last, low, seenAt: space.nowMs, retiredAt: null });
    }
    await rememberMarked(space, marked);
    await brought.remember();
    await evictViews(space);
    return { acks, ...end };
  };

  const unheardMs = before ? Math.max(0, space.nowMs - before.seenAt) : Number.MAX_SAFE_INTEGER;
  /** What was applied by these ids before, and in this batch. */
  const twins = await findTwins(space, batch);
  const brought = createBrought(space);
  /** Nothing that was acknowledged under this replica before is missing here. */
  let isWhole = true;
  const apply = async (op: Op) => {
    isWhole &&= op.q === last + 1;
    const twin = twins.get(op.i);
    const base = raised.get(`${op.c}\n${op.k}`) ?? zeroStamp;
    const context = { ...batch, base, unheardMs, isWhole, brought };
    const outcome = twin ? again(twin.ack) : await applyChange(space, op, context);
    raise(op, outcome);
    acks.push([op.i, ...outcome] as Ack);
    last = Math.max(last, op.q);
    const row = { q: op.q, opId: op.i, ack: outcome };
    await tx.putApplied(space.id, batch.replica, row);
    if (op.again && !twin) marked.push(row);
    twins.set(op.i, row);
  };

  /** From here on nothing is applied. */
  const know = async (from: Op) =>
    void acks.push(...(await knownAcks(space, batch.ops.slice(batch.ops.indexOf(from)))));

  for (const op of batch.ops) {
    if (op.q <= last) {
      const known = await tx.applied(space.id, batch.replica, op.q);
      // One that the replica numbered before a restore, and that is new here: its number was closed with the others.
      if (!known && op.as !== undefined) {
        await apply(op);
        continue;
      }
      if (known?.opId !== op.i) {
        await know(op);
        return done({ fork: true });
      }
      const outcome = again(known.ack);
      acks.push([op.i, ...outcome] as Ack);
      raise(op, outcome);
      continue;
    }
    // After a restore the numbers go on where the device is: what is missing was acknowledged and comes by offers.
    if (op.q > last + 1 && op.as === undefined) {
      await know(op);
      return done({ gap: last + 1 });
    }
    await apply(op);
  }
  return done({});
};

const again = (ack: Outcome): Outcome => (ack[0] === 'ok' ? ['dup', ...ack.slice(1)] : ack);

/**
 * A store that was put back to an earlier state numbers its changes anew, in another order; of two tabs one may have
 * given them other numbers already. Those that were applied are told from the others by their ids, whatever replica
 * numbered them, else they would count again under the next one.
 */
const knownAcks = async (space: SpaceWriter, ops: readonly Op[]): Promise<Ack[]> => {
  const known = await space.tx.appliedAs(
    space.id,
    ops.map(({ i }) => i),
  );
  return [...known].map(([i, { ack }]) => [i, ...again(ack)] as Ack);
};

const rejected = (code: ErrorCode): Outcome => ['rejected', code];

type Context = {
  readonly replica: string;
  readonly channel: string;
  readonly device?: string;
  readonly claimant?: string;
  readonly base: Stamp;
  /** How long the server had not heard of the replica. */
  readonly unheardMs: number;
  /** All that it acknowledged before is here. */
  readonly isWhole: boolean;
  readonly brought: ReturnType<typeof createBrought>;
};

const applyChange = async (space: SpaceWriter, raw: Op, context: Context): Promise<Outcome> => {
  const parsed = parseOp(raw);
  if (!parsed.ok) return [parsed.status, parsed.code];
  const { op } = parsed;
  if (op.t === 'nop') return ['ok'];
  if (isKeptForLater(op.c)) return rejected('change/kind');
  const { kind, purpose } = collectionShape(op.c, space.site.collections);
  if (!(await hasConsent(space, purpose))) return rejected('consent/required');
  if (op.t === 'order') return op.c === 'cart' ? applyOrder(space, op, context) : rejected('change/kind');
  if (kind === 'auth') return rejected('change/read-only');
  if (!fitsKind(kind, op.t)) return rejected('change/kind');
  if (kind === 'line' && 'f' in op && Object.keys(op.f ?? {}).some(isOrderMark)) return rejected('change/bad-key');
  const unfit = op.c === 'consent' && op.t === 'put' ? refuseConsent(op.k, op.v) : undefined;
  if (unfit) return rejected(unfit);

  const found = await space.state(op.c, op.k);
  const isLate = op.late === true && kind !== 'line' && space.kind === 'customer';
  const isOnlyBrought = isLate && (await context.brought.isOnly(op));
  if (isLate && !isOnlyBrought && !isDenial(op)) return ['superseded'];
  const state = found ?? emptyEntry(kind);
  const counter = counterOf(kind, state);
  const late = await outdated(space, { op, counter, found, ...context });
  if (late.outcome) return [late.outcome];
  const meant =
    kind === 'line'
      ? withMaker(late.op, { line: state as Line, kind: space.kind, ...context })
      : withinLead(late.op as Change, state);
  const change = await sinceRestore(space, meant, { op, counter, ...context });
  const stamp = stampChange({
    // Never later than the stamp that a restored server may have given it: what saw that one must win.
    nowMs: Math.min(space.nowMs, op.as ?? space.nowMs),
    ageMs: op.a,
    base: [seenStamp(kind, state, change), late.base].reduce(laterStamp, context.base),
    replica: context.replica,
    seq: op.q,
  });
  const changed = changeEntry(kind, state, change, { h: stamp, replica: context.replica });
  const next = kind === 'line' ? emptiedLine(changed as Line, op.i) : changed;
  const refused = refuseGrowth(space, { kind, state, next, isNew: found === undefined });
  if (refused) return rejected(refused);
  await space.put(op.c, op.k, next);
  if (op.c === 'cart') await takeBack(space, { key: op.k, line: next as Line, was: state as Line, stamp });
  context.brought.wrote(op, isOnlyBrought);
  if (op.c === 'consent' && op.t === 'put') await settleConsent(space, { purpose: op.k, v: op.v });
  const outcome = outcomeOf(late.op, { counter: counterOf(kind, next), stamp, replica: context.replica });
  return late.isParked ? ['expired', ...outcome.slice(1)] : outcome;
};

/** What a device may have seen of a flag that is not stored: wants of its own that were refused. */
const maxFlagLead = 1_024;

/** Taken at its word, one change with the largest number would leave no length for any later one. */
const withinLead = (change: Change, state: AnyState): Change =>
  change.t === 'want' ? { ...change, n: Math.min(change.n, (state as EntryState['flag']).n + maxFlagLead) } : change;

/**
 * An add that may have been applied before the server was restored counts only what is still missing. Where adds before
 * it may be lost too, it brings them back; else, and where some may be in no count because they were folded or
 * forgotten, it counts no more than it adds.
 */
const sinceRestore = async (
  space: SpaceWriter,
  change: Change,
  { op, counter, replica, isWhole }: Context & { op: KnownOp; counter: Counter | undefined },
): Promise<Change> => {
  if (op.t !== 'add' || op.to === undefined || change.t !== 'add') return change;
  const missing = Math.max(0, op.to - (own(counter?.p ?? {}, replica) ?? 0));
  const born = await space.bornAt(op.c, op.k);
  const isGone = !!counter?.floor || (space.gcVersion > 0 && (born === 0 || op.at < born));
  return { ...change, n: isWhole || isGone ? Math.min(op.n, missing) : missing };
};

/**
 * Where a line was last changed, and by whom if not by the customer, are details of it: known wherever the line is. Of
 * whose line it is a copy (`fork`) is one of a guest's alone: what a customer has is nobody's copy. `beside` is the server's.
 */
const withMaker = (
  op: KnownOp,
  { line, kind, channel, actor }: Pick<Batch, 'channel' | 'actor'> & { line: Line; kind: SpaceWriter['kind'] },
): Change => {
  const { actor: _, beside: __, fork, ...fields } = ('f' in op && (op.f as Fields | undefined)) || {};
  const copy = fork === undefined || kind === 'customer' || op.t !== 'add' ? {} : { fork };
  const isOthers = own(line.d, 'actor')?.[0] != null;
  return {
    ...op,
    f: { ...fields, ...copy, channel, ...(actor ? { actor } : isOthers ? { actor: null } : {}) },
  } as Change;
};

const outcomeOf = (
  op: KnownOp,
  { counter, stamp, replica }: { counter: Counter | undefined; stamp: Stamp; replica: string },
): Outcome => {
  if (op.t === 'want') return ['ok'];
  if (op.t !== 'add') return ['ok', stamp];
  const count = counter ? (own(counter.p, replica) ?? 0) : 0;
  return op.f ? ['ok', count, stamp] : ['ok', count];
};
