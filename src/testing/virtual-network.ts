import type { HttpReply, LiveSocket, Transport } from '../client/ports.ts';
import type { CoreReply, SyncCore } from '../server/sync-core.ts';
import { type Faults, garbles, refusalReply, refusals } from './line-faults.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type Line = {
  readonly transport: Transport;
  /** Cuts or heals the line; open live channels die with it. */
  setOnline(isOnline: boolean): void;
  setFaults(faults: Faults): void;
  /** The open live channels die without a word on either side: what is sent on them is lost. */
  freezeLive(): void;
  /** While it is clogged nothing moves on it, in either direction, and nothing is lost but by age. */
  setClogged(isClogged: boolean): void;
  /** Every request that reached the server. */
  readonly requests: readonly { readonly path: string; readonly body: string }[];
  /** Answers are kept back until the result is called. */
  hold(): () => void;
  /** The server's process ended: what is under way fails at once. */
  reset(): void;
  /** How often what went wrong, by its name. */
  readonly counts: ReadonlyMap<string, number>;
};

/** One device's line to a sync server in the same process: the real messages as text, so that codecs are tried too. */
export const createLine = ({
  core,
  clock,
  random,
  longestMs = Number.POSITIVE_INFINITY,
  received = () => {},
  answered = () => {},
  serving = () => () => {},
}: {
  core: () => SyncCore;
  clock: VirtualClock;
  random: Random;
  /** No request is under way for longer: it would outlive what the server remembers of the one that followed it. */
  longestMs?: number;
  received?: ((body: string, atMs: number, sentMs: number) => void) | undefined;
  answered?: ((body: string, atMs: number) => void) | undefined;
  serving?: ((body: string) => () => void) | undefined;
}): Line => {
  let isOnline = true;
  let faults: Faults = {};
  let held: (() => void)[] | undefined;
  const requests: { path: string; body: string }[] = [];
  const cuts = new Set<() => void>();
  const freezes = new Set<() => void>();
  const resets = new Set<() => void>();
  const counts = new Map<string, number>();

  let asked = 0;
  let lastServed = 0;
  /** Whoever waits for a line that is clogged; undefined = it is not. */
  let clogged: (() => void)[] | undefined;

  const wait = (ms: number) => new Promise<void>((done) => void clock.timer(ms, done));
  const latency = async () => {
    await wait(5 + random.below(40));
    while (clogged) await new Promise<void>((done) => void clogged?.push(done));
  };
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const happens = (name: Exclude<keyof Faults, 'oneWay'>): boolean => {
    const probability = faults[name] ?? 0;
    const isHit = probability > 0 && random.chance(probability);
    if (isHit && !['garbled', 'refused', 'reordered'].includes(name)) count(name);
    return isHit;
  };

  /** Nothing goes this way while the line works in the other one only. */
  const isDeaf = (onlyWay: 'up' | 'down'): boolean => {
    if (faults.oneWay !== onlyWay) return false;
    count(`one-way ${onlyWay}`);
    return true;
  };

  const serve = (path: string, body: string, sentMs: number): Promise<CoreReply> => {
    requests.push({ path, body });
    const atMs = clock.now();
    received(body, atMs, sentMs);
    const served = serving(body);
    const reply = path === '/v1/beacon' ? core().beacon(body) : core().sync(body);
    void reply.then(
      ({ status }) => {
        served();
        if (status < 300) answered(body, atMs);
      },
      () => {},
    );
    return reply;
  };

  const exchange = async (path: string, body: string): Promise<HttpReply> => {
    const lost = () => new Error('network down');
    const number = ++asked;
    const sentAt = clock.now();
    await latency();
    if (clock.now() - sentAt > longestMs) throw lost();
    if (happens('reordered')) await wait(random.below(8_000));
    if (!isOnline || happens('requestLost')) throw lost();
    if (isDeaf('down')) return new Promise(() => {});
    if (number < lastServed) count('reordered');
    lastServed = Math.max(lastServed, number);
    if (happens('duplicated')) void serve(path, body, sentAt);
    if (happens('repeatedLate')) void wait(500 + random.below(60_000)).then(() => serve(path, body, sentAt));
    if (happens('refused')) {
      const [name, retryAfterMs] = random.pick(refusals);
      count(`refused, ${name}`);
      return refusalReply(retryAfterMs(random));
    }
    const { status, body: answer, retryAfterMs } = await serve(path, body, sentAt);
    if (held) await new Promise<void>((done) => held?.push(done));
    await (happens('delayed') ? wait(random.below(20_000)) : latency());
    if (!isOnline || happens('replyLost')) throw lost();
    if (isDeaf('up')) return new Promise(() => {});
    const reply: HttpReply = {
      status,
      body: answer === null ? '' : JSON.stringify(answer),
      retryAfterMs: retryAfterMs ?? null,
    };
    if (!happens('garbled')) return reply;
    const [name, garble] = random.pick(garbles);
    count(name);
    return garble(reply, random);
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
      const sentAt = clock.now();
      if (isOnline && !isDeaf('down'))
        void latency().then(() => {
          if (clock.now() - sentAt <= longestMs) void serve(path, body, sentAt);
        });
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
          if (!isOnline || faults.oneWay) throw new Error('network down');
          const connection = await core().live.open(ticket, {
            push(text) {
              if (happens('pushLost') || isDeaf('up')) return;
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
        send: (text) => void (text === 'ping' && !faults.oneWay && latency().then(() => hear('pong'))),
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
    setClogged(next) {
      const waiting = clogged ?? [];
      clogged = next ? waiting : undefined;
      if (!next) for (const go of waiting) go();
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
