import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export type Seen = { readonly method: string; readonly path: string; readonly body: string };

/**
 * One device's way to the sync server. It sees every request that arrives, preflights included, and can
 * break in the ways that networks do.
 */
export type Line = {
  readonly origin: string;
  /** Every HTTP request so far; upgrades are in `sockets`. */
  readonly requests: readonly Seen[];
  /** How many live sockets were asked for, and what has gone up through them. */
  readonly sockets: { asked: number; open: number; up: string };
  /** False: connections are reset, the open ones too, and new ones at once. */
  setConnected(isConnected: boolean): void;
  /** True: live sockets are refused. */
  refuseSockets(isRefused: boolean): void;
  /** Replies to POST wait until they are released; the server has done its work by then. */
  holdReplies(): HeldReplies;
  close(): Promise<void>;
};

export type HeldReplies = {
  readonly count: number;
  /** Their bodies, as text. */
  readonly texts: readonly string[];
  /** Answers the first of them, and goes on holding. */
  releaseOne(): void;
  /** Answers all, and holds no longer. */
  release(): void;
};

/** A line to the server at `targetPort` of this machine. */
export const createLine = async (targetPort: number): Promise<Line> => {
  const connections = new Set<Socket>();
  const requests: Seen[] = [];
  const sockets = { asked: 0, open: 0, up: '' };
  let isConnected = true;
  let refusesSockets = false;
  let held: { readonly text: string; answer(): void }[] | undefined;

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    requests.push({ method, path, body: body.toString() });
    // Uncompressed, so that a test can read it.
    const { 'accept-encoding': _, ...rest } = headers;
    const options = { port: targetPort, host: '127.0.0.1', method, path, headers: rest };
    const onward = httpRequest(options, async (reply) => {
      const parts: Buffer[] = [];
      for await (const part of reply) parts.push(part as Buffer);
      const text = Buffer.concat(parts);
      const answer = () => void response.writeHead(reply.statusCode ?? 502, reply.headers).end(text);
      if (held && method === 'POST') held.push({ text: text.toString(), answer });
      else answer();
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  };

  const server = createServer((request, response) => void forward(request, response).catch(() => response.destroy()));
  server.on('connection', (socket: Socket) => {
    if (!isConnected) return socket.resetAndDestroy();
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => {});
  });
  server.on('upgrade', (request: IncomingMessage, device: Socket, head: Buffer) => {
    sockets.asked++;
    if (refusesSockets) return device.destroy();
    sockets.open++;
    const target = connect(targetPort, '127.0.0.1');
    const fields = request.rawHeaders.map((text, index) => (index % 2 ? `${text}\r\n` : `${text}: `)).join('');
    target.write(`${request.method} ${request.url} HTTP/1.1\r\n${fields}\r\n`);
    target.write(head);
    device.on('data', (chunk: Buffer) => {
      sockets.up += chunk.toString('latin1');
    });
    device.on('close', () => {
      sockets.open--;
      target.destroy();
    });
    target.on('close', () => device.destroy());
    target.on('error', () => device.destroy());
    device.pipe(target).pipe(device);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const dropAll = () => {
    for (const socket of connections) socket.destroy();
  };
  return {
    origin: `http://localhost:${port}`,
    requests,
    sockets,
    setConnected(next) {
      isConnected = next;
      if (!next) dropAll();
    },
    refuseSockets(isRefused) {
      refusesSockets = isRefused;
    },
    holdReplies() {
      const own: NonNullable<typeof held> = [];
      held = own;
      return {
        get count() {
          return own.length;
        },
        get texts() {
          return own.map(({ text }) => text);
        },
        releaseOne: () => own.shift()?.answer(),
        release() {
          held = undefined;
          for (const { answer } of own.splice(0)) answer();
        },
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropAll();
      }),
  };
};
