import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { RelevoError } from '../core/relevo-error.ts';
import { liveProtocol, ticketPrefix } from '../protocol/version.ts';
import { wireLimits } from '../protocol/wire-limits.ts';
import { closeCodes, type Live, type LiveConnection } from './live.ts';
import { isOwnOrigin, type OriginRule } from './origins.ts';
import type { Clock } from './ports.ts';
import { errorToRefusal } from './wire-error.ts';

export type LiveSockets = {
  /** Takes over the upgrade of `GET /v1/live`; false when the path is another. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes every socket with 1012; resolves when all are gone, at the latest after {@link goodbyeMs}. */
  close(): Promise<void>;
};

/** A reader this far behind is cut off: it syncs again when it is back. */
const maxUnsentBytes = 1_048_576;

/** A device says `ping` twice a minute. Each answer to more waits in memory for a peer that may not read it. */
const maxMessages = 20;
const messageWindowMs = 10_000;

/** Deaths that no packet announces: without an answer to a ping for so long the socket is dropped. */
const heartbeatMs = 30_000;

/** A peer that is asleep or cut off never answers a close; `node:http` would wait for it, and so the process. */
const goodbyeMs = 1_000;

export const isLivePath = (url = ''): boolean => url.split('?', 1)[0] === '/v1/live';

/** The live channel over WebSocket. */
export const createLiveSockets = ({
  live,
  clock,
  origins,
}: {
  live: Live;
  clock: Clock;
  origins: Readonly<Record<string, OriginRule>>;
}): LiveSockets => {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: wireLimits.maxFrameBytes,
    // The library's own defaults let 109 KB of one-byte fragments hold 2.1 MB.
    maxFragments: 64,
    maxBufferedChunks: 256,
    handleProtocols: () => liveProtocol,
  });
  // Without a listener the library answers with a page of its own.
  server.on('wsClientError', ({ message: detail }, socket, request) => {
    refuse(socket, request, new RelevoError('request/malformed', { detail }));
  });
  const alive = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, heartbeatMs);
  heartbeat.unref();

  const admit = async (request: IncomingMessage): Promise<string> => {
    const offered = String(request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((name) => name.trim());
    const ticket = offered.find((name) => name.startsWith(ticketPrefix))?.slice(ticketPrefix.length);
    if (ticket === undefined || !offered.includes(liveProtocol)) throw new RelevoError('auth/ticket');
    const { origin, host } = request.headers;
    const site = await live.siteOf(ticket);
    if (origin !== undefined && !origins[site]?.(origin) && !isOwnOrigin(origin, host))
      throw new RelevoError('site/origin');
    return ticket;
  };

  const serve = (socket: WebSocket, connection: LiveConnection) => {
    alive.add(socket);
    let windowStart = clock.now();
    let messages = 0;
    socket.on('pong', () => alive.add(socket));
    /** False for what is too much. */
    const admits = (): boolean => {
      const now = clock.now();
      // Also when the wall clock was set back: a polite peer must not pay for it.
      if (Math.abs(now - windowStart) >= messageWindowMs) {
        windowStart = now;
        messages = 0;
      }
      messages++;
      // What comes before the peer has heard of it is read and dropped.
      if (messages === maxMessages + 1) socket.close(closeCodes.tooChatty);
      return messages <= maxMessages;
    };
    socket.on('ping', admits);
    socket.on('message', (data, isBinary) => {
      if (!admits()) return;
      alive.add(socket);
      connection.touch();
      if (!isBinary && String(data) === 'ping') socket.send('pong');
    });
    socket.on('close', () => connection.end());
    socket.on('error', () => socket.terminate());
  };

  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ticket = await admit(request);
    // The ticket is used up before the handshake; until the socket is there its pushes are lost, which hints may be.
    let webSocket: WebSocket | undefined;
    let closed: number | undefined;
    const connection = await live.open(ticket, {
      push(text) {
        if (!webSocket) return;
        if (webSocket.bufferedAmount > maxUnsentBytes) webSocket.terminate();
        else webSocket.send(text);
      },
      close(code) {
        closed = code;
        webSocket?.close(code);
      },
    });
    if (socket.destroyed || closed !== undefined) {
      connection.end();
      socket.destroy();
      return;
    }
    server.handleUpgrade(request, socket, head, (opened) => {
      webSocket = opened;
      serve(opened, connection);
    });
    // The library refuses a broken handshake by itself, without calling back.
    if (!webSocket) connection.end();
  };

  return {
    upgrade(request, socket, head) {
      if (!isLivePath(request.url)) return false;
      socket.on('error', () => socket.destroy());
      open(request, socket, head).catch((error: unknown) => refuse(socket, request, error));
      return true;
    },
    async close() {
      clearInterval(heartbeat);
      const sockets = [...server.clients];
      const gone = Promise.all(sockets.map((socket) => new Promise((done) => socket.once('close', done))));
      for (const socket of sockets) socket.close(closeCodes.restart);
      server.close();
      const cancel = clock.timer(goodbyeMs, () => {
        for (const socket of sockets) socket.terminate();
      });
      await gone;
      cancel();
    },
  };
};

const refuse = (socket: Duplex, { method }: IncomingMessage, error: unknown) => {
  const { status, body } = errorToRefusal(error);
  const text = JSON.stringify(body);
  // Nothing else would: the peer need not end its side, and `node:http` has let go of the connection.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${method === 'HEAD' ? '' : text}`,
  );
};
