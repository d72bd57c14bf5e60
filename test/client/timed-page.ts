import type { RelevoOptions } from '../../src/client/api.ts';
import { createDeferred } from '../../src/client/deferred.ts';
import type { HttpReply, Ports, Transport } from '../../src/client/ports.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import { refusal } from './stand-in.ts';
import { world } from './world.ts';

type On = Parameters<Transport['connect']>[1];
type Socket = {
  readonly on: On;
  /** Opens it; what the server pushes goes to `hear`. */
  open(): Promise<void>;
  hear(text: string): void;
  isClosed: boolean;
  /** It died without a word: it answers no `ping`. */
  isMute?: boolean;
};
type Sent = {
  readonly atMs: number;
  readonly cur: string | null;
  readonly ops: readonly { readonly i: string }[];
  readonly auth: { readonly token?: string };
  readonly live?: boolean;
};

/** Who answers in the server's place; `serve` asks the server itself. */
type Answering = (serve: () => Promise<HttpReply>, sent: Sent) => HttpReply | Promise<HttpReply>;

/** The server's answer with something more in it. */
export const withMore = async (serve: () => Promise<HttpReply>, more: object): Promise<HttpReply> => {
  const reply = await serve();
  return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), ...more }) };
};

export const refused = (...args: Parameters<typeof refusal>): HttpReply => ({
  retryAfterMs: null,
  ...refusal(...args),
});

export const down = () => {
  throw new Error('no network');
};

/**
 * A page whose network takes no time and whose chance is always one half, so that it is known to the
 * millisecond when it asks the server. Live channels are the test's to open, to talk on and to close.
 */
export const timedPage = async (
  options: Partial<RelevoOptions> & {
    readonly made?: World;
    readonly wrap?: (ports: Ports) => Ports;
    /** Nobody is signed in, and no token is asked for. */
    readonly isGuest?: boolean;
  } = {},
) => {
  const { made = world(), wrap = (ports) => ports, isGuest = false, ...own } = options;
  const sent: Sent[] = [];
  const sockets: Socket[] = [];
  const errors: string[] = [];
  const line: { answering?: Answering | undefined; isLockTaken: boolean } = { isLockTaken: false };
  const withLine = (ports: Ports): Ports =>
    wrap({
      ...ports,
      clock: { ...ports.clock, jitter: () => 0.5 },
      transport: {
        beacon: ports.transport.beacon,
        async post(_, text) {
          const body = { ...JSON.parse(text), atMs: made.clock.now() } as Sent;
          sent.push(body);
          const serve = async (): Promise<HttpReply> => {
            const { status, body: answer, retryAfterMs = null } = await made.core.sync(text);
            return { status, body: JSON.stringify(answer), retryAfterMs };
          };
          return line.answering ? line.answering(serve, body) : serve();
        },
        connect(ticket, on) {
          const socket: Socket = {
            on,
            hear: on.message,
            isClosed: false,
            async open() {
              await made.core.live.open(ticket, { push: (text) => socket.hear(text), close: on.close });
              on.open();
            },
          };
          sockets.push(socket);
          const answer = () => socket.isClosed || socket.isMute || on.message('pong');
          return {
            send: () => void Promise.resolve().then(answer),
            close: () => Object.assign(socket, { isClosed: true }),
          };
        },
      },
      tabs: {
        ...ports.tabs,
        ifFree: async (name, body) => !(name === 'flush' && line.isLockTaken) && ports.tabs.ifFree(name, body),
      },
    });
  const { device } = made.device({ ...(isGuest ? {} : { getToken: () => made.token('ana') }), ...own }, withLine);
  const page = device.open();
  page.relevo.on('error', ({ code }) => errors.push(code));
  /** The next request is answered so, those after it by the server. */
  const answerNext = (answering: Answering) => {
    line.answering = (...asked) => {
      line.answering = undefined;
      return answering(...asked);
    };
  };
  /** Keeps the next answer back, the server's or another, until the result is called. */
  const holdNext = (answering: Answering = (serve) => serve()) => {
    const { promise, resolve } = createDeferred();
    answerNext(async (...asked) => {
      const reply = await answering(...asked);
      await promise;
      return reply;
    });
    return resolve;
  };
  /** When requests left in the next `ms`, in milliseconds from now. */
  const during = async (ms: number, act: () => unknown = () => {}): Promise<number[]> => {
    const [before, startMs] = [sent.length, made.clock.now()];
    act();
    await made.clock.pass(ms);
    return sent.slice(before).map(({ atMs }) => atMs - startMs);
  };
  return { made, device, page, relevo: page.relevo, line, sent, sockets, errors, answerNext, holdNext, during };
};

/** A page that is open for a second, without a live channel. */
export const openPage = async (options: Parameters<typeof timedPage>[0] = {}) => {
  const opened = await timedPage(options);
  await opened.made.clock.pass(1_000);
  return opened;
};

/** A page that is open for a second, with its live channel. */
export const livePage = async (options: Parameters<typeof timedPage>[0] = {}) => {
  const opened = await timedPage(options);
  await opened.made.clock.pass(500);
  await opened.sockets[0]?.open();
  await opened.made.clock.pass(500);
  return opened;
};
