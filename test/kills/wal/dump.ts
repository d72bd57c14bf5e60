import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { quantityOf } from '../../../src/core/counter.ts';
import type { Line } from '../../../src/core/line.ts';

/** Everything in a database, as one short text: equal for equal rows of all tables. */
export const dump = (path: string): string => {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .all();
    const hash = createHash('sha256');
    for (const { name } of tables) {
      const rows = db.prepare(`SELECT * FROM "${name}"`).raw().all();
      hash.update(
        `${name}\n${rows
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n')}\n`,
      );
    }
    return hash.digest('hex').slice(0, 16);
  } finally {
    db.close();
  }
};

/** Quantities of all carts by space and line. */
export const quantities = (path: string): Readonly<Record<string, number>> => {
  const db = new Database(path, { readonly: true });
  try {
    const rows = db
      .prepare<[], { space: string; key: string; body: string }>(
        "SELECT space, key, body FROM entry WHERE collection = 'cart' AND body IS NOT NULL ORDER BY space, key",
      )
      .all();
    return Object.fromEntries(
      rows.map(({ space, key, body }) => [`${space} ${key}`, quantityOf((JSON.parse(body) as Line).q)]),
    );
  } finally {
    db.close();
  }
};
