// A customer with two devices beside the fuzzer, in a process of its own: one adds and reads back, the other hears of it.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { pushSchema } from '../../src/protocol/messages.ts';
import { createHttpClient } from './http-client.ts';
import { polite, sign } from './site.ts';

const [port = '', canary = ''] = process.argv.slice(2);
/** Between two requests: 20 to 25 a second, what a customer may do without a limit. */
const pauseMs = 40;
/** Adds before it ends, however soon the fuzzer is done: one in seven is what a planted loss takes. */
const fewestAdds = 14;

const http = createHttpClient(() => Number(port), 2);
const token = await sign({ sub: polite.customer });
const latencies: number[] = [];
const faults: string[] = [];
const sentAt = new Map<number, number>();
const heardMs: number[] = [];

const post = async (fields: object): Promise<SyncReply> => {
  const whole = { v: 1, site: 'pk_a', sdk: '0.1.0', channel: 'web', auth: { token }, cur: null, low: 0, ops: [] };
  const body = Buffer.from(JSON.stringify({ ...whole, device: polite.device, r: polite.replica, ...fields }));
  const answer = await http.send({ method: 'POST', path: '/v1/sync', headers: { 'content-type': 'text/plain' }, body });
  latencies.push(answer.ms);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString().slice(0, 300)}`);
  return JSON.parse(answer.body.toString()) as SyncReply;
};

const countIn = (reply: SyncReply): number => {
  const state = reply.ent.find(([c, key]) => c === 'cart' && key === polite.line)?.[3] as unknown as
    | { q?: { p?: Record<string, number> }; d?: Record<string, readonly [unknown]> }
    | undefined;
  if (state && state.d?.['title']?.[0] !== canary) faults.push('the line has lost its title');
  return state?.q?.p?.[polite.replica] ?? 0;
};

let socket: WebSocket | undefined;
let heardUpTo = 0;
let isOver = false;
const listen = async () => {
  const reply = await post({ device: polite.listener, r: `${polite.replica}_b`, live: true });
  heardUpTo = reply.head;
  const ticket = (reply.live as { ticket: string }).ticket;
  socket = new WebSocket(`ws://127.0.0.1:${port}/v1/live`, ['relevo.v1', `t.${ticket}`]);
  socket.on('error', (error) => faults.push(`live channel: ${error.message}`));
  socket.on('message', (data) => {
    const { v, prev, ent } = pushSchema.parse(JSON.parse(String(data)));
    if (prev !== heardUpTo) faults.push(`a push after ${prev}, heard up to ${heardUpTo}`);
    if (!ent || ent.some(([c]) => c !== 'cart')) faults.push('a push without its row, or with a foreign one');
    heardUpTo = v;
    heardMs.push(performance.now() - (sentAt.get(v) ?? performance.now()));
    sentAt.delete(v);
  });
  socket.on('close', (code) => {
    if (!isOver) faults.push(`the live channel was closed with ${code}`);
  });
  await new Promise((done) => socket?.once('open', done));
};

let added = 0;
let head = 0;
const addOne = async () => {
  const q = added + 1;
  const fields = q === 1 ? { f: { sku: 'POLITE', title: canary } } : {};
  // Its version is the next one of the space, which nobody else writes.
  sentAt.set(head + 1, performance.now());
  const op = { q, i: `op_polite_${q}`, a: 0, at: 0, c: 'cart', k: polite.line, t: 'add', n: 1, ...fields };
  const reply = await post({ ops: [op], cur: cursor });
  if (!['ok', 'dup'].includes(reply.acks[0]?.[1] ?? '')) throw new Error(JSON.stringify(reply).slice(0, 300));
  added = q;
  head = reply.head;
  cursor = reply.cur;
};
let cursor: string | null = null;

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
};

const finish = async () => {
  const counted = countIn(await post({}));
  const signal = AbortSignal.timeout(5_000);
  while (socket && heardUpTo < head && !signal.aborted) await once(socket, 'message', { signal }).catch(() => {});
  if (heardUpTo !== head) faults.push(`heard up to ${heardUpTo} of ${head}`);
  if (counted !== added) faults.push(`added ${added}, counted ${counted}`);
};

export type PoliteResult = {
  readonly requests: number;
  readonly added: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly liveP99: number;
  readonly faults: readonly string[];
};

const report = (): PoliteResult => ({
  requests: latencies.length,
  added,
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
  max: percentile(latencies, 1),
  liveP99: percentile(heardMs, 0.99),
  faults: [...new Set(faults)],
});

process.on('message', () => {
  isOver = true;
});
// Whoever started it has gone.
process.on('disconnect', () => process.exit(1));
try {
  // A guest too, whose secret the fuzzer does not have.
  const guest = { guest: polite.guest, secret: `secret_${canary}_0123456789` };
  const note = { q: 1, i: 'op_of_guest', a: 0, at: 0, c: 'preferences', k: 'note', t: 'put', v: canary };
  await post({ auth: guest, r: `${polite.replica}_g`, ops: [note] });
  await addOne();
  await listen();
  // Starting up is no latency of the server's.
  latencies.length = 0;
  process.send?.({ cursor });
  while (!isOver || added < fewestAdds) {
    await addOne();
    await new Promise((done) => setTimeout(done, pauseMs));
    if (countIn(await post({})) !== added) faults.push('an add that was acknowledged was not read back');
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  await finish();
} catch (error) {
  faults.push(error instanceof Error ? error.message : String(error));
}
const result = report();
isOver = true;
socket?.terminate();
http.close();
process.send?.(result, () => process.exit(0));
