import { own } from '../core/own.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { utf8Length } from '../core/utf8-length.ts';
import type { Row, SyncReply, SyncRequest, WireError } from '../protocol/messages.ts';
import { type ParsedRequest, parseSyncBody, parseSyncRequest } from '../protocol/parse.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { type Applied, applyChanges } from './apply-changes.ts';
import { type ClaimAnswer, createClaims } from './claims.ts';
import { type CursorCodec, cursorCodec } from './cursor-codec.ts';
import { type Caller, checkGuest, emptySpace, identify, secretHash, spaceKey } from './identity.ts';
import { createLive, type Live } from './live.ts';
import type { Clock, Fanout, Hooks, Ids, Log, RateLimit, VerifyToken } from './ports.ts';
import type { SiteRules } from './site.ts';
import { openSpace } from './space-writer.ts';
import type { ClaimRow, EntryRow, ReadTx, SpaceRow, Store, WriteTx } from './store.ts';
import { ticketCodec } from './tickets.ts';
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
};

/** A device's row is renewed so often, not at every write. */
const deviceSeenMs = 3_600_000;

const silent: Log = { info() {}, warn() {}, error() {} };

export const createSyncCore = (options: SyncCoreOptions): SyncCore => {
  const { store, clock, ids, fanout, sites, verifyToken, hooks = {}, log = silent, rateLimit } = options;
  const dataSet = createDataSet(store, ids);
  const claims = createClaims({ store, clock, ids, hooks, log, secretKey: async () => (await dataSet()).key });
  const live = createLive({
    store,
    clock,
    fanout,
    tickets: async () => (await dataSet()).tickets,
    maxConnections: options.maxConnections ?? 5,
  });

  const publish = (
    space: SpaceRow,
    { before, rows, origin }: { before: number; rows: readonly EntryRow[]; origin?: string | undefined },
    data: DataSet,
  ) => {
    if (space.version === before) return;
    const cur = data.cursors.write({ ...space, space: space.id, incarnation: data.incarnation }, space.version);
    fanout.publish({
      kind: 'rows',
      space: space.id,
      prev: before,
      v: space.version,
      cur,
      rows: rows.map(toRow),
      origin,
    });
  };

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

  const answer = async (request: SyncRequest, context: RequestContext): Promise<SyncReply> => {
    const site = admit(request, context);
    const caller = await identify(request, { bearer: context.bearer, ids, verifyToken });
    limit(caller);
    const data = await dataSet();
    let claimed: ClaimAnswer | undefined;
    if (request.claim) {
      if (caller.kind === 'guest') throw new RelevoError('request/malformed', { detail: 'claim: needs a token.' });
      claimed = await claims.claim(caller, { claim: request.claim, channel: request.channel, site });
    }
    let done = await run({ request, caller, site, data, skipClaims: claimed !== undefined });
    if (done.due && caller.kind === 'customer') {
      claimed = await claims.retry(caller, { row: done.due, site });
      done = await run({ request, caller, site, data, skipClaims: true });
    }
    // A merge is news to the customer's other devices; this one has the rows in its reply.
    const news = claimed?.changed;
    if (news) publish(news.row, { before: news.before, rows: news.rows, origin: request.device }, data);
    publish(done.row, { before: done.before, rows: done.changed, origin: request.device }, data);
    if (request.want?.signout) fanout.publish({ kind: 'signout', space: done.row.id, device: request.device });
    return toReply({ request, caller, done, claimed, data });
  };

  type Task = { request: SyncRequest; caller: Caller; site: SiteRules; data: DataSet; skipClaims: boolean };
  type Done = {
    readonly row: SpaceRow;
    readonly before: number;
    readonly from: number;
    readonly isRestored: boolean;
    readonly applied: Applied;
    readonly changed: readonly EntryRow[];
    readonly rows: readonly EntryRow[];
    readonly more: boolean;
    readonly due?: ClaimRow;
  };

  const run = (task: Task): Promise<Done> => {
    const { request } = task;
    const isWrite = request.ops.length > 0 || request.want?.signout === true;
    return isWrite ? store.write((tx) => step(tx, task, tx)) : store.read((tx) => step(tx, task));
  };

  /** One transaction: who may, what changed, and the rows and the version of one moment. */
  const step = async (tx: ReadTx, task: Task, write?: WriteTx): Promise<Done> => {
    const { request, caller, data, skipClaims } = task;
    const id = spaceKey(caller);
    const found = await tx.space(id);
    let secret: string | null = null;
    let due: ClaimRow | undefined;
    if (caller.kind === 'guest') {
      secret = secretHash(ids, { key: data.key, space: id, secret: caller.secret });
      checkGuest(ids, { row: found, secret, claim: await tx.claim(id) });
    } else if (!skipClaims) {
      due = (await tx.waitingClaims(id)).find(claims.isDue);
    }
    const row = found ?? emptySpace({ id, site: caller.site, kind: caller.kind, secret });
    const seen =
      request.cur === null
        ? { version: 0 }
        : data.cursors.read({ ...row, space: id, incarnation: data.incarnation }, request.cur);
    const from = seen === 'restored' ? 0 : seen.version;
    if (from > row.version) throw new RelevoError('sync/cursor');
    const start = {
      row,
      before: row.version,
      from,
      isRestored: seen === 'restored',
      applied: { acks: [] },
      changed: [],
    };
    if (due) return { ...start, rows: [], more: false, due };
    const written = write ? await change(write, { row, task }) : start;
    // One more than fits tells whether there is more.
    const rows = await tx.rowsAfter(id, from, wireLimits.maxReplyRows + 1);
    const more = rows.length > wireLimits.maxReplyRows;
    return { ...start, ...written, rows: more ? rows.slice(0, -1) : rows, more };
  };

  const change = async (tx: WriteTx, { row, task }: { row: SpaceRow; task: Task }) => {
    const { request, site } = task;
    const now = clock.now();
    const space = openSpace(tx, { row, site, nowMs: now });
    const { r: replica, channel, low, ops } = request;
    const applied = await applyChanges(space, { replica, channel, low, ops });
    const device = await tx.device(row.id, request.device);
    const signedOutAt = request.want?.signout ? now : (device?.signedOutAt ?? 0);
    if (!device || device.signedOutAt !== signedOutAt || device.seenAt + deviceSeenMs < now) {
      await tx.putDevice(row.id, { id: request.device, seenAt: now, signedOutAt }, site.limits.maxDevices);
    }
    return { applied, ...(await space.finish()) };
  };

  type Answer = { request: SyncRequest; caller: Caller; done: Done; claimed: ClaimAnswer | undefined; data: DataSet };

  const toReply = ({ request, caller, done, claimed, data }: Answer): SyncReply => {
    const { row, from, rows, more, applied } = done;
    const version = more ? (rows.at(-1)?.version ?? row.version) : row.version;
    const ent = (from === 0 ? rows.filter(({ state }) => state !== null) : rows).map(toRow);
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
      cur: data.cursors.write({ ...row, space: row.id, incarnation: data.incarnation }, version),
      head: row.version,
      more,
      ...applied,
      acks: [...applied.acks],
      ent,
      space: caller.id,
      now: clock.now(),
      ...(done.isRestored ? { reset: 'restored' as const } : {}),
      ...(caller.kind === 'customer' ? { customer: caller.customer } : {}),
      ...(claimed ? { claim: claimed.status, claimAcks: [...claimed.acks] } : {}),
      ...(claimed?.receipt ? { receipt: claimed.receipt } : {}),
      ...(wantsLive ? { live: { ticket: ticket() } } : {}),
      ...(request.want?.signout ? { want: { signout: true } } : {}),
    } as SyncReply;
  };

  const guarded = async (
    parsed: () => ParsedRequest,
    context: RequestContext,
    reply: (body: SyncReply) => CoreReply,
  ) => {
    let site: string | undefined;
    try {
      const result = parsed();
      if (!result.ok) throw new RelevoError(result.code, { detail: result.detail });
      if (own(sites, result.request.site)) site = result.request.site;
      return { ...reply(await answer(result.request, context)), ...(site === undefined ? {} : { site }) };
    } catch (error) {
      const refusal = errorToRefusal(error);
      if (refusal.status === 500)
        log.error('request-failed', { detail: error instanceof Error ? error.name : 'unknown' });
      return { ...refusal, ...(site === undefined ? {} : { site }) };
    }
  };

  return {
    live,
    sync: (text, context = {}) =>
      guarded(
        () => checkSize(text) ?? parseSyncBody(text),
        context,
        (body) => ({ status: 200, body }),
      ),
    beacon: (text, context = {}) =>
      guarded(
        () => checkSize(text) ?? parseBeacon(text),
        context,
        () => ({ status: 204, body: null }),
      ),
  };
};

const toRow = ({ collection, key, version, state }: EntryRow): Row => [collection, key, version, state as Row[3]];

const checkSize = (text: string): ParsedRequest | undefined =>
  utf8Length(text) > wireLimits.maxBodyBytes
    ? { ok: false, code: 'request/too-large', detail: `At most ${wireLimits.maxBodyBytes} bytes.` }
    : undefined;

/** A beacon is the sync body without a cursor: nobody reads its answer. */
const parseBeacon = (text: string): ParsedRequest => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, code: 'request/malformed', detail: 'The body is no JSON.' };
  }
  if (typeof body !== 'object' || body === null) return parseSyncRequest(body);
  const { claim: _claim, want: _want, live: _live, ...rest } = body as Record<string, unknown>;
  return parseSyncRequest({ ...rest, cur: null });
};

type DataSet = {
  /** Names this set of data; another one means that the server was restored. */
  readonly incarnation: string;
  readonly key: string;
  readonly cursors: CursorCodec;
  readonly tickets: ReturnType<typeof ticketCodec>;
};

/** The keys of a data set live with the data, so that a restart changes no cursor and a restored copy keeps its own. */
const createDataSet = (store: Store, ids: Ids): (() => Promise<DataSet>) => {
  let known: DataSet | undefined;
  return async () => {
    if (known) return known;
    const { incarnation, key } = await store.write(async (tx) => {
      const of = async (name: string) => {
        const found = await tx.meta(name);
        if (found !== undefined) return found;
        const made = ids.random();
        await tx.putMeta(name, made);
        return made;
      };
      return { incarnation: await of('incarnation'), key: (await of('key-a')) + (await of('key-b')) };
    });
    known = { incarnation, key, cursors: cursorCodec(ids, key), tickets: ticketCodec(ids, key) };
    return known;
  };
};
