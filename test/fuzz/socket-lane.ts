import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { pushSchema, type SyncReply } from '../../src/protocol/messages.ts';
import { createRandom, type Random } from '../../src/testing/random.ts';
import { checkAnswer } from './check-answer.ts';
import { sendFrames } from './frames.ts';
import { type HttpClient, hangMs } from './http-client.ts';
import { createCallers, type LaneOptions } from './lane.ts';
import { origin, polite } from './site.ts';
import type { Tally } from './tally.ts';
import { type Caller, changes, envelope, type Fields } from './valid-requests.ts';

/** `takes` tells whether more frames may be sent. */
export type SocketLaneOptions = Omit<LaneOptions, 'forged'>;

type Handshake = {
  readonly protocols: string[];
  readonly origin?: string;
  /** Put over those of the library. */
  readonly headers?: Record<string, string>;
  readonly mustFail: boolean;
  readonly path?: string;
};

/** What the server may close a channel with, and the library for what is no WebSocket; 1006 is a connection that was cut. */
const closeCodes: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 3000, 4401, 4403, 4429, 4999,
]);

/** Opens one live channel after the other and says to each what a peer may, must not, and cannot say. */
export const runSocketLane = async (options: SocketLaneOptions): Promise<void> => {
  const { seed, lane, http, port, canary, tally } = options;
  const random = createRandom(seed * 1_000 + 500 + lane);
  const makeCaller = createCallers({ seed, lane: 500 + lane, random });
  let used = 'none';
  let caller = await makeCaller(random.chance(0.5));
  for (let n = 0; options.takes(); n++) {
    const where = `socket lane ${lane}, socket ${n}`;
    if (caller.asked > 8) caller = await makeCaller(random.chance(0.5));
    try {
      const ticket = await ticketOf(caller, { http, random, tally });
      const handshake = drawHandshake(random, ticket, used);
      const finding = await talk(handshake, { random, port, canary, tally, http, caller });
      if (finding) tally.find({ what: finding, where, answered: JSON.stringify(handshake).slice(0, 500) });
      if (!handshake.mustFail) used = ticket;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tally.find({ what: message, where });
      if (/ECONNREFUSED/.test(message)) return;
    }
  }
};

const post = async (
  caller: Caller,
  fields: Fields,
  { http, tally }: { http: HttpClient; tally: Tally },
): Promise<SyncReply> => {
  caller.asked++;
  tally.counts.requests++;
  const body = Buffer.from(JSON.stringify(envelope(caller, { cur: null, low: 0, ops: [], ...fields })));
  const answer = await http.send({ method: 'POST', path: '/v1/sync', headers: {}, body });
  tally.status(answer.status);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString().slice(0, 300)}`);
  tally.counts.accepted++;
  return JSON.parse(answer.body.toString()) as SyncReply;
};

const ticketOf = async (
  caller: Caller,
  { http, random, tally }: { http: HttpClient; random: Random; tally: Tally },
): Promise<string> => {
  const device = random.chance(0.3) ? `device_${caller.name}_${random.below(30)}` : caller.device;
  const reply = await post(caller, { live: true, device }, { http, tally });
  return (reply.live as { readonly ticket: string }).ticket;
};

const drawHandshake = (random: Random, ticket: string, used: string): Handshake => {
  const good = ['relevo.v1', `t.${ticket}`];
  const [body = '', mac = ''] = ticket.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const forged = Buffer.from(
    JSON.stringify({ ...claims, space: `pk_a/${polite.guest}`, device: polite.device }),
  ).toString('base64url');
  const wrong: readonly Handshake[] = [
    { protocols: ['relevo.v1'], mustFail: true },
    { protocols: [`t.${ticket}`], mustFail: true },
    { protocols: ['relevo.v2', `t.${ticket}`], mustFail: true },
    { protocols: [], mustFail: true },
    { protocols: ['relevo.v1', `t.${forged}.${mac}`], mustFail: true },
    { protocols: ['relevo.v1', `t.${body}`], mustFail: true },
    { protocols: ['relevo.v1', `t.${body}.${mac.slice(1)}`], mustFail: true },
    { protocols: ['relevo.v1', `t.${'a'.repeat(10_000)}.${mac}`], mustFail: true },
    { protocols: ['relevo.v1', 't.'], mustFail: true },
    { protocols: ['relevo.v1', `t.${used}`], mustFail: true },
    {
      protocols: good,
      origin: random.pick(['https://shop.example.evil', 'null', 'https://other.example', 'x']),
      mustFail: true,
    },
    { protocols: good, headers: { 'sec-websocket-version': '12' }, mustFail: true },
    { protocols: good, headers: { 'sec-websocket-key': 'short' }, mustFail: true },
    { protocols: good, headers: { 'sec-websocket-protocol': `relevo.v1, t.${ticket}, , @` }, mustFail: true },
    { protocols: good, headers: { upgrade: 'h2c' }, mustFail: true },
    { protocols: good, path: '/v1/sync', mustFail: true },
    { protocols: good, path: '/v1/live/', mustFail: true },
  ];
  if (random.chance(0.25)) return random.pick(wrong);
  return { protocols: good, mustFail: false, ...(random.chance(0.5) ? { origin } : {}) };
};

type Talk = { random: Random; port: number; canary: string; tally: Tally; http: HttpClient; caller: Caller };

const talk = async (
  handshake: Handshake,
  { random, port, canary, tally, http, caller }: Talk,
): Promise<string | undefined> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${handshake.path ?? '/v1/live'}`, handshake.protocols, {
    handshakeTimeout: hangMs,
    ...(handshake.origin === undefined ? {} : { origin: handshake.origin }),
    finishRequest(request: ClientRequest) {
      for (const [name, value] of Object.entries(handshake.headers ?? {})) request.setHeader(name, value);
      request.end();
    },
  });
  let finding: string | undefined;
  let isPonged = () => {};
  const ponged = new Promise<string>((done) => {
    isPonged = () => done('pong');
  });
  socket.on('message', (data, isBinary) => {
    const text = String(data);
    if (text === 'pong' && !isBinary) return isPonged();
    if (text.includes(canary)) finding = 'a push holds what only the polite customer may see';
    else if (!pushSchema.safeParse(parse(text)).success) finding = `a message that is no push: ${text.slice(0, 200)}`;
    return undefined;
  });
  // Broken bytes of ours are answered by a close or a cut: the library reports both as errors as well.
  socket.on('error', () => {});
  const refused = new Promise<IncomingMessage>((done) =>
    socket.once('unexpected-response', (_, message) => done(message)),
  );
  const closed = new Promise<number>((done) => socket.once('close', done));
  const opened = new Promise<'open'>((done) => socket.once('open', () => done('open')));
  const first = await within(Promise.race([refused, closed, opened]));
  if (first === undefined) {
    tally.counts.hangs++;
    socket.terminate();
    return 'a handshake without an answer';
  }
  if (typeof first === 'number') {
    tally.status(`handshake cut ${first}`);
    return handshake.mustFail ? undefined : `the handshake was cut with ${first}`;
  }
  if (first !== 'open') return judgeRefusal(first, { handshake, canary, tally });
  tally.status(101);
  tally.counts.sockets++;
  if (handshake.mustFail) {
    socket.terminate();
    return 'a handshake was taken that must be refused';
  }
  const count = 1 + random.below(40);
  for (let n = 0; n < count && socket.readyState === WebSocket.OPEN; n++) {
    tally.counts.frames += sendFrames(random, socket);
    if (random.chance(0.1)) await new Promise((done) => setImmediate(done));
  }
  if (random.chance(0.1)) {
    const other = { ...caller, device: 'device_of_another', r: `replica_${caller.name}_w${caller.asked}`, q: 1 };
    await post(other, { r: other.r, device: other.device, ops: changes(random, other, 2) }, { http, tally });
  }
  if (socket.readyState === WebSocket.OPEN) socket.send('ping');
  const last = await within(Promise.race([ponged, closed]));
  const how = last ?? (await silent(socket, closed));
  tally.status(`socket ${how === undefined ? 'silent' : how}`);
  if (how === undefined) finding ??= `a channel neither answers nor closes after ${hangMs} ms`;
  if (typeof how === 'number' && !closeCodes.has(how)) finding ??= `closed with ${how}`;
  socket.terminate();
  return finding;
};

/**
 * A frame that promises more than it brings leaves the server waiting for the rest, as it must; what follows is read as
 * that rest. It is then the heartbeat's to end it.
 */
const silent = async (socket: WebSocket, closed: Promise<number>): Promise<number | 'waiting' | undefined> => {
  if (socket.readyState !== WebSocket.OPEN) return within(closed);
  return 'waiting';
};

const judgeRefusal = async (
  message: IncomingMessage,
  { handshake, canary, tally }: { handshake: Handshake; canary: string; tally: Tally },
): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  const ended = new Promise<true>((done) => {
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => done(true));
    message.on('error', () => done(true));
  });
  if (!(await within(ended))) return 'a refused handshake that is not closed';
  const status = message.statusCode ?? 0;
  tally.status(status);
  if (!handshake.mustFail)
    return `the handshake was refused with ${status} ${Buffer.concat(chunks).toString().slice(0, 200)}`;
  return checkAnswer(
    { status, headers: message.headers, body: Buffer.concat(chunks) },
    { method: 'GET', path: '/v1/live', canary },
  );
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const within = async <T>(work: Promise<T>): Promise<T | undefined> => {
  let late: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((done) => {
    late = setTimeout(() => done(undefined), hangMs);
  });
  const result = await Promise.race([work, timeout]);
  clearTimeout(late);
  return result;
};
