import type { Json } from '../core/json.ts';
import type { Line } from '../core/line.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { cursorVersion } from '../protocol/cursor.ts';
import type { SyncReply } from '../protocol/messages.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { CartLine } from './api.ts';
import type { Arrival } from './arrival.ts';
import { askClaim, claimant } from './claim-probe.ts';
import type { Disk } from './disk.ts';
import { withoutCopied } from './end-merge.ts';
import { refusalStatus } from './exchange.ts';
import { freezeGuest } from './freeze-lines.ts';
import type { GuestEnd } from './guest-end.ts';
import type { Model, Pending } from './model.ts';
import { type Batch, isUnheardOf, listOut, putOut, renumberHeld, unnumbered } from './outbox.ts';
import type { Partition } from './partition.ts';
import { doneBy, hadByClaim } from './pending.ts';
import type { Ports } from './ports.ts';
import { type Device, type OutEntry, rowKey, type Space, withoutClaim } from './records.ts';
import { rehome } from './rehome.ts';
import { beyondCopies, isCopy } from './sticky-lines.ts';
import type { Sync } from './sync.ts';
import { type Done, deleteSpace, getSpace, listDone, putDevice, putDone, putSpace } from './tables.ts';
import type { Tokens } from './tokens.ts';

export type SignInContext = {
  readonly ports: Ports;
  readonly disk: Pick<Disk, 'durable'>;
  readonly partition: Partition;
  readonly model: Model;
  readonly sync: Sync;
  readonly tokens: Tokens;
  /** The lines of whoever is here, as shown; without the changes that `isLate` finds, as they were before those. */
  lines(isLate?: (one: Pending) => boolean): readonly CartLine[];
  /** @throws `sync/abandoned` when somebody on this page said that they leave since it was to sign them in. */
  demandWanted(): void;
  /** A new guest takes the place of one that is another customer's. */
  replaceGuest(end: GuestEnd): Promise<unknown>;
};

/**
 * A guest becomes the customer whose token this is. One request signs in, hands over the guest with
 * its last changes, and brings the customer's state; one transaction takes it over. Until then the
 * guest's lines stay in view, and writes wait for the customer's replica.
 * `undefined`: another tab signed somebody in first.
 * @throws RelevoError `network/offline`, the server's `auth/…` codes, and `sync/abandoned` when somebody signed out
 * meanwhile, here or in another tab; the guest is then as before, or was replaced.
 */
export const signInGuest = async (
  context: SignInContext,
  who: { readonly token: string; readonly sub: string | undefined; readonly during: string | undefined },
): Promise<SyncReply | undefined> => {
  const { sync, partition, demandWanted } = context;
  const { device: before } = partition;
  let answer: SyncReply | undefined;
  await sync.alone(async () => {
    // While this waited for its turn another tab may have signed somebody in: their changes are no guest's.
    await partition.reload();
    demandWanted();
    if (partition.device.customer) return;
    // Or it signed out, which is the later word: a guest's, who stays; or a customer's who had come meanwhile.
    const { epoch, guest } = partition.device;
    if (epoch > before.epoch + Number(guest.id !== before.guest.id)) throw new RelevoError('sync/abandoned');
    const by = claimant(context.ports.ids.sha256, who.sub);
    const { claimAt, claimBy, claimLeft } = partition.device;
    // Whoever tried before, or signed out since, may be the guest's customer by now: then it is not handed on.
    const earlier = claimAt !== undefined && (claimBy !== by || claimLeft) && (await askClaim(partition, sync, true));
    demandSame(context, epoch);
    if (earlier) await replaceGuest(context, earlier);
    const { claimAt: at, epoch: since } = partition.device;
    const isInDoubt = at !== undefined;
    try {
      answer = await claim(context, { ...who, by });
    } catch (error) {
      // What is said of one who has left meanwhile is about nobody who is here now.
      demandSame(context, since);
      // No answer, or not now: it, or a copy of it, may have been merged all the same. Until that is known nothing is sent of the guest.
      // A token that is not taken, one that has ended for one, has merged nothing.
      const status = refusalStatus(error);
      if (!status || (status !== 401 && (error as RelevoError).retryable)) throw error;
      if (!isInDoubt) await mark(partition, undefined);
      let refusal = error as RelevoError;
      if (refusal.code === 'sync/cursor')
        try {
          await offerGuest(context);
          answer = await claim(context, { ...who, by, withCursor: false });
          return;
        } catch (next) {
          refusal = next as RelevoError;
        }
      if (!['auth/guest-claimed', 'auth/guest-secret'].includes(refusal.code)) {
        // The refusal, of an expired token for one, does not tell what became of an earlier claim.
        if (isInDoubt) await askClaim(partition, sync).catch(() => {});
        throw refusal;
      }
      // Another customer took this guest (a copied device), or it is not ours: what it held is theirs. A new one signs in.
      await replaceGuest(context, refusal);
      answer = await claim(context, { ...who, by });
    }
  }, demandWanted);
  return answer;
};

/** @throws `sync/abandoned` when somebody was told to leave since that epoch, here or in another tab. */
const demandSame = ({ partition, demandWanted }: SignInContext, epoch: number): void => {
  demandWanted();
  if (partition.isPassed(epoch)) throw new RelevoError('sync/abandoned');
};

const replaceGuest = async (context: SignInContext, end: GuestEnd): Promise<void> => {
  const { epoch } = context.partition.device;
  await context.replaceGuest(end);
  demandSame(context, epoch + 1);
};

/** While a claim is out no tab sends anything of the guest. */
const mark = (partition: Partition, claim: Pick<Device, 'claimAt' | 'claimBy'> | undefined) =>
  partition.note({ ...withoutClaim(partition.device), ...claim });

/** Of the guest; what is of whoever signed in meanwhile in another tab is not. */
const guestBatch = async (partition: Partition, maxChanges: number): Promise<Batch> => {
  const batch = partition.device.customer ? undefined : await partition.batch(maxChanges);
  if (!batch) throw new RelevoError('sync/abandoned');
  return batch;
};

/** The guest's last changes, numbered; those before the last hundred go ahead as ordinary exchanges. */
const lastBatch = async ({ sync, partition }: SignInContext): Promise<Batch> => {
  for (;;) {
    await partition.handedOver();
    const batch = await guestBatch(partition, wireLimits.maxBatchChanges);
    if (!batch.left) return batch;
    const { epoch } = partition.device;
    const { arrival } = await sync.gather(sync.requestOf(batch, undefined));
    await partition.apply(epoch, { ...arrival, given: batch.given });
  }
};

/** `withCursor`: a server that was restored says so, and what it lost of the guest is offered before it is merged. */
type Claim = { token: string; sub: string | undefined; during: string | undefined; by: string; withCursor?: boolean };

/** What a restored server lost of the guest. */
const offerGuest = async ({ sync, partition }: SignInContext): Promise<void> => {
  const { epoch } = partition.device;
  const batch = await guestBatch(partition, 0);
  const request = sync.requestOf(batch, undefined);
  const { arrival } = await sync.gather(request).catch((error) => {
    // Unless another tab signed out meanwhile, which is the later word.
    if (error.cause !== 'restored' || partition.device.epoch !== epoch) throw error;
    // It was found to be put back once more. Nobody would ask again for a guest who keeps to the device.
    return sync.gather(request);
  });
  await partition.apply(epoch, { ...arrival, given: batch.given });
};

const claim = async (context: SignInContext, one: Claim): Promise<SyncReply> => {
  const { token, sub, during, by, withCursor = true } = one;
  const { ports, disk, partition, sync, demandWanted } = context;
  demandWanted();
  const { guest, epoch } = partition.device;
  const batch = await lastBatch(context);
  if (partition.device.epoch !== epoch) throw new RelevoError('sync/abandoned');
  // Another page in memory may have said something as the same guest.
  const isShown = !disk.durable && partition.marked()?.guest.id === guest.id;
  const hasState = isShown || !isUnheardOf(batch, partition.device);
  if (hasState) await mark(partition, { claimAt: ports.clock.now(), claimBy: by });
  demandWanted();
  const replica = ports.ids.random();
  const ops = sync.opsOf(batch.entries);
  const cur = (withCursor && batch.space.cursor) || undefined;
  const { first, arrival } = await sync.gather({
    ...sync.base(replica),
    auth: { token },
    cur: null,
    low: 0,
    ops: [],
    claim: hasState ? { guest: guest.id, secret: guest.secret, r: batch.replica, ops, during, cur } : undefined,
    live: sync.wantsLive() || undefined,
  });
  await partition.handedOver();
  if (partition.device.epoch !== epoch) throw new RelevoError('sync/abandoned');
  const carried = hasState ? new Set(batch.entries.map(({ i }) => i)) : undefined;
  const answer = { token, sub, during, replica, guestReplica: batch.replica, carried, first, arrival };
  return (await settleIn(context, answer)) ? first : claim(context, one);
};

type Answer = {
  token: string;
  sub: string | undefined;
  during: string | undefined;
  replica: string;
  guestReplica: string;
  /** Ids of the guest's changes that went with the claim; none was sent without. */
  carried: ReadonlySet<string> | undefined;
  first: SyncReply;
  arrival: Arrival;
};

const settleIn = async (
  context: SignInContext,
  { token, sub, during, replica, guestReplica, carried, first, arrival }: Answer,
): Promise<boolean> => {
  const { partition, model, sync, tokens, lines } = context;
  const { id, epoch, guest, from, dropped } = partition.device;
  const isWaiting = first.claim === 'waiting';
  const customer = { space: first.space, id: first.customer ?? '', ...(sub !== undefined && { sub }) };
  const entered: Device = {
    id,
    epoch: epoch + 1,
    from,
    dropped,
    guest,
    customer,
    ...(isWaiting && { merging: { ...guest, replica: guestReplica, ...(during && { during }) } }),
  };
  const space: Space = { replica, seq: 0, cursor: arrival.cur, born: false };
  const claimAcks = hadByClaim(first);
  const frozen = new Map(isWaiting ? freezeGuest({ lines, model, carried, customer: first.space }) : []);
  const inCart = arrival.rows.filter(([collection]) => collection === 'cart');
  const merged = new Map(inCart.map(([, key, , state]) => [key, state as unknown as Line]));
  let owed: Space['merging'];
  const device = await partition.fenced(
    epoch,
    async (tx) => {
      const acked = new Set(claimAcks.map(([ackId]) => ackId));
      const out = await listOut(tx, guest.id);
      const left = out.filter((entry) => !acked.has(entry.i));
      // A store that was taken back meanwhile knew more of the guest, and the server may have it: the claim has to ask.
      const isMore = carried
        ? left.some(({ i, q }) => q && !carried.has(i))
        : (await getSpace(tx, guest.id))?.cursor || left.some(({ q }) => q);
      if (isMore) return 'more';
      // The server took no note of what it may have had before: that goes with the claim when it is repeated.
      const kept = left.filter(({ q }) => isWaiting && q);
      const unheard = kept.map(({ i }): Done => [i, 'sync/abandoned']);
      const done = [...(await listDone(tx, guest.id)), ...doneBy(claimAcks), ...unheard];
      // A confirmation page may be opened again by whom the guest has become, as on the server.
      for (const [[, , ...order], mark] of await tx.list(['order', guest.id]))
        tx.put(['order', customer.space, ...order], mark);
      deleteSpace(tx, guest.id);
      await putDone(tx, customer.space, done);
      putOut(tx, guest.id, kept);
      for (const [key, line] of frozen) tx.put(rowKey(guest.id, 'cart', key), [1, line] as unknown as Json);
      for (const [collection, key, version, state] of arrival.rows)
        if (state !== null) tx.put(rowKey(customer.space, collection, key), [version, state as Json]);
      const going = beyondCopies(out, { line: model.line, customer: customer.space }).filter(
        (entry) => !acked.has(entry.i) && !(isWaiting && entry.q) && !isCopy(entry),
      );
      // More of a line that waits for its merge has its place after that.
      const isOwed = ({ c, k }: OutEntry) => c === 'cart' && frozen.has(k);
      const moved = rehome(
        going.filter((entry) => !isOwed(entry)),
        {
          version: cursorVersion(arrival.cur),
          replica,
          line: (key) => merged.get(key),
          source: partition.detailsOf,
        },
      );
      putOut(tx, customer.space, [...going.filter(isOwed).map(unnumbered), ...moved]);
      const held = await getSpace(tx, customer.space);
      // Of this merge, and of one whose sign-in had no answer.
      const theirs = await listOut(tx, customer.space);
      putOut(tx, customer.space, withoutCopied(theirs, arrival.rows), theirs);
      if (held)
        await renumberHeld(tx, customer.space, {
          from: held.replica,
          to: replica,
          line: (key) => merged.get(key),
          now: first.now,
          ageOf: partition.ageOf,
        });
      // Done again in memory it is not there any more.
      owed = held?.merging ?? owed;
      const { merging } = entered;
      const next: Device = owed ? { ...entered, merging: merging ? { ...merging, next: owed } : owed } : entered;
      putSpace(tx, customer.space, space);
      putDevice(tx, next);
      return next;
    },
    { durability: 'strict' },
  );
  // Whoever was told to leave in another tab is seen off by that one; who was told here leaves as who they are now.
  if (partition.isPassed(epoch)) await partition.reload();
  if (!device || partition.isPassed(epoch)) throw new RelevoError('sync/abandoned');
  if (device === 'more') return false;
  tokens.set(token);
  sync.leave();
  partition.answered(claimAcks);
  partition.hearOrders(claimAcks);
  // The others are settled when the customer's rows are shown: until then the guest's lines stay in view.
  partition.settle(claimAcks.filter(([, status]) => status !== 'ok' && status !== 'dup'));
  partition.become(device, space);
  await partition.reload();
  await partition.rehomeWaiting();
  demandSame(context, device.epoch);
  return true;
};
