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
};

const garbled: readonly ((reply: HttpReply) => HttpReply)[] = [
  () => ({ status: 200, body: '<html><body>Please accept our terms</body></html>', retryAfterMs: null }),
  () => ({ status: 503, body: 'upstream unavailable', retryAfterMs: 2_000 }),
  (reply) => ({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) }),
  () => ({ status: 204, body: '', retryAfterMs: null }),
  () => ({ status: 200, body: '{}', retryAfterMs: null }),
];

/** One device's line to a sync server in the same process: the real messages as text, so that codecs are tried too. */
export const createLine = ({
  core,
  clock,
  random,
}: {
  core: () => SyncCore;
  clock: VirtualClock;
  random: Random;
}): Line => {
  let isOnline = true;
  let faults: Faults = {};
  let held: (() => void)[] | undefined;
  const requests: { path: string; body: string }[] = [];
  const cuts = new Set<() => void>();
  const freezes = new Set<() => void>();

  const wait = (ms: number) => new Promise<void>((done) => void clock.timer(ms, done));
  const latency = () => wait(5 + random.below(40));
  const happens = (probability = 0) => probability > 0 && random.chance(probability);

  const serve = (path: string, body: string): Promise<CoreReply> => {
    requests.push({ path, body });
    return path === '/v1/beacon' ? core().beacon(body) : core().sync(body);
  };

  const exchange = async (path: string, body: string): Promise<HttpReply> => {
    const lost = () => new Error('network down');
    await latency();
    if (!isOnline || happens(faults.requestLost)) throw lost();
    if (happens(faults.duplicated)) void serve(path, body);
    const { status, body: answer, retryAfterMs } = await serve(path, body);
    if (held) await new Promise<void>((done) => held?.push(done));
    await (happens(faults.delayed) ? wait(random.below(20_000)) : latency());
    if (!isOnline || happens(faults.replyLost)) throw lost();
    const reply: HttpReply = {
      status,
      body: answer === null ? '' : JSON.stringify(answer),
      retryAfterMs: retryAfterMs ?? null,
    };
    return happens(faults.garbled) ? random.pick(garbled)(reply) : reply;
  };

  const transport: Transport = {
    post: (path, body, { timeoutMs }) =>
      new Promise((resolve, reject) => {
        const cancel = clock.timer(timeoutMs, () => reject(new Error('timeout')));
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
            push: (text) => void latency().then(() => hear(text)),
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
