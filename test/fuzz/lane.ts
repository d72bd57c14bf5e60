import type { SyncReply } from '../../src/protocol/messages.ts';
import { createRandom, type Random } from '../../src/testing/random.ts';
import { checkAnswer } from './check-answer.ts';
import { keepRaw, keepShot } from './corpus.ts';
import { type Answer, type HttpClient, hangMs, type Shot } from './http-client.ts';
import { doubleName, mutate, mutateOneChange, mutateStanding, toText } from './mutate.ts';
import { oddHead, spoil } from './noise.ts';
import { rawRequest, sendRaw } from './raw-requests.ts';
import { origin, polite, sign } from './site.ts';
import type { Tally } from './tally.ts';
import { type Caller, type Fields, type Kind, validRequest } from './valid-requests.ts';

export type LaneOptions = {
  readonly seed: number;
  readonly lane: number;
  readonly http: HttpClient;
  readonly port: number;
  readonly canary: string;
  readonly forged: readonly string[];
  /** A cursor of the polite customer's. */
  readonly cursor: string;
  readonly tally: Tally;
  /** Whether one more request may be sent. */
  readonly takes: () => boolean;
};

/** How long a customer or guest is spoken for before another takes its place. */
const maxAsked = 30;
const keptBodies = 40;

/** Callers of a lane, made from its seed: what one lane sends depends on no other. */
export const createCallers = ({ seed, lane, random }: { seed: number; lane: number; random: Random }) => {
  let made = 0;
  return async (isCustomer: boolean): Promise<Caller> => {
    const name = `${seed.toString(36)}x${lane}x${made++}`;
    // Before anything is waited for, else the order of the draws would change from run to run.
    const device = `device_${name}_${random.below(2)}`;
    const auth: Fields = isCustomer
      ? { token: await sign({ sub: `customer-${name}` }) }
      : { guest: `guest_of_${name}`, secret: `secret_of_${name}_0123456789` };
    return {
      name,
      site: 'pk_a',
      auth,
      isCustomer,
      device,
      r: `replica_${name}_0`,
      q: 1,
      cur: null,
      version: 0,
      asked: 0,
    };
  };
};

const renew = (caller: Caller) => {
  caller.r = `replica_${caller.name}_${caller.asked}`;
  caller.q = 1;
};

/** What a lane sends next. */
type Planned = {
  readonly shot: Shot;
  readonly caller: Caller;
  readonly guest: Caller;
  readonly isForged: boolean;
};

/** One conversation after the other, from a seed; each request waits for the answer to the one before. */
export const runLane = async (options: LaneOptions): Promise<void> => {
  const { seed, lane, http, port, canary, forged, tally } = options;
  const random = createRandom(seed * 1_000 + lane);
  const makeCaller = createCallers({ seed, lane, random });
  const callers = await Promise.all([true, false, true, false].map(makeCaller));
  const bodies: Buffer[] = [];

  const pickCaller = async (): Promise<Caller> => {
    const at = random.below(callers.length);
    const found = callers[at];
    if (found && found.asked < maxAsked) return found;
    const fresh = await makeCaller(at % 2 === 0);
    callers[at] = fresh;
    return fresh;
  };

  const plan = async (): Promise<Planned> => {
    const caller = await pickCaller();
    caller.asked++;
    const guest = random.chance(0.5) ? (callers[1] as Caller) : (callers[3] as Caller);
    const kinds: readonly Kind[] = [
      'sync',
      'sync',
      'sync',
      'sync',
      'sync',
      'pull',
      'pull',
      'beacon',
      'beacon',
      'signout',
    ];
    const drawn = random.pick(kinds);
    const kind: Kind = caller.isCustomer && random.chance(0.06) ? 'claim' : random.chance(0.01) ? 'full' : drawn;
    const path = kind === 'beacon' ? '/v1/beacon' : '/v1/sync';
    const headers: Record<string, string> = { 'content-type': 'text/plain;charset=UTF-8' };
    if (random.chance(0.3)) headers['origin'] = origin;
    if (random.chance(0.2)) headers['accept-encoding'] = 'gzip, br';
    let request = validRequest(random, caller, kind, guest);
    let isForged = false;
    const how = random.next();
    if (how < 0.04) {
      isForged = true;
      const token = random.pick(forged);
      if (token.length < 8_000 && /^[\x21-\x7e]+$/.test(token) && random.chance(0.3))
        headers['authorization'] = `Bearer ${token}`;
      request = { ...request, auth: { token } };
    } else if (how < 0.06) {
      isForged = true;
      request = {
        ...request,
        auth: { guest: polite.guest, secret: random.pick(['x'.repeat(16), 'secret_of_polite']) },
      };
    } else if (how < 0.12) request = mutateStanding(random, request, caller, [options.cursor]);
    else if (how < 0.4) request = mutateOneChange(random, request);
    else if (how < 0.52) {
      for (let times = random.below(3); times >= 0; times--) request = mutate(random, request) as Fields;
    }
    let text = toText(request);
    if (random.chance(0.02)) text = doubleName(random, text);
    let body: Buffer = Buffer.from(text, 'utf8');
    if (how >= 0.52 && how < 0.57 && bodies.length > 0) body = replay(random, random.pick(bodies));
    if (how >= 0.57 && how < 0.65) body = spoil(random, body, bodies);
    bodies[bodies.length < keptBodies ? bodies.length : random.below(keptBodies)] = body;
    const shot: Shot = { method: 'POST', path, headers, body };
    const isOdd = how >= 0.65 && how < 0.71;
    return { shot: isOdd ? oddHead(random, shot) : shot, caller, guest, isForged };
  };

  for (let n = 0; options.takes(); n++) {
    const where = `lane ${lane}, request ${n}`;
    if (random.chance(0.03)) {
      const pieces = rawRequest(random, bodies[random.below(bodies.length)] ?? Buffer.from('{}'));
      const { statuses, finding } = await sendRaw(pieces, { port, canary });
      tally.counts.requests++;
      for (const status of statuses) tally.status(status);
      if (statuses.length === 0) tally.status('closed without an answer');
      if (finding) tally.find({ what: finding, where, shot: keepRaw(Buffer.concat(pieces)) });
      continue;
    }
    const planned = await plan();
    const { shot, caller, guest, isForged } = planned;
    tally.counts.requests++;
    try {
      const answer = await http.send(shot);
      tally.status(answer.status);
      const what = checkAnswer(answer, { ...shot, canary }) ?? checkForged(answer, isForged) ?? checkTime(answer);
      if (what) tally.find({ what, where, shot: keepShot(shot), answered: answered(answer) });
      follow({ answer, caller, guest, random, tally });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // What is larger than the server reads is cut off: its answer can get lost in the reset.
      if ((shot.body?.length ?? 0) > 262_144) {
        tally.status('cut off');
        continue;
      }
      if (message.startsWith('no answer')) tally.counts.hangs++;
      tally.find({ what: message, where, shot: keepShot(shot) });
      // The server has ended: the rest of the run would only repeat this.
      if (/ECONNREFUSED/.test(message)) return;
    }
  }
};

const answered = ({ status, body }: Answer): string => `${status} ${body.toString('utf8').slice(0, 500)}`;

const checkTime = ({ ms }: Answer): string | undefined =>
  ms > hangMs ? `answered after ${Math.round(ms)} ms` : undefined;

const checkForged = ({ status }: Answer, isForged: boolean): string | undefined =>
  isForged && status < 400 ? `status ${status} with a forged proof` : undefined;

/** An earlier request again: as it was, or with another id or number, or other content. */
const replay = (random: Random, body: Buffer): Buffer => {
  const text = body.toString('utf8');
  const how = random.below(4);
  if (how === 0) return body;
  if (how === 1) return Buffer.from(text.replace(/"i":"op_/, '"i":"other_'), 'utf8');
  if (how === 2)
    return Buffer.from(
      text.replace(/"q":(\d+)/, (_, q: string) => `"q":${Number(q) + random.below(5) - 2}`),
      'utf8',
    );
  return Buffer.from(text.replace(/"n":\d+/, '"n":7').replace('"t":"add"', '"t":"put"'), 'utf8');
};

/** Goes on where the answer left the caller: a device would. */
const follow = ({
  answer,
  caller,
  guest,
  random,
  tally,
}: {
  answer: Answer;
  caller: Caller;
  guest: Caller;
  random: Random;
  tally: Tally;
}) => {
  if (answer.status === 204) {
    tally.counts.accepted++;
    renew(caller);
  }
  if (answer.status === 410) guest.asked = maxAsked;
  if (answer.status !== 200 || answer.body[0] !== 0x7b) return;
  const reply = JSON.parse(answer.body.toString('utf8')) as Partial<SyncReply>;
  if (!reply.acks) return;
  tally.counts.accepted++;
  if (reply.acks.some(([, status]) => status === 'ok')) tally.counts.written++;
  if (reply.claim) guest.asked = maxAsked;
  if (reply.fork || reply.gap || random.chance(0.05)) renew(caller);
  else caller.q += reply.acks.length;
  if (reply.cur) caller.cur = reply.cur;
  caller.version = reply.head ?? caller.version;
};
