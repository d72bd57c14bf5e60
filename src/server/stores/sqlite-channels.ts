import type { Database } from 'better-sqlite3';
import type { Json } from '../../core/json.ts';
import type { AuditRow, ChannelReads, ChannelWrites } from '../store-channels.ts';
import type { Lease } from './settle-in-time.ts';

type AuditColumns = { readonly id: string; readonly at: number; readonly body: string };

/** Prepares the statements that read what other channels did, and the answers they were given. */
export const prepareChannelReads = (db: Database): ((lease: Lease) => ChannelReads) => {
  const audit = db.prepare<[string, number, string, number], AuditColumns>(
    'SELECT id, at, body FROM audit WHERE space = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?',
  );
  const idempotent = db.prepare<[string, string], { hash: string; at: number; reply: string }>(
    'SELECT hash, at, reply FROM idempotency WHERE site = ? AND key = ?',
  );
  return ({ check }) => ({
    async audit(space, { before = { at: Number.MAX_SAFE_INTEGER, id: '' }, limit }) {
      check();
      const rows = audit.all(space, before.at, before.id, limit);
      return rows.map(({ id, at, body }) => ({ ...(JSON.parse(body) as AuditRow), id, at }));
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
  const putAudit = db.prepare('INSERT OR REPLACE INTO audit (space, at, id, body) VALUES (?, ?, ?, ?)');
  const forgetAudit = db.prepare('DELETE FROM audit WHERE space = ? AND at < ?');
  const trimAudit = db.prepare(
    `DELETE FROM audit WHERE space = ? AND (at, id) IN
     (SELECT at, id FROM audit WHERE space = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)`,
  );
  const forget = db.prepare('DELETE FROM idempotency WHERE at < ?');
  const put = db.prepare('INSERT OR REPLACE INTO idempotency (site, key, hash, at, reply) VALUES (?, ?, ?, ?, ?)');
  return ({ check }) => ({
    async putAudit(space, { id, at, ...body }, { most, sinceMs }) {
      check();
      putAudit.run(space, at, id, JSON.stringify(body));
      forgetAudit.run(space, sinceMs);
      trimAudit.run(space, space, most);
    },
    async putIdempotent(site, key, { hash, at, reply }, sinceMs) {
      check();
      forget.run(sinceMs);
      put.run(site, key, hash, at, JSON.stringify(reply));
    },
  });
};
