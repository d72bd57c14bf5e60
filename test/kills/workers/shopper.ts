import { emptyCounter, quantityOf } from '../../../src/core/counter.ts';
import type { Row, SyncReply } from '../../../src/protocol/messages.ts';
import { createWire, type Fields } from './wire.ts';
import { cartOf, differences, lineOf, requireAcks, type Worker } from './worker.ts';

export type Shopper = Worker & { readonly orders: number; readonly signOuts: number };

/**
 * One of several devices of a customer, all at work at the same time. It changes a line of its own (adds,
 * sets and orders, so that its quantity is known exactly), pulls what the others did from its cursor, and
 * signs out now and then, to come back as another device with nothing.
 */
export const createShopper = async ({
  name,
  auth,
  port,
  random,
}: {
  name: string;
  auth: Fields;
  port: () => number;
  random: () => number;
}): Promise<Shopper> => {
  const wire = createWire(port, { auth });
  const key = `line_${name}`;
  const upTo = (n: number) => 1 + Math.floor(random() * n);
  const worker = {
    name,
    acked: 0,
    orders: 0,
    signOuts: 0,
    get cut() {
      return wire.cut;
    },
  };
  let [life, seq, expected] = [0, 0, 0];
  let cursor: string | null = null;
  let rows = new Map<string, Row>();
  const counter = () => lineOf(rows.get(`cart ${key}`)?.[3])?.q ?? emptyCounter;

  const apply = (reply: SyncReply) => {
    const { fork, gap, reset } = reply;
    if (fork || gap || reset) throw new Error(`${name}: ${JSON.stringify({ fork, gap, reset })}`);
    for (const row of reply.ent) rows.set(`${row[0]} ${row[1]}`, row);
    cursor = reply.cur;
  };

  const send = async (fields: Fields = {}) => {
    const me = { device: `device_${name}_${life}`, r: `replica_${name}_${life}` };
    const reply = await wire.insist({ ...me, ...fields, cur: cursor });
    apply(reply);
    for (let last = reply; last.more; ) {
      last = await wire.insist({ ...me, cur: cursor });
      apply(last);
    }
    return reply;
  };

  const change = async (what: Fields, after: number) => {
    const q = ++seq;
    const i = `op_${name}_${life}_${q}`;
    const { acks } = await send({ ops: [{ q, i, a: 0, at: 0, c: 'cart', k: key, ...what }] });
    requireAcks(acks, [i]);
    worker.acked++;
    expected = after;
    // What was acknowledged is in the same answer.
    const shown = quantityOf(counter());
    if (shown !== expected) throw new Error(`${i}: ${expected} expected, the answer shows ${shown}`);
  };

  const step = async () => {
    const kind = random();
    const { p, b, o } = counter();
    if (kind < 0.55) {
      const n = upTo(3);
      await change({ t: 'add', n, f: { sku: key } }, expected + n);
    } else if (kind < 0.7) {
      const v = upTo(20) - 1;
      await change({ t: 'set', v, seen: p, g: o.length, bh: b[1] }, v);
    } else if (kind < 0.82) {
      const quantity = upTo(4);
      const orderId = `order_${name}_${++worker.orders}`;
      const order = { k: orderId, t: 'order', orderId, lines: [{ sku: key, quantity }], seen: { [key]: p } };
      await change(order, Math.max(0, expected - quantity));
    } else if (kind < 0.97) await send();
    else {
      await send({ want: { signout: true } });
      worker.signOuts++;
      life++;
      seq = 0;
      cursor = null;
      rows = new Map();
      await send();
    }
  };

  return Object.assign(worker, {
    async run(until: () => boolean) {
      while (!until()) await step();
    },
    async wrongs() {
      await send();
      const anew = await wire.insist({ device: `device_${name}_last`, r: `replica_${name}_last` });
      const pulled = [...rows.values()].filter(([, , , state]) => state !== null);
      const sorted = (all: readonly Row[]) => all.map((row) => JSON.stringify(row)).sort();
      const isSame = JSON.stringify(sorted(pulled)) === JSON.stringify(sorted(anew.ent));
      const own = new Map([...cartOf(anew)].filter(([found]) => found === key));
      return [
        ...differences(own, new Map([[key, expected]])),
        ...(isSame || anew.more ? [] : [`${name}: what it pulled is not what a restore gives`]),
      ];
    },
  });
};
