import { isText } from '../core/key.ts';
import type { Receipt } from '../core/receipt.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply } from '../protocol/messages.ts';
import { claimant } from './claim-probe.ts';
import { endOwedMerge } from './end-merge.ts';
import { createGuestEnd } from './guest-end.ts';
import { createLeaving, type LeavingContext } from './leaving.ts';
import { isKnown } from './outbox.ts';
import { hadByClaim } from './pending.ts';
import { receiptOf } from './receipts.ts';
import type { OutEntry } from './records.ts';
import { type SignInContext, signInGuest } from './sign-in.ts';
import { subjectOf } from './tokens.ts';

/** On what occasion a page says that its customer signs in. What a later server may know is not this SDK's to send. */
export const occasionOf = (options: unknown): 'browse' | 'checkout' | undefined => {
  const { during } = (options ?? {}) as { readonly during?: unknown };
  if (during == null || during === 'browse' || during === 'checkout') return during ?? undefined;
  throw new RelevoError('change/bad-value', { detail: "`during` is 'browse' or 'checkout'." });
};

export type Session = ReturnType<typeof createSession>;

/**
 * Who uses this device. Signing in and out happen one at a time, in the order called; what shows of a sign-out happens at
 * the call.
 */
export const createSession = (
  context: Omit<SignInContext, 'replaceGuest' | 'demandWanted'> &
    LeavingContext & {
      receipts(): { tell(receipt: Receipt): void; entered(receipt: Receipt | undefined): void };
    },
) => {
  const { ports, partition, sync, tokens, events, lines, changed, setSettled, receipts } = context;
  let queue: Promise<unknown> = context.loaded;
  /** The token of whom this page is signing in. */
  let entering: string | undefined;
  /** They are a guest until then. */
  let isBecoming = false;
  /** Epoch of another tab's word that ended a sign-in: those that were called before it end with it. */
  let passed = 0;
  /** Whom other tabs were told to sign in, as hashes of the tokens' subjects, and the epochs as of which they were told to sign out. */
  const others: (string | number)[] = [];
  const epochNow = () => Math.max(partition.device?.epoch ?? 0, partition.marked()?.epoch ?? 0);
  const idNow = () => (partition.device ?? partition.marked())?.id;

  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const turn = queue.then(body);
    queue = turn.catch(() => {});
    return turn;
  };
  const guestEnd = createGuestEnd(context);
  const leaving = createLeaving({
    ...context,
    guestEnd,
    inTurn,
    entering: () => entering,
    // Where another tab is still seeing somebody off, nothing moves on; whoever was told to come after them does not.
    tell: (next) => ports.tabs.post({ leaves: next?.epoch ?? epochNow() + 1, of: idNow() }),
  });

  /** `ends`: how many had signed out when the page answered this token. One who did so while it waited for its turn is not signed in by it. */
  const signIn = (
    token: string,
    { ends, during }: { ends?: number; during?: string | undefined },
  ): Promise<{ receipt: Receipt | null }> => {
    if (!isText(token)) throw new RelevoError('auth/bad-token');
    const isByHand = ends === undefined;
    const { told } = leaving;
    const called = epochNow();
    const heard = others.length;
    const sub = subjectOf(ports.ids, token);
    const demandWanted = () => {
      const { customer, epoch } = partition.device;
      // Another tab was told later to sign in who is here. A token that does not say whose it is may be theirs.
      const isOther = epoch > called && sub && customer && customer.sub !== sub;
      const isOvertaken = isOther && others.includes(claimant(ports.ids.sha256, customer.sub), heard);
      // One that was called after that sign-out knew its epoch.
      const isLeft = isByHand && others.slice(heard).some((one) => typeof one === 'number' && one > called);
      if (isLeft || isOvertaken || told !== leaving.told) throw new RelevoError('sync/abandoned');
    };
    const turn = inTurn(async () => {
      if (isByHand && called < passed) throw new RelevoError('sync/abandoned');
      // Another tab may have seen somebody off since the page was asked, and its word is still on its way.
      if (!isByHand && partition.isPassed()) await partition.reload();
      // Who is here now is asked for anew.
      if (!isByHand && ends !== tokens.ends) return { receipt: null };
      entering = token;
      return signInAs(token, { sub, during, demandWanted })
        .catch((error) => {
          // Not by who is here: who was told to come after them does.
          if ((error as RelevoError).code === 'sync/abandoned' && told === leaving.told && !partition.device.customer)
            passed = epochNow();
          throw error;
        })
        .finally(() => {
          entering = undefined;
        });
    });
    if (isByHand) {
      tokens.enters(turn);
      if (sub) ports.tabs.post({ enters: claimant(ports.ids.sha256, sub) });
    }
    return turn;
  };

  const signInAs = async (
    token: string,
    how: { readonly sub: string | undefined; readonly during: string | undefined; demandWanted(): void },
  ): Promise<{ receipt: Receipt | null }> => {
    const { sub, demandWanted } = how;
    demandWanted();
    if (partition.isPassed()) await partition.reload();
    demandWanted();
    const { customer, epoch } = partition.device;
    if (sub && customer?.sub === sub) {
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
      return leaving
        .unnamed({ isSwitch: true })
        .then(() => signInAs(token, how))
        .finally(() => setSettled(true));
    }
    isBecoming = true;
    const entrance = { ...context, replaceGuest: guestEnd.replace, demandWanted };
    const answer = await signInGuest(entrance, { token, ...how }).finally(() => {
      isBecoming = false;
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
    if (isHere()) receipts().entered(receipt);
    if (isHere()) events.emit('restore', { lines: lines() });
    changed(receipt ? 'merge' : 'restore');
    if (!isHere()) throw new RelevoError('sync/abandoned');
    sync.setConnection('online');
    // Another tab may have signed them out meanwhile: what is pushed is nobody else's.
    if (live && partition.device.customer?.id === customer) sync.connectLive(live.ticket);
    else void sync.wake();
    return { receipt: receipt ?? null };
  };

  const endMerge = async (isLeft: (entry: OutEntry) => boolean, receipt?: Receipt): Promise<void> => {
    const isHere = partition.whose();
    if (!(await endOwedMerge(partition, isLeft))) return;
    // Who has left while it was noted hears of it when they are back.
    if (!isHere()) return;
    if (receipt) receipts().tell(receipt);
    changed('merge');
  };

  return {
    /** Resolves when no signing in or out is under way. */
    idle: async (): Promise<void> => void (await queue),
    signIn,
    /** A guest is becoming a customer here. */
    get isBecoming() {
      return isBecoming;
    },
    /** Somebody was told to leave, and has not left yet. */
    get isLeaving() {
      return leaving.isUnderWay;
    },
    left: leaving.left,
    stop: leaving.stop,
    signOut: leaving.signOut,
    revoked: leaving.revoked,
    /** What another tab says of who is here. */
    hear(message: unknown): void {
      const { enters, leaves, of } = (message ?? {}) as { enters?: unknown; leaves?: unknown; of?: unknown };
      if (typeof enters === 'string') others.push(enters);
      // Tabs that share no store, those of a kiosk for one, count epochs of their own.
      if (typeof leaves === 'number' && of === idNow()) others.push(leaves);
      if (message === 'revoked') leaving.heardRevoked();
    },
    /** The server no longer lets this device read the space, or another customer has the guest that waits for its merge. */
    lost: async ({ code, known }: RelevoError): Promise<void> => {
      const { customer, merging } = partition.device;
      if (customer && code === 'auth/revoked') await leaving.revoked();
      else if (merging) await endMerge((entry) => !isKnown(entry, known));
      else if (customer) await leaving.lost();
      else await guestEnd.replace({ known });
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
      if (answer === null) await inTurn<unknown>(() => (partition.isPassed() ? partition.reload() : leaving.unnamed()));
      else {
        const { customer } = partition.device;
        if (customer && subjectOf(ports.ids, answer) === customer.sub) tokens.set(answer);
        const { told } = leaving;
        await signIn(answer, { ends }).catch((error) => {
          // Who was told to leave meanwhile hears of it where they said so.
          if (told === leaving.told) throw error;
        });
      }
    },
  };
};
