import type { Push } from '../protocol/messages.ts';
import { backoffMs } from './backoff.ts';
import { createOneTimer } from './one-timer.ts';
import type { Clock, LiveSocket, Transport } from './ports.ts';

const pingMs = 25_000;
const silenceMs = 10_000;
/** After a sleep or a change of network: three seconds later all devices are equal, a new connection included. */
const probeMs = 1_500;
const healthyMs = 10_000;

export type Live = ReturnType<typeof createLive>;

/**
 * The live channel: says at once that another device changed something. It may be lost, late or
 * silently dead (a half-open socket), so every answer is timed, and nothing depends on it.
 */
export const createLive = (
  { clock, transport }: { clock: Clock; transport: Transport },
  on: { push(push: Push): void; open(): void; down(againMs: number): void },
) => {
  let socket: LiveSocket | undefined;
  let isOpen = false;
  let openedAt = 0;
  /** Failures in a row. A network that blocks sockets must not slow down what goes by HTTP: they are counted apart. */
  let drops = 0;
  const timer = createOneTimer(clock);

  const close = () => {
    const closing = socket;
    socket = undefined;
    isOpen = false;
    timer.cancel();
    closing?.close();
  };

  const drop = () => {
    if (isOpen && clock.monotonic() - openedAt > healthyMs) drops = 0;
    close();
    on.down(backoffMs(drops++, clock.jitter()));
  };

  const ask = (waitMs = silenceMs) => {
    socket?.send('ping');
    timer.set(waitMs, drop);
  };

  const listen = () => timer.set(pingMs, ask);

  const isPush = (body: unknown): body is Push => {
    const { v, prev, cur } = (body ?? {}) as Partial<Push>;
    return typeof v === 'number' && typeof prev === 'number' && typeof cur === 'string';
  };

  return {
    connect(ticket: string) {
      if (socket) return;
      const own: LiveSocket = transport.connect(ticket, {
        open: () => {
          if (socket !== own) return;
          isOpen = true;
          openedAt = clock.monotonic();
          listen();
          on.open();
        },
        message: (text) => {
          if (socket !== own) return;
          listen();
          try {
            const body: unknown = JSON.parse(text);
            if (isPush(body)) on.push(body);
          } catch {
            // `pong`, or noise of a proxy: a sign of life and nothing else
          }
        },
        close: () => {
          if (socket === own) drop();
        },
      });
      socket = own;
      // One that neither opens nor closes is given up; the next poll asks for another ticket.
      timer.set(silenceMs, close);
    },
    /** After sleep or a change of network a socket may be dead without a word: it has to answer now. */
    probe() {
      // What failed before says nothing of a network that is new.
      drops = 0;
      if (isOpen) ask(probeMs);
    },
    close,
    get isConnecting() {
      return !!socket;
    },
    get isOpen() {
      return isOpen;
    },
  };
};
