import type { HttpReply, LiveSocket, Transport } from '../client/ports.ts';
import type { CoreReply, SyncCore } from '../server/sync-core.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What goes wrong on a device's line, as probabilities; absent = never. */
export type Faults = {
  /** The request never arrives. */
  readonly requestLost?: number;
  /** The request acts, its answer is lost. */
  readonly replyLost?: number;
  /** The request arrives twice. */
  readonly duplicated?: number;
  /** The answer comes very late. */
  readonly delayed?: number;
  /** Something between answers: a captive portal, an overloaded proxy, a body cut short. */
  readonly garbled?: number;
  /** The request arrives a second time, long after. */
  readonly repeatedLate?: number;
  /** The server refuses for being busy, in its own shape and with a time to wait. */
  readonly refused?: number;
  /** A live push is lost, comes twice, or comes late and so out of order. */
  readonly pushLost?: number;
  readonly pushTwice?: number;
  readonly pushLate?: number;
};

export type Line = {
  readonly transport: Transport;
  /** Cuts or heals the line; open live channels die with it. */
  setOnline(isOnline: boolean): void;
  setFaults(faults: Faults): void;
  /** The open live channels die without a word on either side: what is sent on them is lost. */
  freezeLive(): void;
  /** Every request that reached the server. */
  readonly requests: readonly { readonly path: string; readonly body: string }[];
  /** Answers are kept back until the result is called. */
  hold(): () => void;
  /** The server's process ended: what is under way fails at once. */
  reset(): void;
  /** How often what went wrong, by its name. */
  readonly counts: ReadonlyMap<string, number>;
};

const garbled: readonly (readonly [name: string, (reply: HttpReply) => HttpReply])[] = [
  ['html', () => ({ status: 200, body: '<html><body>Please accept our terms</body></html>', retryAfterMs: null })],
  ['unavailable', () => ({ status: 503, body: 'upstream unavailable', retryAfterMs: 2_000 })],
  ['cut', (reply) => ({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) })],
  ['no body', () => ({ status: 204, body: '', retryAfterMs: null })],
  ['foreign body', () => ({ status: 200, body: '{}', retryAfterMs: null })],
];

const busy = { code: 'request/rate', message: 'Too many requests.', retryable: true };

/** One device's line to a sync server in the same process: the real messages as text, so that codecs are tried too. */
export const createLine = ({
  core,
  clock,
  random,
  received = () => {},
}: {
  core: () => SyncCore;
  clock: VirtualClock;
  random: Random;
  received?: ((body: string, atMs: number) => void) | undefined;
}): Line => {
  let isOnline = true;
  let faults: Faults = {};
  let held: (() => void)[] | undefined;
  const requests: { path: string; body: string }[] = [];
  const cuts = new Set<() => void>();
  const freezes = new Set<() => void>();
  const resets = new Set<() => void>();
  const counts = new Map<string, number>();

  const wait = (ms: number) => new Promise<void>((done) => void clock.timer(ms, done));
  const latency = () => wait(5 + random.below(40));
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const happens = (name: keyof Faults): boolean => {
    const probability = faults[name] ?? 0;
    const isHit = probability > 0 && random.chance(probability);
    if (isHit && name !== 'garbled') count(name);
    return isHit;
  };

  const serve = (path: string, body: string): Promise<CoreReply> => {
    requests.push({ path, body });
    received(body, clock.now());
    return path === '/v1/beacon' ? core().beacon(body) : core().sync(body);
  };

  const exchange = async (path: string, body: string): Promise<HttpReply> => {
    const lost = () => new Error('network down');
    await latency();
    if (!isOnline || happens('requestLost')) throw lost();
    if (happens('duplicated')) void serve(path, body);
    if (happens('repeatedLate')) void wait(500 + random.below(60_000)).then(() => serve(path, body));
    if (happens('refused')) return { status: 429, body: JSON.stringify(busy), retryAfterMs: random.below(5_000) };
    const { status, body: answer, retryAfterMs } = await serve(path, body);
    if (held) await new Promise<void>((done) => held?.push(done));
    await (happens('delayed') ? wait(random.below(20_000)) : latency());
    if (!isOnline || happens('replyLost')) throw lost();
    const reply: HttpReply = {
      status,
      body: answer === null ? '' : JSON.stringify(answer),
      retryAfterMs: retryAfterMs ?? null,
    };
    if (!happens('garbled')) return reply;
    const [name, garble] = random.pick(garbled);
    count(name);
    return garble(reply);
  };

  const transport: Transport = {
    post: (path, body, { timeoutMs }) =>
      new Promise((resolve, reject) => {
        const cancelTimer = clock.timer(timeoutMs, () => reject(new Error('timeout')));
        const reset = () => reject(new Error('connection reset'));
        const cancel = () => {
          cancelTimer();
          resets.delete(reset);
        };
        resets.add(reset);
        exchange(path, body).then(
          (reply) => {
            cancel();
            resolve(reply);
          },
          (error) => {
            cancel();
            reject(error);
          },
        );
      }),
    beacon(path, body) {
      if (isOnline) void latency().then(() => serve(path, body));
    },
    connect(ticket, on): LiveSocket {
      let isOver = false;
      let isFrozen = false;
      let end = (): void => {};
      const hear = (text: string) => {
        if (!isOver && !isFrozen && isOnline) on.message(text);
      };
      const freeze = () => {
        isFrozen = true;
      };
      freezes.add(freeze);
      const close = () => {
        if (isOver) return;
        isOver = true;
        cuts.delete(close);
        freezes.delete(freeze);
        end();
        void Promise.resolve().then(on.close);
      };
      cuts.add(close);
      void latency()
        .then(async () => {
          if (!isOnline) throw new Error('network down');
          const connection = await core().live.open(ticket, {
            push(text) {
              if (happens('pushLost')) return;
              if (happens('pushTwice')) void latency().then(() => hear(text));
              void (happens('pushLate') ? wait(random.below(5_000)) : latency()).then(() => hear(text));
            },
            close,
          });
          end = () => connection.end();
          if (isOver) end();
          else on.open();
        })
        .catch(close);
      return {
        send: (text) => void (text === 'ping' && latency().then(() => hear('pong'))),
        close,
      };
    },
  };

  return {
    transport,
    setOnline(next) {
      isOnline = next;
      if (!next) for (const cut of [...cuts]) cut();
    },
    freezeLive() {
      for (const freeze of freezes) freeze();
    },
    setFaults(next) {
      faults = next;
    },
    requests,
    counts,
    reset() {
      for (const reset of [...resets]) reset();
      for (const cut of [...cuts]) cut();
    },
    hold() {
      held = [];
      return () => {
        const waiting = held ?? [];
        held = undefined;
        for (const release of waiting) release();
      };
    },
  };
};
