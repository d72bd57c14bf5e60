import { RelevoError } from '../core/relevo-error.ts';
import type { SignOutResult } from './api.ts';
import { createDeferred } from './deferred.ts';
import type { Events } from './events.ts';
import type { createGuestEnd } from './guest-end.ts';
import type { SendOff } from './send-off.ts';
import { type SignOutContext, type SignOutHow, signOutWhoeverIsHere } from './sign-out.ts';
import { type Copies, stickyLines } from './sticky-lines.ts';
import { askUnsynced } from './unsynced.ts';

export type LeavingContext = Omit<SignOutContext, 'onEmpty'> & {
  readonly events: Events;
  /** Until then it is not known whose device this is. */
  readonly loaded: Promise<unknown>;
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
};

/** How whoever is here leaves: what shows of it at the call, the rest in its turn. */
export const createLeaving = (
  context: LeavingContext & {
    readonly guestEnd: ReturnType<typeof createGuestEnd>;
    /** After all that signs in or out already. */
    inTurn<T>(body: () => Promise<T>): Promise<T>;
    /** The token of whom this page is signing in. */
    entering(): string | undefined;
    /** Other tabs hear that somebody was told to leave. `next`: who comes next, where that is not known already. */
    tell(next: SendOff['next']): void;
  },
) => {
  const { ports, config, partition, model, sync, tokens, events, changed, setSettled, guestEnd, inTurn, entering } =
    context;
  const isKiosk = config.deviceKind === 'kiosk';
  let leaving: Promise<unknown> = Promise.resolve();
  let leavings = 0;
  let told = 0;
  /** The sign-out that was called last, until it is known whom it sees off. */
  let deciding: Promise<unknown> | undefined;
  let losing: Promise<SignOutResult> | undefined;
  /** Lines that stay in view, taken when their customer was told to leave. */
  let copies: Copies | undefined;

  const dropped = (unsynced: number): SignOutResult => {
    if (unsynced) events.emit('signout', { unsynced });
    return { unsynced, outcome: unsynced ? 'dropped' : 'flushed' };
  };

  /** `unplaced`: what the shop had reported of them and has no place. */
  const seeOff = async (how: SignOutHow, unplaced: number): Promise<SignOutResult> => {
    const isTold = isKiosk || !!partition.device.customer;
    const leave = signOutWhoeverIsHere({ ...context, onEmpty: () => changed('signout') }, { ...how, copies });
    copies = undefined;
    context.resumeReports();
    const {
      unsynced: unsent,
      outcome,
      revoked,
    } = await leave
      .then(async (left) => {
        if (left.revoked) tokens.shut();
        // Nothing of theirs stays in view: a guest who has none of it goes on, with what is theirs.
        if (left.revoked?.length)
          await guestEnd.replace({ without: new Set(left.revoked.map(({ entry }) => entry.i)) });
        return left;
      })
      .finally(() => {
        partition.closes();
        // Now that it is known what stays.
        if (config.keep) void sync.wake();
      });
    const unsynced = unsent + unplaced;
    if (isTold || unsynced) events.emit('signout', { unsynced });
    if (revoked) events.emit('revoked', { unsynced });
    return { unsynced, outcome: unplaced && outcome === 'flushed' ? 'dropped' : outcome };
  };

  const seeOffNow = (how: SignOutHow): Promise<SignOutResult> => {
    const { unplaced, place } = context.leaveReports();
    place();
    return seeOff(how, unplaced);
  };

  /** A guest whose claim had no answer may be a customer's by now: on a shared device it is shown to nobody any more. */
  const isInDoubt = (isEntering = false) =>
    config.deviceKind !== 'personal' && (isEntering || partition.device.claimAt !== undefined);

  /** Nobody stays at a kiosk, no guest either. */
  const isToGo = (isEntering: boolean) => isKiosk || !!partition.device.customer || isInDoubt(isEntering);

  /** Whoever was told to leave does, unless they have left by now, or somebody else is here. */
  const leaveInTurn = async (
    unsynced: 'flush' | 'drop',
    { sendOff, isEntering }: { sendOff: SendOff; isEntering: boolean },
    { unplaced, place }: ReturnType<typeof context.leaveReports>,
  ): Promise<SignOutResult> => {
    if (partition.isPassed() || partition.isLocked || !partition.device.customer) await partition.reload();
    partition.leave(false);
    const { next } = sendOff;
    if (sendOff.isMeant() && isToGo(isEntering)) {
      if (!partition.isLocked) model.unveiled(place);
      const isNew = next && next.guest.id !== partition.device.guest.id;
      deciding = undefined;
      return seeOff({ unsynced, keepLimbo: false, ...(isNew && { next }) }, unplaced);
    }
    const { customer, epoch } = partition.device;
    const at = next?.epoch ?? epoch + 1;
    if (!customer && !sendOff.isLate && epoch < at) await guestEnd.goesOn(at);
    const gone = await guestEnd.seesOff(next);
    deciding = undefined;
    forget();
    partition.sendOff.end();
    model.touch();
    if (!partition.isLocked) partition.placeLimbo();
    context.resumeReports();
    if (sendOff.isVeiled) changed('restore');
    return dropped(unplaced + gone);
  };

  /** Whose lines they are has left elsewhere, or somebody else is here. */
  const forget = () => {
    const mine = copies?.pending ?? [];
    copies = undefined;
    partition.abandon((one) => mine.includes(one));
  };

  /** What stays in view does so without a gap, as far as it is known whose it is. */
  const keepInView = () => {
    const { customer } = partition.device;
    if (config.keep !== 'cart-lines' || !customer || partition.isLocked || partition.isPassed()) return;
    copies = stickyLines(ports, { lines: context.lines(), model, customer: customer.space });
    for (const one of copies.pending) one.isAfter = true;
    model.setPending([...model.pending, ...copies.pending]);
    partition.follow(copies.pending.map(({ entry }) => entry));
  };

  const signOut = (unsynced: 'flush' | 'drop'): Promise<SignOutResult> => {
    told++;
    // Who clicks twice leaves once.
    if (deciding) return deciding.then(() => dropped(0));
    const isEntering = entering() !== undefined;
    let reports = { unplaced: 0, place: (): void => {} };
    // Before it shows: whoever signs out when they see that nobody is here has been heard.
    const { promise: turn, resolve: begun } = createDeferred<SignOutResult>();
    deciding = turn;
    const sendOff = partition.sendOff.begin({ isEntering, isDrop: unsynced === 'drop' }, () => {
      reports = context.leaveReports();
      if (!partition.device) return;
      reports.place();
      if (unsynced === 'flush') keepInView();
    });
    context.tell(sendOff.next);
    // Also what a page still answers at which nobody is known yet is from before.
    tokens.bar(entering());
    if (sendOff.isVeiled) {
      // What waits for the network is over.
      sync.leave();
      setSettled(true);
      changed('signout');
    }
    begun(inTurn(() => leaveInTurn(unsynced, { sendOff, isEntering }, reports)));
    turn.catch(() => {
      // Whatever went wrong before it was decided: nobody waits for it behind an empty view.
      if (deciding !== turn) return;
      deciding = undefined;
      forget();
      partition.sendOff.end();
    });
    leavings++;
    leaving = turn.catch(() => {}).finally(() => leavings--);
    return turn;
  };

  /** The server no longer lets this device read what is theirs. Gives how many changes it does not have. */
  const lost = async (): Promise<number> => {
    partition.leave(false);
    losing = seeOffNow({ unsynced: 'drop', keepLimbo: false });
    return (await losing).unsynced;
  };

  const { promise: stopped, reject: stop } = createDeferred<never>();

  /** As `flush`, when the server has all of whoever is here now. */
  const ask = async (): Promise<SignOutResult> => {
    const [before, lostBefore] = [told, losing];
    const isHere = partition.sendOff.meant();
    // What the server took from them while they were asking is told as what it is.
    const over = () => (losing && losing !== lostBefore ? losing : dropped(0));
    await Promise.race([context.loaded, stopped]);
    const isOver = () => before !== told || partition.isPassed() || !isHere();
    if (isOver()) return over();
    if (!isToGo(entering() !== undefined)) return signOut('flush');
    return askUnsynced(
      { ...context, clock: ports.clock },
      {
        isOver,
        stopped,
        decide: async (unsynced) => {
          if (unsynced) throw new RelevoError('auth/unsynced', { unsynced });
          return unsynced === undefined ? over() : signOut('flush');
        },
      },
    );
  };

  return {
    /** How often somebody said that they leave: who was to be signed in before that is not. */
    get told() {
      return told;
    },
    get isUnderWay() {
      return leavings > 0;
    },
    /** Resolves when whoever was told to leave has left: a page that stops meanwhile would leave them half here. */
    left: async (): Promise<void> => void (await leaving),
    /** Whoever asks whether they may leave is not answered any more. */
    stop: (): void => stop(new RelevoError('sync/abandoned')),
    signOut: async ({ unsynced = 'flush' }: { unsynced?: 'flush' | 'ask' | 'drop' } = {}): Promise<SignOutResult> =>
      unsynced === 'ask' ? ask() : signOut(unsynced),
    /** Nobody is here any more, says the page: what was written before it was known whose page this is goes to who comes next. */
    async unnamed({ isSwitch }: Pick<SignOutHow, 'isSwitch'> = {}): Promise<void> {
      // Another tab may have asked for its guest meanwhile: a claim without an answer is of whoever was here.
      const wasGuest = !partition.device.customer;
      if (partition.isLocked || wasGuest) await partition.reload();
      partition.leave(true);
      const { customer } = partition.device;
      // The page's word that nobody is here is older than the one who came meanwhile.
      if (wasGuest && customer) return;
      if (customer || isInDoubt()) await seeOffNow({ unsynced: 'flush', isSwitch, keepLimbo: true });
      else await guestEnd.goesOn();
    },
    lost,
    /** The customer took this device back: nothing of theirs stays, and nothing more is sent with their token. */
    async revoked(): Promise<void> {
      tokens.shut();
      partition.tell('revoked');
      events.emit('revoked', { unsynced: await lost() });
    },
    /** So another tab says, when it has signed them out. */
    heardRevoked(): void {
      // A page that is still loading has shown nothing of them.
      if (!partition.device || !partition.isPassed()) return;
      tokens.shut();
      events.emit('revoked', { unsynced: 0 });
    },
  };
};
