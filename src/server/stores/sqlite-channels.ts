import type { Database } from 'better-sqlite3';
import type { Json } from '../../core/json.ts';
import type { AuditRow, ChannelReads, ChannelWrites } from '../store-channels.ts';
import type { Lease } from './settle-in-time.ts';

type AuditColumns = { readonly id: string; readonly at: number; readonly shelf: string; readonly body: string };

/** Prepares the statements that read what other channels did, and the answers they were given. */
export const prepareChannelReads = (db: Database): ((lease: Lease) => ChannelReads) => {
  const audit = db.prepare<[string, number, string, number], AuditColumns>(
    'SELECT id, at, shelf, body FROM audit WHERE space = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?',
  );
  const hasIdempotent = db.prepare<[number], { n: number }>(
    'SELECT EXISTS (SELECT 1 FROM idempotency WHERE at < ?) AS n',
  );
  const idempotent = db.prepare<[string, string], { hash: string; at: number; reply: string }>(
    'SELECT hash, at, reply FROM idempotency WHERE site = ? AND key = ?',
  );
  return ({ check }) => ({
    async audit(space, { before = { at: Number.MAX_SAFE_INTEGER, id: '' }, limit }) {
      check();
      const rows = audit.all(space, before.at, before.id, limit);
      return rows.map(({ body, ...columns }) => ({ ...(JSON.parse(body) as AuditRow), ...columns }));
    },
    async hasIdempotent(sinceMs) {
      check();
      return hasIdempotent.get(sinceMs)?.n === 1;
    },
    async idempotent(site, key) {
      check();
      const found = idempotent.get(site, key);
      return found && { hash: found.hash, at: found.at, reply: JSON.parse(found.reply) as Json };
    },
  });
};

/** Prepares the statements that write them. */
export const prepareChannelWrites = (db: Database): ((lease: Lease) => ChannelWrites) => {
  const putAudit = db.prepare('INSERT OR REPLACE INTO audit (space, at, id, shelf, body) VALUES (?, ?, ?, ?, ?)');
  const forgetAudit = db.prepare('DELETE FROM audit WHERE space = ? AND at < ?');
  const trimAudit = db.prepare(
    `DELETE FROM audit WHERE space = ? AND (at, id) IN
     (SELECT at, id FROM audit WHERE space = ? AND shelf = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)`,
  );
  const oldestAudit = db.prepare<[string], { at: number | null }>('SELECT min(at) AS at FROM audit WHERE space = ?');
  const forget = db.prepare('DELETE FROM idempotency WHERE at < ?');
  const put = db.prepare('INSERT OR REPLACE INTO idempotency (site, key, hash, at, reply) VALUES (?, ?, ?, ?, ?)');
  return ({ check }) => ({
    async putAudit(space, { id, at, shelf, ...body }, { most, sinceMs }) {
      check();
      putAudit.run(space, at, id, shelf, JSON.stringify(body));
      forgetAudit.run(space, sinceMs);
      trimAudit.run(space, space, shelf, most);
    },
    async forgetAudit(space, sinceMs) {
      check();
      forgetAudit.run(space, sinceMs);
      return oldestAudit.get(space)?.at ?? undefined;
    },
    async forgetIdempotent(sinceMs) {
      check();
      forget.run(sinceMs);
    },
    async putIdempotent(site, key, { hash, at, reply }) {
      check();
      put.run(site, key, hash, at, JSON.stringify(reply));
    },
  });
};
