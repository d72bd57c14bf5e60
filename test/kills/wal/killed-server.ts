import { readFileSync } from 'node:fs';
import { startServer } from '../server-process.ts';
import { createWire, type Fields, tokenOf } from '../workers/wire.ts';
import { requireAcks } from '../workers/worker.ts';
import { dump, quantities } from './dump.ts';
import { readWal, type WalFile } from './wal-file.ts';

/** `young`: all in the log, nothing in the file yet. `old`: a log begun after a clean stop. `worn`: a log begun again over an earlier, longer round. */
export type Age = 'young' | 'old' | 'worn';

/** What a server that was killed left, and what every transaction of it had made of the database. */
export type KilledServer = {
  readonly file: Buffer;
  readonly wal: WalFile;
  /** The index of the log, which the next process finds too. */
  readonly shm: Buffer;
  /** States in the order of their transactions; the first is that of new, empty tables. */
  readonly states: readonly string[];
  /** Which of them the file has without its log. */
  readonly base: number;
  /** Quantities of the last one. */
  readonly quantities: Readonly<Record<string, number>>;
  /** What the devices send when they send all again, whatever the server has of it. */
  readonly again: readonly Fields[];
};

type Op = { readonly q: number; readonly i: string } & Fields;
type Device = { readonly head: Fields; readonly ops: Op[] };

/** Adds, sets and orders of one device on a line of its own. */
const nextOp = ({ head, ops }: Device): Op => {
  const q = ops.length + 1;
  const [key, sku] = [`line_${head['r']}`, `sku_${head['r']}`];
  const base = { q, i: `op_${head['r']}_${q}`, a: 0, at: 0, c: 'cart', k: key };
  const added = ops.filter(({ t }) => t === 'add').reduce((sum, { n }) => sum + Number(n), 0);
  const seen = { [String(head['r'])]: added };
  const orders = ops.filter(({ t }) => t === 'order').length;
  if (q % 7 === 0) return { ...base, t: 'set', v: q % 5, seen, g: orders };
  if (q % 11 === 0)
    return { ...base, k: base.i, t: 'order', orderId: base.i, lines: [{ sku, quantity: 2 }], seen: { [key]: seen } };
  return { ...base, t: 'add', n: 1 + (q % 3), f: { sku } };
};

/** Runs a server over requests of one transaction each, one after the other, and kills it. */
export const killedServer = async (
  database: string,
  { age, changes }: { age: Age; changes: number },
): Promise<KilledServer> => {
  let server = await startServer({ database });
  const wire = createWire(() => server.port, {});
  const states = [dump(database)];
  /** Each request is one transaction: the state after it is known. */
  const send = async (fields: Fields) => {
    const reply = await wire.insist(fields);
    const state = dump(database);
    if (state !== states.at(-1)) states.push(state);
    return reply;
  };
  const guest = { guest: 'guest_of_wal', secret: 'secret_of_wal_0123456789' };
  const customer = await tokenOf('ana');
  const visitor: Device = { head: { auth: guest, device: 'device_guest', r: 'replica_guest' }, ops: [] };
  const devices: Device[] = ['a', 'b', 'c'].map((name) => ({
    head: { auth: customer, device: `device_${name}`, r: `replica_${name}` },
    ops: [],
  }));
  const change = async (device: Device) => {
    const op = nextOp(device);
    requireAcks((await send({ ...device.head, ops: [op] })).acks, [op.i]);
    device.ops.push(op);
  };
  // Nothing but the keys of the data set.
  await send({ ...visitor.head });
  for (let n = 0; n < changes; n++) {
    if (n === Math.floor(changes / 4) && age === 'old') {
      await server.kill('SIGTERM');
      server = await startServer({ database });
    }
    // The guest signs in half way, with a change that the claim carries.
    if (n === Math.floor(changes / 2)) {
      visitor.ops.push(nextOp(visitor));
      await send({ ...devices[0]?.head, claim: { ...guest, r: 'replica_guest', ops: visitor.ops.slice(-1) } });
    }
    const all = n < changes / 2 ? [visitor, ...devices] : devices;
    await change(all[n % all.length] as Device);
  }
  await server.kill('SIGKILL');
  const file = readFileSync(database);
  const wal = readWal(readFileSync(`${database}-wal`));
  const shm = readFileSync(`${database}-shm`);
  return {
    file,
    wal,
    shm,
    states,
    base: states.length - 1 - wal.commitEnds.length,
    quantities: quantities(database),
    again: [
      { ...devices[0]?.head, claim: { ...guest, r: 'replica_guest', ops: visitor.ops } },
      ...devices.map(({ head, ops }) => ({ ...head, ops })),
    ],
  };
};
