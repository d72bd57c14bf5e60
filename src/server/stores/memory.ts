import type { Json } from '../../core/json.ts';
import { RelevoError } from '../../core/relevo-error.ts';
import {
  type AppliedRow,
  type ClaimRow,
  type DeviceRow,
  type EntryRow,
  type ReplicaRow,
  ringSize,
  type SpaceRow,
  type Store,
  type WriteTx,
} from '../store.ts';
import type { AuditRow, IdempotentRow } from '../store-channels.ts';
import type { CheckoutRow } from '../store-checkouts.ts';
import type { KnownDevice, RevokedRow } from '../store-devices.ts';
import type { OrderRow } from '../store-orders.ts';
import { memoryChannels } from './memory-channels.ts';
import { memoryCheckouts } from './memory-checkouts.ts';
import { memoryDevices } from './memory-devices.ts';
import { memoryOrders } from './memory-orders.ts';
import { path } from './memory-rows.ts';
import { type Lease, settleInTime, type Timer } from './settle-in-time.ts';

export type MemoryStoreOptions = {
  /** For giving up bodies that never settle. Without it they are waited for. */
  readonly timer?: Timer;
  /** Default 1,000. */
  readonly bodyTimeoutMs?: number;
};

const never: Timer = () => () => {};

/** A store that forgets at the end of the process: tests, simulations, trying things out. */
export const memoryStore = ({ timer = never, bodyTimeoutMs = 1_000 }: MemoryStoreOptions = {}): Store => {
  const tables = createTables();
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  // One body after the other, readers too: a reader between two steps of a writer would see half of it.
  const run = <T>(body: (tx: WriteTx) => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new RelevoError('server/busy', { retryable: true }));
    const result = turn.then(async () => {
      const undo: (() => void)[] = [];
      try {
        return await settleInTime((lease) => body(transaction(tables, undo, lease)), {
          timer,
          timeoutMs: bodyTimeoutMs,
        });
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error;
      }
    });
    turn = result.catch(() => {});
    return result;
  };

  return {
    read: run,
    write: run,
    async close() {
      isClosed = true;
      await turn;
    },
  };
};

const createTables = () => ({
  spaces: new Map<string, SpaceRow>(),
  entries: new Map<string, Map<string, EntryRow>>(),
  replicas: new Map<string, Map<string, ReplicaRow>>(),
  applied: new Map<string, AppliedRow>(),
  claims: new Map<string, ClaimRow>(),
  orders: new Map<string, OrderRow>(),
  checkouts: new Map<string, CheckoutRow>(),
  audit: new Map<string, Map<string, AuditRow>>(),
  idempotent: new Map<string, IdempotentRow>(),
  receipts: new Map<string, Json>(),
  devices: new Map<string, Map<string, DeviceRow>>(),
  notes: new Map<string, Pick<KnownDevice, 'id' | 'channel' | 'since'>>(),
  revoked: new Map<string, RevokedRow>(),
  nonces: new Map<string, number>(),
  meta: new Map<string, string>(),
  heads: new Map<string, number>(),
});

const transaction = (tables: ReturnType<typeof createTables>, undo: (() => void)[], lease: Lease): WriteTx => {
  const put = <V>(table: Map<string, V>, key: string, value: V | undefined) => {
    lease.check();
    const before = table.get(key);
    undo.push(() => (before === undefined ? table.delete(key) : table.set(key, before)));
    if (value === undefined) table.delete(key);
    else table.set(key, value);
  };
  const get = <V>(table: Map<string, V>, key: string): V | undefined => {
    lease.check();
    return table.get(key);
  };
  const within = <V>(table: Map<string, Map<string, V>>, space: string): Map<string, V> => {
    lease.check();
    const rows = table.get(space) ?? new Map<string, V>();
    table.set(space, rows);
    return rows;
  };
  /** The rows whose path begins with these parts, by path. */
  const under = <V>(table: Map<string, V>, prefix: string): (readonly [string, V])[] => {
    lease.check();
    return [...table].filter(([at]) => at.startsWith(`${prefix}\n`)).sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const live = (space: string, collection?: string): EntryRow[] =>
    [...within(tables.entries, space).values()].filter(
      (row) => row.state !== null && (collection === undefined || row.collection === collection),
    );

  const reach = { put, get, under, within };
  const { dropCheckouts, ...checkouts } = memoryCheckouts(tables.checkouts, reach);
  return {
    ...memoryOrders(tables.orders, reach),
    ...memoryChannels(tables, reach),
    ...checkouts,
    ...memoryDevices(tables, reach),
    space: async (id) => get(tables.spaces, id),
    rowsAfter: async (space, version, limit) =>
      [...within(tables.entries, space).values()]
        .filter((row) => row.version > version)
        .sort((a, b) => a.version - b.version)
        .slice(0, limit),
    liveRows: async (space, limit) =>
      live(space)
        .sort((a, b) => a.version - b.version)
        .slice(0, limit),
    entries: async (space, collection) => live(space, collection),
    entry: async (space, collection, key) => within(tables.entries, space).get(path(collection, key)),
    replica: async (space, id) => within(tables.replicas, space).get(id),
    replicas: async (space) => [...within(tables.replicas, space).values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    dueSpaces: async (now, limit) =>
      [...tables.spaces.values()]
        .filter(({ due }) => due <= now)
        .sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    async applied(space, replica, q) {
      const row = get(tables.applied, path(space, replica, q % ringSize));
      return row?.q === q ? row : undefined;
    },
    async appliedAs(space, opIds, replica) {
      lease.check();
      const prefix = replica === undefined ? path(space, '') : path(space, replica, '');
      const wanted = new Set(opIds);
      const found = new Map<string, AppliedRow>();
      for (const [at, row] of tables.applied)
        if (wanted.has(row.opId) && !found.has(row.opId) && at.startsWith(prefix)) found.set(row.opId, row);
      return found;
    },
    claim: async (guest) => get(tables.claims, guest),
    guestsOf: async (space, most) =>
      [...tables.claims.values()]
        .filter((row) => row.space === space)
        .sort((a, b) => b.triedAt - a.triedAt)
        .slice(0, most)
        .map(({ guest }) => guest),
    waitingClaims: async (space) =>
      [...tables.claims.values()].filter((row) => row.space === space && row.status === 'waiting'),
    receipt: async (space, id) => get(tables.receipts, path(space, id)),
    device: async (space, id) => within(tables.devices, space).get(id),
    meta: async (name) => get(tables.meta, name),
    restoredHead: async (space) => get(tables.heads, space),

    putSpace: async (row) => put(tables.spaces, row.id, row),
    putEntry: async (space, row) => put(within(tables.entries, space), path(row.collection, row.key), row),
    countEntries: async (space, collection) => live(space, collection).length,
    oldestEntries: async (space, collection, n) =>
      live(space, collection)
        .sort((a, b) => a.wall - b.wall || (a.key < b.key ? -1 : 1))
        .slice(0, n),
    putReplica: async (space, row) => put(within(tables.replicas, space), row.id, row),
    putApplied: async (space, replica, row) => put(tables.applied, path(space, replica, row.q % ringSize), row),
    putClaim: async (row) => put(tables.claims, row.guest, row),
    putReceipt: async (space, id, body) => put(tables.receipts, path(space, id), body),
    async putDevice(space, row, most) {
      const devices = within(tables.devices, space);
      put(devices, row.id, row);
      const isIn = ({ seenAt, signedOutAt }: DeviceRow) => seenAt > signedOutAt;
      const isFirst = ({ id }: DeviceRow) => Number(id === row.id);
      const latest = [...devices.values()].sort(
        (a, b) => isFirst(b) - isFirst(a) || b.seenAt - a.seenAt || (a.id < b.id ? -1 : 1),
      );
      for (const part of [latest.filter(isIn), latest.filter((one) => !isIn(one))])
        for (const { id } of part.slice(most)) put(devices, id, undefined);
    },
    async useNonce(nonce, expiresAtMs, now) {
      for (const [old, endMs] of tables.nonces) if (endMs < now) put(tables.nonces, old, undefined);
      if (get(tables.nonces, nonce) !== undefined) return false;
      put(tables.nonces, nonce, expiresAtMs);
      return true;
    },
    putMeta: async (name, value) => put(tables.meta, name, value),
    dropEntry: async (space, collection, key) => put(within(tables.entries, space), path(collection, key), undefined),
    async dropReplica(space, id) {
      for (const [at] of under(tables.applied, path(space, id))) put(tables.applied, at, undefined);
      put(within(tables.replicas, space), id, undefined);
    },
    async dropSpace(id) {
      dropCheckouts(id);
      for (const table of [tables.entries, tables.devices, tables.replicas, tables.audit])
        for (const at of [...within<unknown>(table as Map<string, Map<string, unknown>>, id).keys()])
          put(within<unknown>(table as Map<string, Map<string, unknown>>, id), at, undefined);
      for (const table of [tables.applied, tables.orders, tables.receipts, tables.notes, tables.revoked])
        for (const [at] of under<unknown>(table as Map<string, unknown>, id))
          put<unknown>(table as Map<string, unknown>, at, undefined);
      put(tables.spaces, id, undefined);
    },
    async keepHeads() {
      for (const id of [...tables.heads.keys()]) put(tables.heads, id, undefined);
      for (const { id, version } of tables.spaces.values()) put(tables.heads, id, version);
    },
  };
};
