import { own } from '../core/own.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { Row, SyncReply, SyncRequest, WireError } from '../protocol/messages.ts';
import { type ParsedRequest, parseSyncBody } from '../protocol/parse.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import type { ClaimAnswer } from './claim-merge.ts';
import { createClaims } from './claims.ts';
import { createDataSet, type DataSet } from './data-set.ts';
import { demandNotRevoked, isOfDevices } from './devices.ts';
import { type Caller, identify, spaceKey } from './identity.ts';
import { createLive, type Live } from './live.ts';
import { createOrders, type Orders } from './orders.ts';
import type { Clock, Fanout, Hooks, Ids, Log, Poke, RateLimit, VerifyToken } from './ports.ts';
import { createRest, type Rest } from './rest.ts';
import { createRetention, type Retention } from './retention.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import type { EntryRow, ReadTx, SpaceRow, Store } from './store.ts';
import { createSyncStep, type Done } from './sync-step.ts';
import { errorToRefusal } from './wire-error.ts';

export type SyncCoreOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fanout: Fanout;
  readonly verifyToken: VerifyToken;
  /** Rules by site key. */
  readonly sites: Readonly<Record<string, SiteRules>>;
  readonly hooks?: Hooks;
  readonly log?: Log;
  readonly rateLimit?: RateLimit;
  /** Live channels of one customer. Default 5. */
  readonly maxConnections?: number;
};

export type CoreReply = {
  readonly status: number;
  readonly body: SyncReply | WireError | null;
  readonly retryAfterMs?: number;
  /** For the log and for CORS: the site that was named, when it is one of ours. */
  readonly site?: string;
};

export type RequestContext = {
  /** The token of an `Authorization: Bearer` header. */
  readonly bearer?: string | undefined;
  /** Called with a known site before anything is done for the request. Throws to refuse it: its origin, its rate. */
  readonly admit?: (site: string) => void;
};

/** The sync protocol over a store, without HTTP, sockets, cryptography or a clock of its own. */
export type SyncCore = {
  /** Answers the body of `POST /v1/sync`. Never rejects. */
  sync(text: string, context?: RequestContext): Promise<CoreReply>;
  /** Answers the body of `POST /v1/beacon`: 204, or a refusal. */
  beacon(text: string, context?: RequestContext): Promise<CoreReply>;
  readonly live: Live;
  /** Housekeeping beside the requests; whoever runs a server starts it. */
  readonly retention: Retention;
  /** Orders that the shop itself reports. */
  readonly orders: Orders;
  /** What other channels read and write. */
  readonly rest: Rest;
};

const silent: Log = { info() {}, warn() {}, error() {} };

export const createSyncCore = (options: SyncCoreOptions): SyncCore => {
  const { store, clock, ids, fanout, sites, verifyToken, hooks = {}, log = silent, rateLimit } = options;
  const dataSet = createDataSet(store, ids);
  const live = createLive({
    store,
    clock,
    fanout,
    tickets: async () => (await dataSet()).tickets,
    maxConnections: options.maxConnections ?? 5,
  });

  /** After a commit nothing may fail any more: a poke is a hint, and one that got lost costs a device its next pull. */
  const poke = (hint: Poke) => {
    new Promise<void>((done) => done(fanout.publish(hint))).catch(() => log.warn('fanout-failed'));
  };

  const publish = (
    space: SpaceRow,
    { before, rows, origin }: { before: number; rows: readonly EntryRow[]; origin?: string | undefined },
    { cursors, incarnation }: { cursors: DataSet['cursors']; incarnation: string },
  ) => {
    if (space.version === before) return;
    const cur = cursors.write({ ...space, space: space.id, incarnation }, space.version);
    poke({
      kind: 'rows',
      space: space.id,
      prev: before,
      v: space.version,
      cur,
      rows: rows.map(toRow),
      origin,
    });
  };

  /** What nobody's own device did, or one that is not answered yet. */
  const announce = ({ row, ...news }: SpaceNews) =>
    void dataSet()
      .then(({ cursors }) => publish(row, news, { cursors, incarnation: news.incarnation }))
      .catch(() => {});

  const claims = createClaims({ store, clock, ids, hooks, log, dataSet, announce });
  const run = createSyncStep({ store, clock, ids, log, isDue: claims.isDue });
  const retention = createRetention({ store, clock, sites, log, on: announce });
  const orders = createOrders({ store, clock, ids, sites, log, announce });
  const tickets = async () => (await dataSet()).tickets;
  const rest = createRest({ store, clock, ids, sites, tickets, announce });

  const admit = (request: SyncRequest, context: RequestContext): SiteRules => {
    const site = own(sites, request.site);
    if (!site) throw new RelevoError('site/unknown');
    context.admit?.(request.site);
    return site;
  };

  const limit = (caller: Caller) => {
    const waitMs = rateLimit?.take('customer', spaceKey(caller)) ?? 0;
    if (waitMs > 0) throw new RelevoError('request/rate', { retryable: true, retryAfterMs: waitMs });
  };

  const answer = async (request: SyncRequest, context: RequestContext, isBeacon: boolean): Promise<SyncReply> => {
    const site = admit(request, context);
    const caller = await identify(request, { bearer: context.bearer, ids, verifyToken });
    // Of a token that has ended anybody may have a copy: it takes nothing of its customer's rate.
    if (caller.kind === 'guest' || !caller.isOver) limit(caller);
    if (caller.kind === 'guest' && isOfDevices(request.want))
      throw new RelevoError('request/malformed', { detail: 'want: needs a token.' });
    const data = await dataSet();
    let claimed: ClaimAnswer | undefined;
    const asking = { ...caller, space: spaceKey(caller), device: request.device, request, isBeacon };
    const demand = (tx: ReadTx) => demandNotRevoked(tx, asking);
    if (caller.kind === 'customer' && caller.isOver) {
      // Revoked is for good, whatever the page's next token: it is told so before it is told to get one.
      await store.read(demand);
      throw new RelevoError('auth/expired', { retryable: true });
    }
    if (request.claim) {
      if (caller.kind === 'guest') throw new RelevoError('request/malformed', { detail: 'claim: needs a token.' });
      const { claim, channel, device } = request;
      claimed = await claims.claim(caller, { claim, channel, device, site, demand });
    }
    let done = await run({ request, caller, site, data, skipClaims: claimed !== undefined, claimed, isBeacon });
    if (done.due && caller.kind === 'customer') {
      claimed = await claims.retry(caller, { row: done.due, site });
      done = await run({ request, caller, site, data, skipClaims: true, isBeacon });
    }
    // A merge is news to the customer's other devices; this one has the rows in its reply.
    const news = claimed?.changed;
    const by = { cursors: data.cursors, incarnation: done.incarnation };
    if (news) publish(news.row, { before: news.before, rows: news.rows, origin: request.device }, by);
    publish(done.row, { before: done.before, rows: done.changed, origin: request.device }, by);
    if (request.want?.signout) poke({ kind: 'signout', space: done.row.id, device: request.device });
    const { revoke } = request.want ?? {};
    if (revoke !== undefined) poke({ kind: 'signout', space: done.row.id, device: revoke });
    return toReply({ request, caller, done, claimed, data });
  };

  type Answer = { request: SyncRequest; caller: Caller; done: Done; claimed: ClaimAnswer | undefined; data: DataSet };

  const toReply = ({ request, caller, done, claimed, data }: Answer): SyncReply => {
    const { row, from, rows, more, applied } = done;
    const version = more ? (rows.at(-1)?.version ?? row.version) : row.version;
    const wantsLive = request.live === true && request.want?.signout !== true;
    const ticket = () =>
      data.tickets.write({
        nonce: ids.random(),
        site: caller.site,
        space: row.id,
        device: request.device,
        madeAtMs: clock.now(),
        tokenEndsMs: caller.kind === 'customer' ? caller.expiresAtMs : null,
      });
    return {
      from,
      cur: data.cursors.write({ ...row, space: row.id, incarnation: done.incarnation }, version, { isPage: more }),
      head: row.version,
      more,
      ...applied,
      acks: [...applied.acks],
      ent: rows.map(toRow),
      space: caller.id,
      now: clock.now(),
      ...(done.offer !== undefined
        ? { reset: 'restored' as const, offer: done.offer }
        : done.isHorizon
          ? { reset: 'horizon' as const }
          : {}),
      ...(caller.kind === 'customer' ? { customer: caller.customer } : {}),
      ...(claimed && request.claim ? { claim: claimed.status, claimAcks: [...claimed.acks] } : {}),
      ...(claimed?.receipt ? { receipt: claimed.receipt } : {}),
      ...(wantsLive ? { live: { ticket: ticket() } } : {}),
      ...(done.want || request.want?.signout
        ? { want: { ...done.want, ...(request.want?.signout ? { signout: true } : {}) } }
        : {}),
    } as SyncReply;
  };

  const guarded = async (
    parsed: () => ParsedRequest,
    { reply, isBeacon, ...context }: RequestContext & { reply: (body: SyncReply) => CoreReply; isBeacon: boolean },
  ) => {
    let site: string | undefined;
    try {
      const result = parsed();
      if (!result.ok) throw new RelevoError(result.code, { detail: result.detail });
      if (own(sites, result.request.site)) site = result.request.site;
      return { ...reply(await answer(result.request, context, isBeacon)), ...(site === undefined ? {} : { site }) };
    } catch (error) {
      const refusal = errorToRefusal(error);
      if (refusal.status === 500)
        log.error('request-failed', { detail: error instanceof Error ? error.name : 'unknown' });
      return { ...refusal, ...(site === undefined ? {} : { site }) };
    }
  };

  return {
    live,
    retention,
    orders,
    rest,
    sync: (text, context = {}) =>
      guarded(() => checkSize(text) ?? parseSyncBody(text), {
        ...context,
        isBeacon: false,
        reply: (body) => ({ status: 200, body }),
      }),
    beacon: (text, context = {}) =>
      guarded(() => checkSize(text) ?? parseBeacon(text), {
        ...context,
        isBeacon: true,
        reply: () => ({ status: 204, body: null }),
      }),
  };
};

const toRow = ({ collection, key, version, state }: EntryRow): Row => [collection, key, version, state as Row[3]];

const checkSize = (text: string): ParsedRequest | undefined =>
  utf8Length(text) > wireLimits.maxBodyBytes
    ? { ok: false, code: 'request/too-large', detail: `At most ${wireLimits.maxBodyBytes} bytes.` }
    : undefined;

/** A beacon is the sync body without a cursor: nobody reads its answer. */
const parseBeacon = (text: string): ParsedRequest => {
  const parsed = parseSyncBody(text);
  if (!parsed.ok) return parsed;
  const { claim: _claim, want, live: _live, ...request } = parsed.request;
  // A page where nothing of anybody stays leaves with it.
  return { ok: true, request: { ...request, cur: null, ...(want?.signout ? { want: { signout: true } } : {}) } };
};
