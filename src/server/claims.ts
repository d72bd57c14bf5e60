import { RelevoError } from '../core/relevo-error.ts';
import type { SyncRequest } from '../protocol/messages.ts';
import { type ClaimAnswer, type Customer, createClaimMerge, guestKeyOf, type Try } from './claim-merge.ts';
import type { DataSet } from './data-set.ts';
import { checkGuestId, partsOfSpaceKey, secretHash, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { mergeContext } from './merge-context.ts';
import { checkedDecision, DecisionError } from './merge-decision.ts';
import type { Clock, Hooks, Ids, Log } from './ports.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import type { ClaimRow, Store } from './store.ts';
import { within } from './within.ts';

type WireClaim = NonNullable<SyncRequest['claim']>;

export type Claims = {
  /** A device hands its guest over to the customer who signed in. Answers within 3 s, whatever the merge does. */
  claim(
    customer: Customer,
    options: { claim: WireClaim; channel: string; device: string; site: SiteRules; demand: Try['demand'] },
  ): Promise<ClaimAnswer>;
  /** Tries again a claim that waits, at most once a minute. */
  retry(customer: Customer, options: { row: ClaimRow; site: SiteRules }): Promise<ClaimAnswer | undefined>;
  isDue(row: ClaimRow): boolean;
};

export const claimTiming = {
  /**
   * Hook and merge together. With {@link claimTiming.postponeMs}, or with the second for which somebody else's transaction
   * may hold the store, it stays below the 3 s that a sign-in may take.
   */
  mergeMs: 1_850,
  /** To write down that the claim waits. */
  postponeMs: 500,
  retryMs: 60_000,
} as const;

export const createClaims = (ports: {
  store: Store;
  clock: Clock;
  ids: Ids;
  hooks: Hooks;
  log: Log;
  dataSet: () => Promise<DataSet>;
  announce(news: SpaceNews): void;
}): Claims => {
  const { store, clock, ids, hooks, log } = ports;
  const isDue = (row: ClaimRow) => row.triedAt + claimTiming.retryMs <= clock.now();
  const { look, merged, prepare, merge } = createClaimMerge({ ...ports, isDue });
  const postponed = () => new RelevoError('merge/postponed', { retryable: true });

  /** Writes a try down before it is made, so that the devices of a customer make one a minute together. */
  const takeTurn = (guest: string): Promise<boolean> =>
    store.write(async (tx) => {
      const row = await tx.claim(guest);
      if (row?.status !== 'waiting' || !isDue(row)) return false;
      await tx.putClaim({ ...row, triedAt: clock.now() });
      return true;
    });

  type How = { readonly signal: AbortSignal; note(prepared: ClaimAnswer): void };

  /** Guests whose hook is being asked. */
  const asking = new Map<string, Promise<unknown>>();

  const attempt = async (task: Try, how: How): Promise<ClaimAnswer> => {
    if (!hooks.beforeMerge) {
      const found = await store.read((tx) => look(tx, task));
      if (found?.status === 'merged') return answer(task);
      if (found && !task.hasTurn && !(await takeTurn(found.guest))) return answer(task);
      return store.write((tx) => merge(tx, task));
    }
    const key = guestKeyOf(task);
    const asked = ask(task, { ...how, earlier: asking.get(key) });
    // One that is out of its time keeps nobody waiting.
    const inItsTime = Promise.race([asked, aborted(how.signal)]);
    asking.set(key, inItsTime);
    inItsTime.catch(() => {}).finally(() => asking.get(key) === inItsTime && asking.delete(key));
    return asked;
  };

  /** Two transactions, as without a hook: where one takes half a second, four are never done in time. */
  const ask = async (
    task: Try,
    { signal, note, earlier }: How & { readonly earlier: Promise<unknown> | undefined },
  ): Promise<ClaimAnswer> => {
    const { beforeMerge = () => {} } = hooks;
    const begun = await begin(task);
    if (!begun) {
      // Another device hands the guest over in this moment: what comes of that is known soon.
      await earlier?.catch(() => {});
      return answer(task);
    }
    const { context, incarnation } = begun;
    const { changed, ...prepared } = begun.prepared;
    // It is in the customer's space by now, whatever the hook says, and others may write there before the merge.
    if (changed) ports.announce({ ...changed, incarnation, origin: task.batch?.device });
    if (prepared.status === 'merged') return prepared;
    note(prepared);
    // The sign-in was answered meanwhile: the claim waits for its retry, which asks the hook, or asks it again.
    if (signal.aborted) throw postponed();
    const decision = checkedDecision(await beforeMerge({ ...context, signal }), task.site);
    if (signal.aborted) throw postponed();
    const { acks } = prepared;
    return { ...(await store.write((tx) => merge(tx, { ...task, batch: undefined }, decision))), acks };
  };

  /**
   * What the guest did last is theirs by now, whatever the hook says or does: it sees it, and it is answered for good.
   * Gives nothing while it is another one's turn.
   */
  const begin = (task: Try) =>
    store.write(async (tx) => {
      const row = await look(tx, task);
      if (row?.status === 'waiting' && !task.hasTurn && !isDue(row)) return undefined;
      const prepared = await prepare(tx, task);
      return { prepared, context: await mergeContext(tx, task), incarnation: await incarnationOf(tx) };
    });

  /** What is known without another try. */
  const answer = (task: Try): Promise<ClaimAnswer> =>
    store.write(async (tx) => {
      const row = await look(tx, task);
      return row?.status === 'merged' ? merged(tx, { row, task }) : prepare(tx, task);
    });

  const inTime = async (task: Try, note: How['note']): Promise<ClaimAnswer> => {
    const abort = new AbortController();
    try {
      return await within(attempt(task, { signal: abort.signal, note }), {
        clock,
        ms: claimTiming.mergeMs,
        error: postponed,
      });
    } catch (error) {
      if (!isRefusal(error)) {
        abort.abort(error);
        const detail = error instanceof DecisionError ? { detail: error.message } : {};
        log.warn('merge-postponed', { site: task.customer.site, code: 'merge/postponed', ...detail });
      }
      throw error;
    }
  };

  return {
    isDue,
    async claim(customer, { claim, channel, device, site, demand }) {
      const guest = checkGuestId(claim.guest);
      const { key, cursors } = await ports.dataSet();
      const secret = secretHash(ids, {
        key,
        space: spaceKey({ site: customer.site, id: guest }),
        secret: claim.secret,
      });
      const task: Try = {
        customer,
        site,
        guest,
        secret,
        batch: { replica: claim.r, channel, device, low: 0, ops: claim.ops },
        during: claim.during,
        at: claim.cur === undefined ? undefined : { cur: claim.cur, cursors },
        demand,
        hasTurn: false,
      };
      let prepared: ClaimAnswer | undefined;
      try {
        return await inTime(task, (noted) => {
          prepared = noted;
        });
      } catch (error) {
        if (isRefusal(error)) throw error;
      }
      if (prepared) return prepared;
      try {
        return await within(
          store.write((tx) => prepare(tx, task)),
          { clock, ms: claimTiming.postponeMs, error: postponed },
        );
      } catch (error) {
        if (isRefusal(error)) throw error;
        // The store did not even take the note: nothing is acknowledged, the device carries it all again.
        return { status: 'waiting', acks: [] };
      }
    },
    async retry(customer, { row, site }) {
      const { id: guest } = partsOfSpaceKey(row.guest);
      const none = { secret: null, batch: undefined, during: undefined, at: undefined, demand: undefined };
      try {
        if (!(await takeTurn(row.guest))) return undefined;
        return await inTime({ customer, site, guest, ...none, hasTurn: true }, () => {});
      } catch {
        return undefined;
      }
    },
  };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => (signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true })));

/** Only a refusal of the guest itself ends a claim; whatever else went wrong may go right later. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RelevoError && (error.code.startsWith('auth/') || error.code === 'sync/cursor');
