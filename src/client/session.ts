import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';
import type { SignOutResult } from './api.ts';
import { endOwedMerge } from './end-merge.ts';
import type { Events } from './events.ts';
import { createGuestEnd } from './guest-end.ts';
import { isKnown } from './outbox.ts';
import { hadByClaim } from './pending.ts';
import type { OutEntry } from './records.ts';
import type { SendOff } from './send-off.ts';
import { type SignInContext, signInGuest } from './sign-in.ts';
import { type SignOutContext, type SignOutHow, signOutWhoeverIsHere } from './sign-out.ts';
import { subjectOf } from './tokens.ts';
import { askUnsynced } from './unsynced.ts';

export type Session = ReturnType<typeof createSession>;

/**
 * Who uses this device. Signing in and out happen one at a time, in the order called; what shows of a sign-out happens at
 * the call.
 */
export const createSession = (
  context: Omit<SignInContext, 'replaceGuest' | 'demandWanted'> &
    Omit<SignOutContext, 'onEmpty'> & {
      readonly events: Events;
      /** Until then it is not known whose device this is. */
      readonly loaded: Promise<unknown>;
      /** Drops what the shop reported before it was known whose cart it was. */
      forget(): Promise<void>;
      /**
       * Of whoever is told to leave: what they have bought, and the store was still being asked about, takes its place, at
       * once or when `place` is called. Gives how many other reports of theirs have none.
       */
      leaveReports(): { readonly unplaced: number; place(): void };
      /** How many reports of whoever is here have no place yet. */
      reports(): number;
      /** Reports that came since somebody was told to leave are whoever's who is here now. */
      resumeReports(): void;
      changed(cause: 'restore' | 'merge' | 'signout'): void;
      /** Whether what is empty now may be shown as empty; false while a customer is on the way. */
      setSettled(isSettled: boolean): void;
    },
) => {
  const { ports, partition, sync, tokens, events, lines, changed, setSettled } = context;
  let queue: Promise<unknown> = context.loaded;
  let leaving: Promise<unknown> = Promise.resolve();
  let leavings = 0;
  /** How often somebody said that they leave: who was to be signed in before that is not. */
  let told = 0;
  /** The sign-out that was called last, until it is known whom it sees off. */
  let deciding: Promise<unknown> | undefined;
  /** The token of whom this page is signing in. */
  let entering: string | undefined;
  const guestEnd = createGuestEnd(context);

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = queue.then(body);
    queue = turn.catch(() => {});
    return turn;
  };

  const dropped = (unsynced: number): SignOutResult => {
    if (unsynced) events.emit('signout', { unsynced });
    return { unsynced, outcome: unsynced ? 'dropped' : 'flushed' };
  };

  /** `unplaced`: what the shop had reported of them and has no place. */
  const seeOff = async (how: SignOutHow, unplaced: number): Promise<SignOutResult> => {
    const isCustomer = !!partition.device.customer;
    const leave = signOutWhoeverIsHere({ ...context, onEmpty: () => changed('signout') }, how);
    context.resumeReports();
    const { unsynced: unsent, outcome } = await leave;
    const unsynced = unsent + unplaced;
    if (isCustomer || unsynced) events.emit('signout', { unsynced });
    return { unsynced, outcome: unplaced && outcome === 'flushed' ? 'dropped' : outcome };
  };

  const seeOffNow = (how: SignOutHow): Promise<SignOutResult> => {
    const { unplaced, place } = context.leaveReports();
    place();
    return seeOff(how, unplaced);
  };

  /** A guest whose claim had no answer may be a customer's by now: on a shared device it is shown to nobody any more. */
  const isInDoubt = (isEntering = false) =>
    context.config.deviceKind === 'shared' && (isEntering || partition.device.claimAt !== undefined);

  /** Nobody is here any more, says the page: what was written before it was known whose page this is goes to who comes next. */
  const leave = async (): Promise<void> => {
    // Another tab may have asked for its guest meanwhile: a claim without an answer is of whoever was here.
    const wasGuest = !partition.device.customer;
    if (partition.isLocked || wasGuest) await partition.reload();
    partition.leave(true);
    const { customer } = partition.device;
    // The page's word that nobody is here is older than the one who came meanwhile.
    if (wasGuest && customer) return;
    if (customer || isInDoubt()) await seeOffNow({ unsynced: 'flush', keepLimbo: true });
    else await guestEnd.goesOn();
  };

  /** Whoever was told to leave does, unless they have left by now, or somebody else is here. */
  const leaveInTurn = async (
    unsynced: 'flush' | 'drop',
    { sendOff, isEntering }: { sendOff: SendOff; isEntering: boolean },
    { unplaced, place }: ReturnType<typeof context.leaveReports>,
  ): Promise<SignOutResult> => {
    if (partition.isPassed() || partition.isLocked || !partition.device.customer) await partition.reload();
    if (partition.isLocked) await context.forget();
    partition.leave(false);
    const { next } = sendOff;
    if (sendOff.isMeant() && (partition.device.customer || isInDoubt(isEntering))) {
      if (!partition.isLocked) context.model.unveiled(place);
      const isNew = next && next.guest.id !== partition.device.guest.id;
      deciding = undefined;
      return seeOff({ unsynced, keepLimbo: false, ...(isNew ? { next } : {}) }, unplaced);
    }
    const { customer, epoch } = partition.device;
    const at = next?.epoch ?? epoch + 1;
    if (!customer && !sendOff.isLate && epoch < at) await guestEnd.goesOn(at);
    deciding = undefined;
    partition.sendOff.end();
    context.model.touch();
    if (!partition.isLocked) partition.placeLimbo();
    context.resumeReports();
    if (sendOff.isVeiled) changed('restore');
    return dropped(unplaced);
  };

  /** `ends`: how many had signed out when the page answered this token. One who did so while it waited for its turn is not signed in by it. */
  const signIn = (token: string, ends?: number): Promise<{ receipt: Receipt | null }> => {
    if (typeof token !== 'string' || !token) throw new RelevoError('auth/bad-token');
    const before = told;
    const demandWanted = () => {
      if (before !== told) throw new RelevoError('sync/abandoned');
    };
    return inTurn(async () => {
      if (ends !== undefined && ends !== tokens.ends) throw new RelevoError('sync/abandoned');
      entering = token;
      return signInAs(token, { sub: subjectOf(ports.ids, token), demandWanted }).finally(() => {
        entering = undefined;
      });
    });
  };

  const signInAs = async (
    token: string,
    how: { readonly sub: string | undefined; demandWanted(): void },
  ): Promise<{ receipt: Receipt | null }> => {
    const { sub, demandWanted } = how;
    demandWanted();
    if (partition.isPassed()) await partition.reload();
    demandWanted();
    const { customer } = partition.device;
    if (customer && customer.sub === sub && sub !== undefined) {
      const { epoch } = partition.device;
      tokens.set(token);
      await partition.unlock();
      demandWanted();
      // Another tab has seen them off meanwhile.
      if (partition.isPassed(epoch)) throw new RelevoError('sync/abandoned');
      sync.seekLive();
      void sync.wake();
      changed('restore');
      return { receipt: null };
    }
    // Two known customers never merge: the first one leaves.
    if (customer) {
      setSettled(false);
      return leave()
        .then(() => signInAs(token, how))
        .finally(() => setSettled(true));
    }
    const answer = await signInGuest({ ...context, replaceGuest: guestEnd.replace, demandWanted }, token, sub);
    demandWanted();
    return answer ? enter(answer) : signInAs(token, how);
  };

  const enter = ({ customer = '', receipt, live }: SyncReply): { receipt: Receipt | null } => {
    setSettled(true);
    events.emit('signin', { customerId: customer });
    if (receipt) events.emit('merge', { receipt });
    events.emit('restore', { lines: lines() });
    changed(receipt ? 'merge' : 'restore');
    sync.setConnection('online');
    // Another tab may have signed them out meanwhile: what is pushed is nobody else's.
    if (live && partition.device.customer?.id === customer) sync.connectLive(live.ticket);
    else void sync.wake();
    return { receipt: receipt ?? null };
  };

  const endMerge = async (isLeft: (entry: OutEntry) => boolean, receipt?: Receipt): Promise<void> => {
    if (!(await endOwedMerge(partition, isLeft))) return;
    if (receipt) events.emit('merge', { receipt });
    changed('merge');
  };

  const signOut = (unsynced: 'flush' | 'drop'): Promise<SignOutResult> => {
    told++;
    // Who clicks twice leaves once.
    if (deciding) return deciding.then(() => dropped(0));
    const isEntering = entering !== undefined;
    let reports = { unplaced: 0, place: (): void => {} };
    const sendOff = partition.sendOff.begin(isEntering, () => {
      reports = context.leaveReports();
      if (partition.device) reports.place();
    });
    if (sendOff.isVeiled) {
      tokens.bar(entering);
      // What waits for the network is over.
      sync.leave();
      setSettled(true);
      changed('signout');
    }
    const turn = inTurn(() => leaveInTurn(unsynced, { sendOff, isEntering }, reports));
    deciding = turn;
    turn.catch(() => {
      // Whatever went wrong before it was decided: nobody waits for it behind an empty view.
      if (deciding !== turn) return;
      deciding = undefined;
      partition.sendOff.end();
    });
    leavings++;
    leaving = turn.catch(() => {}).finally(() => leavings--);
    return turn;
  };

  let stop = (): void => {};
  const stopped = new Promise<never>((_, fail) => {
    stop = () => fail(new RelevoError('sync/abandoned'));
  });
  stopped.catch(() => {});

  /** As `flush`, when the server has all of whoever is here now. */
  const ask = async (): Promise<SignOutResult> => {
    const before = told;
    const isHere = partition.sendOff.meant();
    await Promise.race([context.loaded, stopped]);
    const isOver = () => before !== told || partition.isPassed() || !isHere();
    if (isOver()) return dropped(0);
    if (!partition.device.customer && !isInDoubt(entering !== undefined)) return signOut('flush');
    return askUnsynced(
      { ...context, clock: ports.clock },
      {
        isOver,
        stopped,
        decide: async (unsynced) => {
          if (unsynced) throw new RelevoError('auth/unsynced', { unsynced });
          return unsynced === undefined ? dropped(0) : signOut('flush');
        },
      },
    );
  };

  return {
    /** Resolves when no signing in or out is under way. */
    idle: async (): Promise<void> => void (await queue),
    signIn,
    /** Somebody was told to leave, and has not left yet. */
    get isLeaving() {
      return leavings > 0;
    },
    /** Resolves when whoever was told to leave has left: a page that stops meanwhile would leave them half here. */
    left: async (): Promise<void> => void (await leaving),
    /** Whoever asks whether they may leave is not answered any more. */
    stop: (): void => stop(),
    signOut: async ({ unsynced = 'flush' }: { unsynced?: 'flush' | 'ask' | 'drop' } = {}): Promise<SignOutResult> =>
      unsynced === 'ask' ? ask() : signOut(unsynced),
    /** The server no longer lets this device read the space, or another customer has the guest that waits for its merge. */
    lost: async ({ code, known }: RelevoError): Promise<void> => {
      const { customer, merging } = partition.device;
      if (merging && code !== 'auth/revoked') await endMerge((entry) => !isKnown(entry, known));
      else if (customer) {
        partition.leave(false);
        await seeOffNow({ unsynced: 'drop', keepLimbo: false });
      } else await guestEnd.replace({ known });
      events.emit('error', { code, message: new RelevoError(code).message });
    },
    /** The merge that the server owed is done. */
    merged: (reply: SyncReply): Promise<void> => {
      const had = new Set(hadByClaim(reply).map(([id]) => id));
      // What the claim did not bring in time goes on as the customer's.
      return endMerge(({ i }) => !had.has(i), reply.receipt);
    },
    /** Follows what the page says about its customer: a token, or signed out. `ends`: as `signIn` has it. */
    async follow(answer: string | null, ends = tokens.ends): Promise<void> {
      // Asked for who was here before another tab signed in or out: who is here now is asked for anew.
      if (answer === null) await inTurn<unknown>(() => (partition.isPassed() ? partition.reload() : leave()));
      else {
        const { customer } = partition.device;
        if (customer && subjectOf(ports.ids, answer) === customer.sub) tokens.set(answer);
        const before = told;
        await signIn(answer, ends).catch((error) => {
          // Who was told to leave meanwhile hears of it where they said so.
          if (before === told) throw error;
        });
      }
    },
  };
};
