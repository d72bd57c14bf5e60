import type { Database } from 'better-sqlite3';
import type { Json } from '../../core/json.ts';
import {
  type AppliedRow,
  type ClaimRow,
  type EntryRow,
  type ReadTx,
  type ReplicaRow,
  ringSize,
  type SpaceRow,
  type WriteTx,
} from '../store.ts';
import type { Lease } from './settle-in-time.ts';
import { prepareChannelReads, prepareChannelWrites } from './sqlite-channels.ts';
import { prepareCheckoutReads, prepareCheckoutWrites } from './sqlite-checkouts.ts';
import { prepareOrderReads, prepareOrderWrites } from './sqlite-orders.ts';

// The columns are our own; what SQLite returns has the shape that these functions wrote.
type Raw = { readonly [column: string]: string | number | null };

const text = (value: Json): string => JSON.stringify(value);
const json = (value: unknown): Json => (typeof value === 'string' ? JSON.parse(value) : null);

const entryColumns = 'collection, key, version, born, wall, touched, body';
const spaceColumns = 'id, site, kind, secret, era, acl, version, clock, bytes, lines, gc_version AS gcVersion, due';
const toEntry = (raw: Raw): EntryRow => {
  const { collection, key, version, born, wall, touched } = raw as unknown as EntryRow;
  return { collection, key, version, born, wall, touched, state: json(raw.body) };
};
const toReplica = ({ id, last, low, seen_at, retired_at }: Raw): ReplicaRow => ({
  id: String(id),
  last: Number(last),
  low: Number(low),
  seenAt: Number(seen_at),
  retiredAt: retired_at == null ? null : Number(retired_at),
});
const toApplied = ({ q, op, ack }: Raw): AppliedRow => ({
  q: Number(q),
  opId: String(op),
  ack: json(ack) as readonly Json[],
});
const toClaim = ({ tried_at, carried, ...raw }: Raw): ClaimRow => ({
  ...(raw as unknown as ClaimRow),
  carried: json(carried),
  triedAt: Number(tried_at),
});

/** Prepares the reading statements of a connection; the result makes a `ReadTx` for each body. */
export const prepareReads = (db: Database): ((lease: Lease) => ReadTx) => {
  const orders = prepareOrderReads(db);
  const channels = prepareChannelReads(db);
  const checkouts = prepareCheckoutReads(db);
  const space = db.prepare<[string], SpaceRow>(`SELECT ${spaceColumns} FROM space WHERE id = ?`);
  const due = db.prepare<[number, number], SpaceRow>(
    `SELECT ${spaceColumns} FROM space WHERE due <= ? ORDER BY due, id LIMIT ?`,
  );
  const after = db.prepare<[string, number, number], Raw>(
    `SELECT ${entryColumns} FROM entry WHERE space = ? AND version > ? ORDER BY version LIMIT ?`,
  );
  const live = db.prepare<[string, number], Raw>(
    `SELECT ${entryColumns} FROM entry WHERE space = ? AND body IS NOT NULL ORDER BY version LIMIT ?`,
  );
  const all = db.prepare<[string], Raw>(`SELECT ${entryColumns} FROM entry WHERE space = ? AND body IS NOT NULL`);
  const some = db.prepare<[string, string], Raw>(
    `SELECT ${entryColumns} FROM entry WHERE space = ? AND collection = ? AND body IS NOT NULL`,
  );
  const one = db.prepare<[string, string, string], Raw>(
    `SELECT ${entryColumns} FROM entry WHERE space = ? AND collection = ? AND key = ?`,
  );
  const replicaColumns = 'id, last, low, seen_at, retired_at';
  const replica = db.prepare<[string, string], Raw>(`SELECT ${replicaColumns} FROM replica WHERE space = ? AND id = ?`);
  const replicas = db.prepare<[string], Raw>(`SELECT ${replicaColumns} FROM replica WHERE space = ? ORDER BY id`);
  const applied = db.prepare<[string, string, number, number], Raw>(
    'SELECT q, op, ack FROM applied WHERE space = ? AND replica = ? AND slot = ? AND q = ?',
  );
  const wanted = 'op IN (SELECT value FROM json_each(?)) ORDER BY replica DESC, slot DESC';
  const marked = 'SELECT q, op, ack FROM applied WHERE space = ? AND';
  const appliedAs = db.prepare<[string, string], Raw>(`${marked} ${wanted}`);
  const appliedBy = db.prepare<[string, string, string], Raw>(`${marked} replica = ? AND ${wanted}`);
  const claim = db.prepare<[string], Raw>('SELECT * FROM claim WHERE guest = ?');
  const waiting = db.prepare<[string], Raw>(
    "SELECT * FROM claim WHERE space = ? AND status = 'waiting' ORDER BY guest",
  );
  const lastGuests = 'SELECT guest FROM claim WHERE space = ? ORDER BY tried_at DESC LIMIT ?';
  const guests = db.prepare<[string, number], { guest: string }>(lastGuests);
  const receipt = db.prepare<[string, string], Raw>('SELECT body FROM receipt WHERE space = ? AND id = ?');
  const device = db.prepare<[string, string], Raw>(
    'SELECT id, seen_at, signed_out_at FROM device WHERE space = ? AND id = ?',
  );
  const restored = db.prepare<[string], { head: number }>('SELECT head FROM restored WHERE space = ?');
  const meta = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');

  return ({ check }) => ({
    ...orders({ check }),
    ...channels({ check }),
    ...checkouts({ check }),
    async space(id) {
      check();
      return space.get(id);
    },
    async rowsAfter(id, version, limit) {
      check();
      return after.all(id, version, limit).map(toEntry);
    },
    async liveRows(id, limit) {
      check();
      return live.all(id, limit).map(toEntry);
    },
    async entries(id, collection) {
      check();
      return (collection === undefined ? all.all(id) : some.all(id, collection)).map(toEntry);
    },
    async entry(id, collection, key) {
      check();
      const raw = one.get(id, collection, key);
      return raw && toEntry(raw);
    },
    async replica(id, name) {
      check();
      const raw = replica.get(id, name);
      return raw && toReplica(raw);
    },
    async replicas(id) {
      check();
      return replicas.all(id).map(toReplica);
    },
    async dueSpaces(now, limit) {
      check();
      return due.all(now, limit);
    },
    async applied(id, name, q) {
      check();
      const raw = applied.get(id, name, q % ringSize, q);
      return raw && toApplied(raw);
    },
    async appliedAs(id, opIds, name) {
      check();
      const ids = JSON.stringify(opIds);
      const found = name === undefined ? appliedAs.all(id, ids) : appliedBy.all(id, name, ids);
      return new Map(found.map((raw) => [String(raw.op), toApplied(raw)]));
    },
    async claim(guest) {
      check();
      const raw = claim.get(guest);
      return raw && toClaim(raw);
    },
    async guestsOf(id, most) {
      check();
      return guests.all(id, most).map(({ guest }) => guest);
    },
    async waitingClaims(id) {
      check();
      return waiting.all(id).map(toClaim);
    },
    async receipt(id, name) {
      check();
      const raw = receipt.get(id, name);
      return raw && json(raw.body);
    },
    async device(id, name) {
      check();
      const raw = device.get(id, name);
      return raw && { id: name, seenAt: Number(raw.seen_at), signedOutAt: Number(raw.signed_out_at) };
    },
    async meta(name) {
      check();
      return meta.get(name)?.value;
    },
    async restoredHead(id) {
      check();
      return restored.get(id)?.head;
    },
  });
};

/** Prepares the writing statements of a connection; the result makes a `WriteTx` for each body. */
export const prepareWrites = (db: Database): ((lease: Lease) => WriteTx) => {
  const reads = prepareReads(db);
  const orders = prepareOrderWrites(db);
  const channels = prepareChannelWrites(db);
  const checkouts = prepareCheckoutWrites(db);
  const putSpace = db.prepare(
    `INSERT INTO space (id, site, kind, secret, era, acl, version, clock, bytes, lines, gc_version, due)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, era = excluded.era, acl = excluded.acl,
       version = excluded.version, clock = excluded.clock, bytes = excluded.bytes, lines = excluded.lines,
       gc_version = excluded.gc_version, due = excluded.due`,
  );
  const putEntry = db.prepare(
    `INSERT INTO entry (space, ${entryColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (space, collection, key) DO UPDATE SET version = excluded.version, wall = excluded.wall,
       touched = excluded.touched, body = excluded.body`,
  );
  const count = db.prepare<[string, string], { n: number }>(
    'SELECT count(*) AS n FROM entry WHERE space = ? AND collection = ? AND body IS NOT NULL',
  );
  const oldest = db.prepare<[string, string, number], Raw>(
    `SELECT ${entryColumns} FROM entry WHERE space = ? AND collection = ? AND body IS NOT NULL ORDER BY wall, key LIMIT ?`,
  );
  const putReplica = db.prepare(
    'INSERT OR REPLACE INTO replica (space, id, last, low, seen_at, retired_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const putApplied = db.prepare(
    'INSERT OR REPLACE INTO applied (space, replica, slot, q, op, ack) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const putClaim = db.prepare(
    'INSERT OR REPLACE INTO claim (guest, space, status, receipt, carried, tried_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const putReceipt = db.prepare('INSERT OR REPLACE INTO receipt (space, id, body) VALUES (?, ?, ?)');
  const putDevice = db.prepare('INSERT OR REPLACE INTO device (space, id, seen_at, signed_out_at) VALUES (?, ?, ?, ?)');
  const trimDevices = db.prepare(
    `DELETE FROM device WHERE space = ? AND id IN
     (SELECT id FROM device WHERE space = ? ORDER BY seen_at DESC, id LIMIT -1 OFFSET ?)`,
  );
  const forgetNonces = db.prepare('DELETE FROM ticket WHERE exp < ?');
  const useNonce = db.prepare('INSERT OR IGNORE INTO ticket (nonce, exp) VALUES (?, ?)');
  const dropEntry = db.prepare('DELETE FROM entry WHERE space = ? AND collection = ? AND key = ?');
  const dropApplied = db.prepare('DELETE FROM applied WHERE space = ? AND replica = ?');
  const dropReplica = db.prepare('DELETE FROM replica WHERE space = ? AND id = ?');
  const dropSpace = ['entry', 'applied', 'replica', '"order"', 'receipt', 'device', 'audit', 'checkout']
    .map((table) => db.prepare(`DELETE FROM ${table} WHERE space = ?`))
    .concat(db.prepare('DELETE FROM space WHERE id = ?'));
  const forgetHeads = db.prepare('DELETE FROM restored');
  const keepHeads = db.prepare('INSERT INTO restored (space, head) SELECT id, version FROM space');
  const putMeta = db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)');

  return (lease) => ({
    ...reads(lease),
    ...orders(lease),
    ...channels(lease),
    ...checkouts(lease),
    async putSpace(r) {
      lease.check();
      const { id, site, kind, secret, era, acl, version, clock, bytes, lines, gcVersion, due } = r;
      putSpace.run(id, site, kind, secret, era, acl, version, clock, bytes, lines, gcVersion, due);
    },
    async putEntry(space, { collection, key, version, born, wall, touched, state }) {
      lease.check();
      putEntry.run(space, collection, key, version, born, wall, touched, state === null ? null : text(state));
    },
    async countEntries(space, collection) {
      lease.check();
      return count.get(space, collection)?.n ?? 0;
    },
    async oldestEntries(space, collection, n) {
      lease.check();
      return oldest.all(space, collection, n).map(toEntry);
    },
    async putReplica(space, { id, last, low, seenAt, retiredAt }) {
      lease.check();
      putReplica.run(space, id, last, low, seenAt, retiredAt);
    },
    async putApplied(space, replica, { q, opId, ack }) {
      lease.check();
      putApplied.run(space, replica, q % ringSize, q, opId, text(ack));
    },
    async putClaim({ guest, space, status, receipt, carried, triedAt }) {
      lease.check();
      putClaim.run(guest, space, status, receipt, carried === null ? null : text(carried), triedAt);
    },
    async putReceipt(space, id, body) {
      lease.check();
      putReceipt.run(space, id, text(body));
    },
    async putDevice(space, { id, seenAt, signedOutAt }, most) {
      lease.check();
      putDevice.run(space, id, seenAt, signedOutAt);
      trimDevices.run(space, space, most);
    },
    async useNonce(nonce, expiresAtMs, now) {
      lease.check();
      forgetNonces.run(now);
      return useNonce.run(nonce, expiresAtMs).changes === 1;
    },
    async putMeta(name, value) {
      lease.check();
      putMeta.run(name, value);
    },
    async dropEntry(space, collection, key) {
      lease.check();
      dropEntry.run(space, collection, key);
    },
    async dropReplica(space, id) {
      lease.check();
      dropApplied.run(space, id);
      dropReplica.run(space, id);
    },
    async dropSpace(id) {
      lease.check();
      for (const statement of dropSpace) statement.run(id);
    },
    async keepHeads() {
      lease.check();
      forgetHeads.run();
      keepHeads.run();
    },
  });
};
