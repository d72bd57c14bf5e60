import Database from 'better-sqlite3';

/**
 * What a database says about itself that cannot be so: pages that do not fit together, a replica whose last
 * number is not the last one it remembers, or that remembers one twice or with a hole, entries later than
 * their space, claims without their receipt. Empty when all is right.
 */
export const audit = (path: string): string[] => {
  const db = new Database(path, { readonly: true });
  const all = (sql: string) => db.prepare<[], Record<string, unknown>>(sql).all();
  const found = (what: string, sql: string) => all(sql).map((row) => `${what}: ${JSON.stringify(row)}`);
  try {
    return [
      ...found('integrity', 'PRAGMA integrity_check').filter((text) => !text.includes('"ok"')),
      ...found(
        'ring',
        `SELECT r.space, r.id, r.last, max(a.q) AS newest, count(a.q) AS kept, count(DISTINCT a.op) AS ids
         FROM replica r LEFT JOIN applied a ON a.space = r.space AND a.replica = r.id WHERE r.last > 0 GROUP BY r.space, r.id
         HAVING newest IS NOT r.last OR kept <> min(r.last, 256) OR ids <> kept`,
      ),
      ...found(
        'forgotten replica',
        'SELECT DISTINCT space, replica FROM applied WHERE (space, replica) NOT IN (SELECT space, id FROM replica)',
      ),
      ...found(
        'late entry',
        'SELECT e.space, e.key FROM entry e LEFT JOIN space s ON s.id = e.space WHERE s.id IS NULL OR e.version > s.version',
      ),
      ...found(
        'claim',
        `SELECT guest FROM claim WHERE status <> 'merged' OR
         (receipt IS NOT NULL AND (space, receipt) NOT IN (SELECT space, id FROM receipt))`,
      ),
      ...found(
        'receipts',
        'SELECT * FROM (SELECT count(receipt) AS claims, (SELECT count(*) FROM receipt) AS receipts FROM claim) WHERE claims <> receipts',
      ),
    ];
  } finally {
    db.close();
  }
};
