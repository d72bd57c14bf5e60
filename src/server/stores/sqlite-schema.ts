/** Format of the database file; written into `user_version`. */
export const schemaVersion = 2;

/** The tables, as they are made in an empty file. Every key begins with the space, and a space's id with its site. */
export const schema = `
CREATE TABLE space (
  id TEXT PRIMARY KEY, site TEXT NOT NULL, kind TEXT NOT NULL, secret TEXT, era INTEGER NOT NULL, acl INTEGER NOT NULL,
  version INTEGER NOT NULL, gc_version INTEGER NOT NULL DEFAULT 0, clock INTEGER NOT NULL, bytes INTEGER NOT NULL,
  lines INTEGER NOT NULL, due INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX space_by_due ON space (due);
CREATE TABLE entry (
  space TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, born INTEGER NOT NULL,
  wall INTEGER NOT NULL, touched INTEGER NOT NULL, body TEXT, PRIMARY KEY (space, collection, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_by_version ON entry (space, version);
CREATE TABLE replica (
  space TEXT NOT NULL, id TEXT NOT NULL, last INTEGER NOT NULL, low INTEGER NOT NULL, seen_at INTEGER NOT NULL, retired_at INTEGER,
  PRIMARY KEY (space, id)
) WITHOUT ROWID;
CREATE TABLE applied (
  space TEXT NOT NULL, replica TEXT NOT NULL, slot INTEGER NOT NULL, q INTEGER NOT NULL, op TEXT NOT NULL,
  ack TEXT NOT NULL, PRIMARY KEY (space, replica, slot)
) WITHOUT ROWID;
CREATE TABLE claim (
  guest TEXT PRIMARY KEY, space TEXT NOT NULL, status TEXT NOT NULL, receipt TEXT, carried TEXT, tried_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX claim_waiting ON claim (space) WHERE status = 'waiting';
CREATE TABLE "order" (
  space TEXT NOT NULL, order_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (space, order_id)
) WITHOUT ROWID;
CREATE TABLE receipt (space TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (space, id)) WITHOUT ROWID;
CREATE TABLE device (
  space TEXT NOT NULL, id TEXT NOT NULL, seen_at INTEGER NOT NULL, signed_out_at INTEGER NOT NULL,
  PRIMARY KEY (space, id)
) WITHOUT ROWID;
CREATE TABLE ticket (nonce TEXT PRIMARY KEY, exp INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ticket_by_exp ON ticket (exp);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * From format 1, by default values alone: no row is written anew, however large the file is.
 * @param nowMs when: what is there already counts as changed now, so that nothing is forgotten too early
 */
export const upgradeFrom1 = (nowMs: number): string => `
ALTER TABLE space ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
CREATE INDEX space_by_due ON space (due);
ALTER TABLE entry ADD COLUMN touched INTEGER NOT NULL DEFAULT ${Math.floor(nowMs)};
ALTER TABLE replica ADD COLUMN retired_at INTEGER;
`;

/** Tables and indices that came after the first release of this format; made where they are missing, in a file of any age. */
export const laterTables = `
CREATE INDEX IF NOT EXISTS claim_by_space ON claim (space, tried_at);
CREATE TABLE IF NOT EXISTS restored (space TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkout (
  site TEXT NOT NULL, id TEXT NOT NULL, space TEXT NOT NULL, opened_at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS checkout_by_space ON checkout (space, opened_at);
CREATE TABLE IF NOT EXISTS audit (
  space TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, shelf TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (space, at, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency (
  site TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, reply TEXT NOT NULL,
  PRIMARY KEY (site, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_by_time ON idempotency (at);
CREATE TABLE IF NOT EXISTS device_note (
  space TEXT NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (space, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revoked (
  space TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL, known_ms INTEGER NOT NULL, before TEXT,
  PRIMARY KEY (space, device)
) WITHOUT ROWID;
`;
