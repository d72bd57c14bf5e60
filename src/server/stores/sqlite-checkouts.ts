import type { Database } from 'better-sqlite3';
import type { CheckoutReads, CheckoutRow, CheckoutWrites } from '../store-checkouts.ts';
import type { Lease } from './settle-in-time.ts';

type Columns = {
  readonly site: string;
  readonly id: string;
  readonly space: string;
  readonly openedAt: number;
  readonly body: string;
};

const toRow = ({ body, ...columns }: Columns): CheckoutRow => ({ ...(JSON.parse(body) as CheckoutRow), ...columns });

const columns = 'site, id, space, opened_at AS openedAt, body';

/** Prepares the statements that read checkouts. */
export const prepareCheckoutReads = (db: Database): ((lease: Lease) => CheckoutReads) => {
  const one = db.prepare<[string, string], Columns>(`SELECT ${columns} FROM checkout WHERE site = ? AND id = ?`);
  const all = db.prepare<[string], Columns>(
    `SELECT ${columns} FROM checkout WHERE space = ? ORDER BY opened_at DESC, id`,
  );
  return ({ check }) => ({
    async checkout(site, id) {
      check();
      const found = one.get(site, id);
      return found && toRow(found);
    },
    async checkouts(space) {
      check();
      return all.all(space).map(toRow);
    },
  });
};

/** Prepares the statements that write them. */
export const prepareCheckoutWrites = (db: Database): ((lease: Lease) => CheckoutWrites) => {
  const put = db.prepare('INSERT OR REPLACE INTO checkout (site, id, space, opened_at, body) VALUES (?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM checkout WHERE space = ? AND opened_at < ?');
  const drop = db.prepare('DELETE FROM checkout WHERE site = ? AND id = ?');
  return ({ check }) => ({
    async dropCheckout(site, id) {
      check();
      drop.run(site, id);
    },
    async putCheckout({ site, id, space, openedAt, ...body }, sinceMs) {
      check();
      put.run(site, id, space, openedAt, JSON.stringify(body));
      forget.run(space, sinceMs);
    },
  });
};
