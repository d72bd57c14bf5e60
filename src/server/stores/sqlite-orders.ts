import type { Database } from 'better-sqlite3';
import type { Json } from '../../core/json.ts';
import { type OrderReads, type OrderWrites, orderRowFrom } from '../store-orders.ts';
import type { Lease } from './settle-in-time.ts';

/** Prepares the statements that read orders. */
export const prepareOrderReads = (db: Database): ((lease: Lease) => OrderReads) => {
  const order = db.prepare<[string, string], { body: string }>(
    'SELECT body FROM "order" WHERE space = ? AND order_id = ?',
  );
  return ({ check }) => ({
    async order(space, orderId) {
      check();
      const found = order.get(space, orderId);
      return found && orderRowFrom(orderId, JSON.parse(found.body) as Json);
    },
  });
};

/** Prepares the statements that write orders. */
export const prepareOrderWrites = (db: Database): ((lease: Lease) => OrderWrites) => {
  const put = db.prepare('INSERT OR REPLACE INTO "order" (space, order_id, body) VALUES (?, ?, ?)');
  const count = db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM "order" WHERE space = ?');
  const trim = db.prepare(
    `DELETE FROM "order" WHERE space = ? AND order_id IN
     (SELECT order_id FROM "order" WHERE space = ?
      ORDER BY coalesce(body ->> '$.at', 0) DESC, order_id LIMIT -1 OFFSET ?)`,
  );
  const copy = db.prepare(
    `INSERT OR IGNORE INTO "order" (space, order_id, body) SELECT ?, order_id, json_set(body, '$.copied', json('true')) FROM "order"
     WHERE space = ? AND coalesce(body ->> '$.taken', 'unknown, of 0.1.0') <> '{}'`,
  );
  return ({ check }) => ({
    async putOrder(space, { orderId, ...body }, most) {
      check();
      put.run(space, orderId, JSON.stringify(body));
      if ((count.get(space)?.n ?? 0) > most) trim.run(space, space, most);
    },
    async copyOrders(from, to) {
      check();
      copy.run(to, from);
    },
  });
};
