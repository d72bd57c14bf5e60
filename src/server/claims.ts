import type { Json } from '../core/json.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { SyncRequest } from '../protocol/messages.ts';
import { duringIn } from './carried.ts';
import { type ClaimAnswer, type Customer, createClaimMerge, guestKeyOf, type Try } from './claim-merge.ts';
import type { DataSet } from './data-set.ts';
import { checkGuestId, secretHash, spaceKey } from './identity.ts';
import type { Clock, Hooks, Ids, Log, MergeContext, MergeDecision } from './ports.ts';
import { isPolicyOf, type MergePolicies, type SiteRules } from './site.ts';
import type { ClaimRow, EntryRow, Store } from './store.ts';
import { within } from './within.ts';

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

export const createClaims = (ports: {
  store: Store;
  clock: Clock;
  ids: Ids;
  hooks: Hooks;
  log: Log;
  dataSet: () => Promise<DataSet>;
}): Claims => {
  const { store, clock, ids, hooks, log } = ports;
  const { look, merged, prepare, merge } = createClaimMerge(ports);
  const isDue = (row: ClaimRow) => row.triedAt + claimTiming.retryMs <= clock.now();
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
    const found = await store.read((tx) => look(tx, task));
    if (found?.status === 'merged') return answer(task);
    const key = guestKeyOf(task);
    if (found && !task.hasTurn && !(await takeTurn(found.guest))) {
      // Another device hands the guest over in this moment: what comes of that is known soon.
      await asking.get(key)?.catch(() => {});
      return answer(task);
    }
    if (!hooks.beforeMerge) return store.write((tx) => merge(tx, task));
    const asked = ask(task, how);
    // One that is out of its time keeps nobody waiting.
    const inItsTime = Promise.race([asked, aborted(how.signal)]);
    asking.set(key, inItsTime);
    inItsTime.catch(() => {}).finally(() => asking.get(key) === inItsTime && asking.delete(key));
    return asked;
  };

  const ask = async (task: Try, { signal, note }: How): Promise<ClaimAnswer> => {
    const { beforeMerge = () => {} } = hooks;
    // What the guest did last is theirs by now, whatever the hook says or does: it sees it, and it is answered for good.
    const prepared = await store.write((tx) => prepare(tx, task));
    if (prepared.status === 'merged') return prepared;
    note(prepared);
    const context = await contextOf(task, signal);
    // The sign-in was answered meanwhile: the claim waits for its retry, which asks the hook, or asks it again.
    if (signal.aborted) throw postponed();
    const decision = checked(await beforeMerge(context), task.site);
    if (signal.aborted) throw postponed();
    const { acks } = prepared;
    return { ...(await store.write((tx) => merge(tx, { ...task, batch: undefined }, decision))), acks };
  };

  const contextOf = (task: Try, signal: AbortSignal): Promise<MergeContext> =>
    store.read(async (tx) => {
      const { customer, guest } = task;
      const rows = new Map<string, EntryRow[]>();
      for (const row of await tx.entries(guestKeyOf(task)))
        rows.set(row.collection, [...(rows.get(row.collection) ?? []), row]);
      const collections = named([...rows].map(([collection, entries]) => [collection, byKey(entries)]));
      const during = task.during ?? duringIn((await tx.claim(guestKeyOf(task)))?.carried ?? null);
      return {
        site: customer.site,
        customer: customer.customer,
        guest,
        during: during === 'checkout' ? 'checkout' : 'browse',
        collections,
        cart: collections['cart'] ?? byKey([]),
        customerCart: byKey(await tx.entries(spaceKey(customer), 'cart')),
        signal,
      };
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
    async claim(customer, { claim, channel, site }) {
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
        batch: { replica: claim.r, channel, low: 0, ops: claim.ops },
        during: claim.during,
        at: claim.cur === undefined ? undefined : { cur: claim.cur, cursors },
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
      const guest = row.guest.slice(customer.site.length + 1);
      const none = { secret: null, batch: undefined, during: undefined, at: undefined };
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

/** A guest chooses the names: `hasOwnProperty` is one of theirs, and none that every object has. */
const named = <T>(entries: readonly (readonly [string, T])[]): { readonly [name: string]: T } =>
  Object.assign(Object.create(null), Object.fromEntries(entries));

const byKey = (entries: readonly EntryRow[]): { readonly [key: string]: Json } =>
  named(entries.map(({ key, state }) => [key, state]));

/** A hook whose decision is none: its author finds it in the log, and no guest is lost over it. */
class DecisionError extends Error {
  override readonly name = 'DecisionError';
}

/** What a hook says in JavaScript is known to nobody: what it leaves out, or says as `null`, is not said. */
const checked = (decision: unknown, { collections }: SiteRules): MergeDecision | undefined => {
  if (decision == null) return undefined;
  const { policy, veto } = decision as { readonly policy?: unknown; readonly veto?: unknown };
  if (policy != null && typeof policy !== 'object') throw new DecisionError('beforeMerge: `policy` is by collection.');
  const said = Object.entries(policy ?? {}).filter(([, name]) => name != null);
  for (const [collection, name] of said)
    if (!isPolicyOf(collection, name, collections)) throw new DecisionError(`beforeMerge: no policy of ${collection}.`);
  const isList = Array.isArray(veto) && veto.every((name) => typeof name === 'string');
  if (veto != null && veto !== true && veto !== false && !isList)
    throw new DecisionError('beforeMerge: `veto` is a list of collections, or true.');
  return {
    policy: Object.fromEntries(said) as MergePolicies,
    ...(veto ? { veto: veto as readonly string[] | true } : {}),
  };
};

/** Only a refusal of the guest itself ends a claim; whatever else went wrong may go right later. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RelevoError && (error.code.startsWith('auth/') || error.code === 'sync/cursor');
