import { quantityOf } from '../../src/core/counter.ts';
import type { Line } from '../../src/core/line.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';
import type { Ack, Push, Row, SyncReply, WireError } from '../../src/protocol/messages.ts';
import { localFanout } from '../../src/server/fanouts/local.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import { defaultSpaceLimits, type SiteRules } from '../../src/server/site.ts';
import type { Store } from '../../src/server/store.ts';
import { sqliteStore } from '../../src/server/stores/sqlite.ts';
import { createSyncCore, type SyncCore, type SyncCoreOptions } from '../../src/server/sync-core.ts';
import { tempFolder } from './temp-folder.ts';

/** Time that passes when told to. */
export const createClock = (startMs = 1_800_000_000_000) => {
  let now = startMs;
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 6; turn++) await new Promise<void>((done) => setImmediate(done));
  };
  return {
    now: () => now,
    timer(ms: number, callback: () => void) {
      const timer = { atMs: now + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** Jumps the wall clock; timers stay. */
    jump(ms: number) {
      now += ms;
    },
    async pass(ms: number) {
      await settle();
      const untilMs = now + ms;
      for (;;) {
        const [due] = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.atMs);
        due.callback();
        await settle();
      }
      now = untilMs;
      await settle();
    },
    get timers() {
      return timers.size;
    },
  };
};

export type Fields = { readonly [field: string]: unknown };
export type Auth = { readonly token: string } | { readonly guest: string; readonly secret: string };

/** `bornAtMs`: when they signed in for it. */
export const customer = (name: string, bornAtMs?: number): Auth => ({
  token: `token-of:${name}${bornAtMs === undefined ? '' : `:${bornAtMs}`}`,
});
/** A token of theirs that has ended. */
export const ended = (name: string, bornAtMs = 0): Auth => ({ token: `token-of:${name}:${bornAtMs}:over` });
export const guest = (name: string): Auth & { guest: string; secret: string } => ({
  guest: `guest_of_${name}`,
  secret: `secret_of_${name}_0123456789`,
});

export const siteRules: SiteRules = { merge: {}, collections: {}, limits: defaultSpaceLimits };

export type WorldOptions = Partial<Omit<SyncCoreOptions, 'sites'>> & { readonly rules?: Partial<SiteRules> };

export const dayMs = 86_400_000;

/** The sync core over a real SQLite file, in time that stands still. Tokens here are not signed; those are tested apart. */
export const createCoreWorld = ({ rules = {}, ...options }: WorldOptions = {}) => {
  const folder = tempFolder();
  const clock = createClock();
  const store: Store = options.store ?? sqliteStore({ path: folder.path('relevo.db') });
  const core: SyncCore = createSyncCore({
    store,
    clock,
    ids: systemIds,
    fanout: localFanout(),
    sites: { pk_a: { ...siteRules, ...rules }, pk_b: siteRules },
    verifyToken: async (_site, token) => {
      const [, name, bornAtMs, isOver] = token.split(':');
      if (!name) throw new RelevoError('auth/malformed');
      return {
        customer: name,
        expiresAtMs: clock.now() + 3_600_000,
        ...(bornAtMs ? { bornAtMs: Number(bornAtMs) } : {}),
        ...(isOver ? { isOver: true } : {}),
      };
    },
    ...options,
  });
  const body = (fields: Fields) =>
    JSON.stringify({
      v: 1,
      site: 'pk_a',
      sdk: '0.1.0',
      channel: 'web',
      device: 'device_one',
      r: 'replica_one',
      cur: null,
      low: 0,
      ops: [],
      ...fields,
    });
  const send = (fields: Fields) => core.sync(body(fields));
  return {
    core,
    clock,
    store,
    body,
    send,
    /** A reply; fails the test when the server refuses. */
    async sync(fields: Fields): Promise<SyncReply> {
      const reply = await send(fields);
      if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
      return reply.body as SyncReply;
    },
    /** The whole body of a refusal. */
    refusedWith: async (fields: Fields) => (await send(fields)).body as WireError | null,
    /** A refusal as `[status, code]`. */
    async refusal(fields: Fields): Promise<readonly [number, string | undefined]> {
      const reply = await send(fields);
      return [reply.status, (reply.body as WireError | null)?.code];
    },
    /** Opens the live channel with a fresh ticket; pushes and the close code are collected. */
    async listen(auth: Auth, device = 'device_two') {
      const reply = (await send({ auth, device, r: `replica_${device}`, live: true })).body as SyncReply;
      const pushes: Push[] = [];
      const closes: number[] = [];
      const ticket = reply.live?.ticket ?? '';
      const connection = await core.live.open(ticket, {
        push: (text) => pushes.push(JSON.parse(text) as Push),
        close: (code) => closes.push(code),
      });
      return { ticket, pushes, closes, connection };
    },
    /** So many days later, with all that the sweep of retention has to do then. */
    async passDays(days: number) {
      clock.jump(days * dayMs);
      while ((await core.retention.sweep()) > 0);
    },
    async dispose() {
      await store.close().catch(() => {});
      folder.remove();
    },
  };
};

export type CoreWorld = ReturnType<typeof createCoreWorld>;

/** Devices of one customer, by name. */
export const devicesOf = (world: CoreWorld, auth: Auth) => {
  const sync = (name: string, ops: readonly Fields[] = []): Promise<SyncReply> =>
    world.sync({ auth, r: `replica_${name}`, device: `device_${name}`, ops });
  return {
    sync,
    quantity: async (key: string) => quantityOf(lineOf(await sync('reader'), key).q),
    /** Somebody set something and deleted it, and is gone for good: it is forgotten. */
    async forget() {
      for (const change of [put(1, 'currency', 'EUR'), put(2, 'currency', null)]) await sync('gone', [change]);
      for (const days of [91, 91]) await world.passDays(days);
    },
  };
};

let made = 0;

/** A change; number and id are given out in order unless named. */
export const op = (q: number, fields: Fields): Fields => ({
  q,
  i: `op_${++made}_abc`,
  a: 0,
  at: 0,
  c: 'cart',
  ...fields,
});

export const add = (q: number, k: string, n: number, fields: Fields = {}): Fields =>
  op(q, { k, t: 'add', n, f: { sku: k.toUpperCase() }, ...fields });

export const put = (q: number, k: string, v: unknown, fields: Fields = {}): Fields =>
  op(q, { c: 'preferences', k, t: 'put', v, ...fields });

export const rowOf = (reply: SyncReply, collection: string, key: string): Row | undefined =>
  reply.ent.find(([c, k]) => c === collection && k === key);

/** Fails the test when the reply has no such line. */
export const lineOf = (reply: SyncReply, key: string): Line => {
  const state = rowOf(reply, 'cart', key)?.[3];
  if (!state) throw new Error(`no line ${key}`);
  return state as unknown as Line;
};

export const statuses = (acks: readonly Ack[] | undefined): string[] =>
  (acks ?? []).map(([, status, detail]) => (typeof detail === 'string' ? `${status} ${detail}` : status));
