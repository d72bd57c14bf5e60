import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';
import type { SignOutResult } from './api.ts';
import type { Events } from './events.ts';
import { createGuestEnd } from './guest-end.ts';
import { isKnown, listOut } from './outbox.ts';
import { hadByClaim } from './pending.ts';
import { receiptOf } from './receipts.ts';
import type { Device, OutEntry } from './records.ts';
import { asLate } from './rehome.ts';
import { type SignInContext, signInGuest } from './sign-in.ts';
import { type SignOutContext, type SignOutHow, signOutCustomer } from './sign-out.ts';
import { deleteSpace, linesIn, putDevice } from './tables.ts';
import { subjectOf } from './tokens.ts';
import { askUnsynced } from './unsynced.ts';

/** On what occasion a page says that its customer signs in. What a later server may know is not this SDK's to send. */
export const occasionOf = (options: unknown): 'browse' | 'checkout' | undefined => {
  const { during } = (options ?? {}) as { readonly during?: unknown };
  if (during == null || during === 'browse' || during === 'checkout') return during ?? undefined;
  throw new RelevoError('change/bad-value', { detail: "`during` is 'browse' or 'checkout'." });
};

export type Session = ReturnType<typeof createSession>;

/** Who uses this device. Whoever is told to leave does so at once; all else that signs in or out happens one at a time, in the order called. */
export const createSession = (
  context: Omit<SignInContext, 'replaceGuest' | 'demandWanted'> &
    Omit<SignOutContext, 'onEmpty' | 'lines'> & {
      readonly events: Events;
      /** Until then it is not known whose device this is. */
      readonly loaded: Promise<unknown>;
      /** Drops what the shop reported before it was known whose cart it was. */
      forget(): Promise<void>;
      /** What whoever is here has bought, and the store was still being asked about, takes its place. Gives how many other reports of theirs have none. */
      leaveReports(): number;
      /** How many reports of whoever is here have no place yet. */
      reports(): number;
      changed(cause: 'restore' | 'merge' | 'signout'): void;
      /** Whether what is empty now may be shown as empty; false while a customer is on the way. */
      setSettled(isSettled: boolean): void;
      readonly receipts: { tell(receipt: Receipt): void; entered(receipt: Receipt | undefined): void };
    },
) => {
  const { ports, partition, sync, tokens, events, lines, changed, setSettled, receipts } = context;
  /** Nobody stays there, no guest either. */
  const isKiosk = context.config.deviceKind === 'kiosk';
  let queue: Promise<unknown> = context.loaded;
  let leaving: Promise<unknown> = Promise.resolve();
  let leavings = 0;
  /** How often somebody said that they leave: who was to be signed in before that is not. */
  let told = 0;
  /** The token of whom this page is signing in. */
  let entering: string | undefined;
  const guestEnd = createGuestEnd(context);
  /** A guest is becoming a customer on it. */
  let isEntering = false;

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = queue.then(body);
    queue = turn.catch(() => {});
    return turn;
  };

  const dropped = (unsynced: number, isHeld = false): SignOutResult => {
    if (unsynced || isKiosk) events.emit('signout', { unsynced });
    return { unsynced, outcome: unsynced ? (isHeld ? 'held' : 'dropped') : 'flushed' };
  };

  const leaveCustomer = async (how: SignOutHow): Promise<SignOutResult> => {
    const unplaced = context.leaveReports();
    const { unsynced: unsent, outcome } = await signOutCustomer({ ...context, onEmpty: () => changed('signout') }, how);
    const unsynced = unsent + unplaced;
    events.emit('signout', { unsynced });
    return { unsynced, outcome: unplaced && outcome === 'flushed' ? 'dropped' : outcome };
  };

  /** Nobody is here any more, says the page: what was written before it was known whose page this is goes to who comes next. */
  const leave = async ({ isSwitch }: Pick<SignOutHow, 'isSwitch'> = {}): Promise<SignOutResult> => {
    // Another tab may have asked for its guest meanwhile: a claim without an answer is of whoever was here.
    const wasGuest = !partition.device.customer;
    if (partition.isLocked || wasGuest) await partition.reload();
    partition.leave(true);
    if (!partition.device.customer) return dropped(await guestEnd.unasked());
    // The page's word that nobody is here is older than the one who came meanwhile.
    if (wasGuest) return dropped(0);
    return leaveCustomer({ unsynced: 'flush', isSwitch, keepLimbo: true });
  };

  /** Somebody says that they leave. All that shows is done before anything is awaited. */
  const leaveAtOnce = async (unsynced: 'flush' | 'drop'): Promise<SignOutResult> => {
    // What the shop reported as nobody's was theirs; what comes from now on is the next one's.
    const isForgotten = partition.isLocked ? context.forget().catch(() => {}) : undefined;
    partition.leave(false);
    if (!partition.device.customer) {
      tokens.end(entering);
      const { unsynced: left, isHeld } = await guestEnd.overtaken();
      return dropped(left, isHeld);
    }
    return leaveCustomer({ unsynced, keepLimbo: false, isForgotten });
  };

  /** The same where it has first to be seen who is here. */
  const leaveInTurn = async (
    unsynced: 'flush' | 'drop',
    unread: ReturnType<typeof partition.leaveUnread>,
  ): Promise<SignOutResult> => {
    // A page that stood still while another tab signed in or out may be told before it hears of that: who is here now leaves.
    await partition.reload();
    if (unread) {
      // Who came meanwhile was not told to leave.
      if (!partition.device.customer) partition.leave(true);
      if (!unread.unsynced) events.emit('signout', { unsynced: 0 });
      return dropped(unread.unsynced, !unread.isLost);
    }
    const { customer, claimAt } = partition.device;
    if (isKiosk || customer || claimAt !== undefined) return leaveAtOnce(unsynced);
    partition.leave(false);
    await guestEnd.goesOn();
    return dropped(0);
  };

  /** `ends`: how many had signed out when the page answered this token. One who did so while it waited for its turn is not signed in by it. */
  const signIn = (
    token: string,
    { ends, during }: { ends?: number; during?: string | undefined },
  ): Promise<{ receipt: Receipt | null }> => {
    if (typeof token !== 'string' || !token) throw new RelevoError('auth/bad-token');
    const before = told;
    const demandWanted = () => {
      if (before !== told) throw new RelevoError('sync/abandoned');
    };
    return inTurn(async () => {
      if (ends !== undefined && ends !== tokens.ends) throw new RelevoError('sync/abandoned');
      entering = token;
      return signInAs(token, { sub: subjectOf(ports.ids, token), during, demandWanted }).finally(() => {
        entering = undefined;
      });
    });
  };

  const signInAs = async (
    token: string,
    how: { readonly sub: string | undefined; readonly during: string | undefined; demandWanted(): void },
  ): Promise<{ receipt: Receipt | null }> => {
    const { sub, demandWanted } = how;
    demandWanted();
    if (partition.isPassed()) await partition.reload();
    demandWanted();
    const { customer } = partition.device;
    if (customer && customer.sub === sub && sub !== undefined) {
      tokens.set(token);
      await partition.unlock();
      demandWanted();
      sync.seekLive();
      void sync.wake();
      changed('restore');
      return { receipt: null };
    }
    // Two known customers never merge: the first one leaves.
    if (customer) {
      setSettled(false);
      return leave({ isSwitch: true })
        .then(() => signInAs(token, how))
        .finally(() => setSettled(true));
    }
    isEntering = true;
    const entrance = { ...context, replaceGuest: guestEnd.replace, demandWanted };
    const answer = await signInGuest(entrance, { token, ...how }).finally(() => {
      isEntering = false;
    });
    demandWanted();
    return answer ? enter(answer) : signInAs(token, how);
  };

  const enter = ({ customer = '', receipt: wire, live }: SyncReply): { receipt: Receipt | null } => {
    const receipt = wire && receiptOf(wire);
    const isHere = partition.whose();
    setSettled(true);
    events.emit('signin', { customerId: customer });
    // Who is told to leave by one who hears of it is not heard of any more.
    if (isHere()) receipts.entered(receipt);
    if (isHere()) events.emit('restore', { lines: lines() });
    changed(receipt ? 'merge' : 'restore');
    sync.setConnection('online');
    // Another tab may have signed them out meanwhile: what is pushed is nobody else's.
    if (live && partition.device.customer?.id === customer) sync.connectLive(live.ticket);
    else void sync.wake();
    return { receipt: receipt ?? null };
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

  /** The customer took this device back: nothing of theirs stays, and nothing more is sent with their token. */
  const revoked = async (): Promise<void> => {
    tokens.shut();
    partition.leave(false);
    partition.tell('revoked');
    const { unsynced } = await leaveCustomer({ unsynced: 'drop', keepLimbo: false });
    events.emit('revoked', { unsynced });
  };

  const signOut = (unsynced: 'flush' | 'drop'): Promise<SignOutResult> => {
    told++;
    const { device } = partition;
    const isSomebody = (device?.customer ?? device?.claimAt ?? entering) !== undefined;
    const isAtOnce = device && !partition.isPassed() && (isKiosk || isSomebody);
    const unread = device ? undefined : partition.leaveUnread();
    // Another tab saw them off, or let somebody in: that is seen first, and whom this page shows at once.
    if (device && !isAtOnce) void partition.reload().catch(() => {});
    const before = queue;
    const turn = isAtOnce ? leaveAtOnce(unsynced) : inTurn(() => leaveInTurn(unsynced, unread));
    // Whoever signs in next waits for it, and for those whom it overtook.
    if (isAtOnce) queue = turn.catch(() => {}).then(() => before);
    leavings++;
    leaving = turn.catch(() => {}).finally(() => leavings--);
    return turn;
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
    async signOut({ unsynced = 'flush' }: { unsynced?: 'flush' | 'ask' | 'drop' } = {}): Promise<SignOutResult> {
      if (unsynced !== 'ask') return signOut(unsynced);
      await context.loaded;
      const count = await askUnsynced({ ...context, clock: ports.clock });
      if (count) throw new RelevoError('auth/unsynced', { unsynced: count });
      // Whoever asked has left in another tab: who is here now did not ask.
      return count === undefined ? dropped(0) : signOut('flush');
    },
    revoked,
    /** So another tab says, when it has signed them out. */
    heardRevoked() {
      if (!partition.isPassed()) return;
      tokens.shut();
      events.emit('revoked', { unsynced: 0 });
    },
    /** The server no longer lets this device read the space, or another customer has the guest that waits for its merge. */
    lost: async ({ code, known }: RelevoError): Promise<void> => {
      const { customer, merging } = partition.device;
      if (customer && code === 'auth/revoked') await revoked();
      else if (merging) await endMerge((entry) => !isKnown(entry, known));
      else if (customer) {
        partition.leave(false);
        await leaveCustomer({ unsynced: 'drop', keepLimbo: false });
      } else await guestEnd.replace({ known });
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
      if (answer === null) await inTurn<unknown>(() => (partition.isPassed() ? partition.reload() : leave()));
      else {
        const { customer } = partition.device;
        if (customer && subjectOf(ports.ids, answer) === customer.sub) tokens.set(answer);
        await signIn(answer, { ends });
      }
    },
  };
};
