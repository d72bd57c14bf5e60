import type { Json } from '../core/json.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';
import type { SignOutResult } from './api.ts';
import type { Events } from './events.ts';
import { isKnown, listOut } from './outbox.ts';
import { receiptOf } from './receipts.ts';
import { type Device, type OutEntry, outKey } from './records.ts';
import { asLate, rehome } from './rehome.ts';
import { type GuestEnd, hadByClaim, type SignInContext, signInGuest } from './sign-in.ts';
import { type SignOutContext, signOutCustomer } from './sign-out.ts';
import { type Done, deleteSpace, linesIn, listDone, putDevice, putDone, putSpace } from './tables.ts';
import { subjectOf } from './tokens.ts';

/** On what occasion a page says that its customer signs in. What a later server may know is not this SDK's to send. */
export const occasionOf = (options: unknown): 'browse' | 'checkout' | undefined => {
  const { during } = (options ?? {}) as { readonly during?: unknown };
  if (during == null || during === 'browse' || during === 'checkout') return during ?? undefined;
  throw new RelevoError('change/bad-value', { detail: "`during` is 'browse' or 'checkout'." });
};

export type Session = ReturnType<typeof createSession>;

/** Who uses this device. Signing in and out happen one at a time, in the order called. */
export const createSession = (
  context: Omit<SignInContext, 'replaceGuest'> &
    Omit<SignOutContext, 'onEmpty'> & {
      readonly events: Events;
      /** Until then it is not known whose device this is. */
      readonly loaded: Promise<unknown>;
      /** Drops what the shop reported before it was known whose cart it was. */
      forget(): Promise<void>;
      /** What whoever is here has bought, and the store was still being asked about, takes its place. Gives how many other reports of theirs have none. */
      leaveReports(): number;
      changed(cause: 'restore' | 'merge' | 'signout'): void;
      /** Whether what is empty now may be shown as empty; false while a customer is on the way. */
      setSettled(isSettled: boolean): void;
      readonly receipts: { tell(receipt: Receipt): void; entered(receipt: Receipt | undefined): void };
    },
) => {
  const { ports, partition, sync, tokens, events, lines, changed, setSettled, receipts } = context;
  let queue: Promise<unknown> = context.loaded;
  let leaving: Promise<unknown> = Promise.resolve();
  let leavings = 0;
  let isEntering = false;

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = queue.then(body);
    queue = turn.catch(() => {});
    return turn;
  };

  /** `keepLimbo`: what was written before it was known whose page this is goes to who comes next. */
  const leave = async (unsynced: 'flush' | 'drop', keepLimbo = false): Promise<SignOutResult> => {
    // Another tab may have asked for its guest meanwhile: a claim without an answer is of whoever was here.
    const wasGuest = !partition.device.customer;
    if (partition.isLocked || wasGuest) await partition.reload();
    partition.leave(keepLimbo);
    if (!partition.device.customer) return leaveGuest(!keepLimbo);
    // The page's word that nobody is here is older than the one who came meanwhile.
    if (wasGuest && keepLimbo) return { unsynced: 0, outcome: 'flushed' };
    const unplaced = context.leaveReports();
    const { unsynced: unsent, outcome } = await signOutCustomer(
      { ...context, onEmpty: () => changed('signout') },
      { unsynced, keepLimbo },
    );
    const left = unsent + unplaced;
    events.emit('signout', { unsynced: left });
    return { unsynced: left, outcome: unplaced && outcome === 'flushed' ? 'dropped' : outcome };
  };

  /**
   * A guest whose claim had no answer may be a customer's by now: on a shared device it is shown to nobody any more.
   * With `isTold` a tab that is signing somebody in meanwhile must find that it came too late: the epoch passes.
   */
  const leaveGuest = async (isTold: boolean): Promise<SignOutResult> => {
    const { device } = partition;
    const hasClaim = device.claimAt !== undefined;
    if (hasClaim && context.config.deviceKind === 'shared') {
      const unsynced = await replaceGuest({ isLeft: true, isTold });
      if (unsynced) events.emit('signout', { unsynced });
      return { unsynced, outcome: unsynced ? 'dropped' : 'flushed' };
    }
    if (hasClaim || isTold) {
      const next: Device = {
        ...device,
        epoch: device.epoch + Number(isTold),
        ...(hasClaim ? { claimLeft: true } : {}),
      };
      await partition.fenced(device.epoch, async (tx) => putDevice(tx, next));
      if (isTold) partition.become(next, partition.space, { isOpen: false });
      else partition.setDevice(next);
      void sync.wake();
    }
    return { unsynced: 0, outcome: 'flushed' };
  };

  /** `ends`: how many had signed out when the page answered this token. One who did so while it waited for its turn is not signed in by it. */
  const signIn = (
    token: string,
    { ends, during }: { ends?: number; during?: string | undefined },
  ): Promise<{ receipt: Receipt | null }> => {
    if (typeof token !== 'string' || !token) throw new RelevoError('auth/bad-token');
    return inTurn(async () => {
      if (ends !== undefined && ends !== tokens.ends) throw new RelevoError('sync/abandoned');
      return signInAs(token, subjectOf(ports.ids, token), during);
    });
  };

  const signInAs = async (token: string, sub?: string, during?: string): Promise<{ receipt: Receipt | null }> => {
    if (partition.isPassed()) await partition.reload();
    const { customer } = partition.device;
    if (customer && customer.sub === sub && sub !== undefined) {
      tokens.set(token);
      await partition.unlock();
      sync.seekLive();
      void sync.wake();
      changed('restore');
      return { receipt: null };
    }
    // Two known customers never merge: the first one leaves.
    if (customer) {
      setSettled(false);
      return leave('flush', true)
        .then(() => signInAs(token, sub, during))
        .finally(() => setSettled(true));
    }
    isEntering = true;
    const answer = await signInGuest({ ...context, replaceGuest }, { token, sub, during }).finally(() => {
      isEntering = false;
    });
    return answer ? enter(answer) : signInAs(token, sub, during);
  };

  const enter = ({ customer = '', receipt: wire, live }: SyncReply): { receipt: Receipt | null } => {
    const receipt = wire && receiptOf(wire);
    setSettled(true);
    events.emit('signin', { customerId: customer });
    receipts.entered(receipt);
    events.emit('restore', { lines: lines() });
    changed(receipt ? 'merge' : 'restore');
    sync.setConnection('online');
    // Another tab may have signed them out meanwhile: what is pushed is nobody else's.
    if (live && partition.device.customer?.id === customer) sync.connectLive(live.ticket);
    else void sync.wake();
    return { receipt: receipt ?? null };
  };

  /**
   * The guest's space is gone or somebody else's: a new guest takes over the changes that nobody has, or none of
   * them when whoever made them has left. Gives how many are left behind.
   */
  const replaceGuest = async ({ known, isLeft = false, isTold = false }: GuestEnd): Promise<number> => {
    const { id, epoch, guest, from } = partition.device;
    const next = epoch + 1 + Number(isTold);
    const device: Device = { id, epoch: next, guest: partition.newGuest(), from: isTold ? next : from };
    const space = partition.newSpace(true);
    const lost = await partition.fenced(epoch, async (tx) => {
      const out = await listOut(tx, guest.id);
      const isTheirs = (entry: OutEntry) => isLeft || isKnown(entry, known);
      const left = rehome(
        out.filter((entry) => !isTheirs(entry)),
        { version: 0, replica: space.replica, line: () => undefined, source: partition.detailsOf },
      );
      const theirs = out.filter(isTheirs).map(({ i }): Done => [i, 'auth/guest-claimed']);
      const done = [...(await listDone(tx, guest.id)), ...theirs];
      deleteSpace(tx, guest.id);
      await putDone(tx, device.guest.id, done);
      for (const entry of left) tx.put(outKey(device.guest.id, entry), entry as unknown as Json);
      putDevice(tx, device);
      putSpace(tx, device.guest.id, space);
      return out.length - left.length;
    });
    if (isLeft) partition.abandon();
    partition.become(device, space, { isOpen: false });
    // Before anything is awaited: a slow store must not show the next one what was theirs.
    if (isLeft) context.model.replace({ of: device.guest.id, rows: new Map(), pending: context.model.pending });
    await partition.reload();
    changed('signout');
    return lost ?? 0;
  };

  /** Nothing of a guest is owed any more; what `isLeft` finds of its changes goes on as the customer's. */
  const endMerge = async (isLeft: (entry: OutEntry) => boolean, receipt?: Receipt): Promise<void> => {
    const { merging, ...rest } = partition.device;
    if (!merging) return;
    const isHere = partition.whose();
    const device: Device = merging.next ? { ...rest, merging: merging.next } : rest;
    partition.setDevice(device);
    await partition.rehomeWaiting(async (tx) => {
      const left = asLate((await listOut(tx, merging.id)).filter(isLeft), {
        line: await linesIn(tx, merging.id),
        isFrozen: true,
      });
      deleteSpace(tx, merging.id);
      putDevice(tx, device);
      return left;
    });
    partition.tell('rows');
    // Who has left while it was noted hears of it when they are back.
    if (!isHere()) return;
    if (receipt) receipts.tell(receipt);
    changed('merge');
  };

  return {
    /** Resolves when no signing in or out is under way. */
    idle: async (): Promise<void> => void (await queue),
    signIn,
    /** A guest is becoming a customer here. */
    get isEntering() {
      return isEntering;
    },
    /** Somebody was told to leave, and has not left yet. */
    get isLeaving() {
      return leavings > 0;
    },
    /** Resolves when whoever was told to leave has left: a page that stops meanwhile would leave them half here. */
    left: async (): Promise<void> => void (await leaving),
    signOut: (options: { unsynced?: 'flush' | 'drop' } = {}) => {
      const turn = inTurn(async () => {
        // A page that stood still while another tab signed in or out may be told before it hears of that: who is here now leaves.
        if (partition.isPassed()) await partition.reload();
        if (partition.isLocked) await context.forget();
        return leave(options.unsynced ?? 'flush');
      });
      leavings++;
      leaving = turn.catch(() => {}).finally(() => leavings--);
      return turn;
    },
    /** The server no longer lets this device read the space, or another customer has the guest that waits for its merge. */
    lost: async ({ code, known }: RelevoError): Promise<void> => {
      const { customer, merging } = partition.device;
      if (merging && code !== 'auth/revoked') await endMerge((entry) => !isKnown(entry, known));
      else if (customer) await leave('drop');
      else await replaceGuest({ known });
      events.emit('error', { code, message: new RelevoError(code).message });
    },
    /** The merge that the server owed is done. */
    merged: (reply: SyncReply): Promise<void> => {
      const had = new Set(hadByClaim(reply).map(([id]) => id));
      // What the claim did not bring in time goes on as the customer's.
      return endMerge(({ i }) => !had.has(i), reply.receipt && receiptOf(reply.receipt));
    },
    /** Follows what the page says about its customer: a token, or signed out. `ends`: as `signIn` has it. */
    async follow(answer: string | null, ends = tokens.ends): Promise<void> {
      // Asked for who was here before another tab signed in or out: who is here now is asked for anew.
      if (answer === null)
        await inTurn<unknown>(() => (partition.isPassed() ? partition.reload() : leave('flush', true)));
      else {
        const { customer } = partition.device;
        if (customer && subjectOf(ports.ids, answer) === customer.sub) tokens.set(answer);
        await signIn(answer, { ends });
      }
    },
  };
};
